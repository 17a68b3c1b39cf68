# salt-run state.orchestrate ocfs2.orch.adopt pillar='{"ocfs2_nodes": ["host1", "host2"]}'
#
# Read a cluster that was built by hand and write it down as pillar; nothing is changed on its
# nodes. "ocfs2_file" names another file than /srv/pillar/ocfs2.sls. The sync comes at rendering
# time as in ocfs2.orch.
{%- do salt["saltutil.runner"]("saltutil.sync_all") %}
ocfs2-orch-adopt:
  ocfs2_cluster.adopted:
    - nodes: {{ pillar.get("ocfs2_nodes", []) | json }}
    - file: {{ pillar.get("ocfs2_file", "/srv/pillar/ocfs2.sls") | json }}
