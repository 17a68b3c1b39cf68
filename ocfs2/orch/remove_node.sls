# A node that pillar has lost leaves the running cluster.
# salt-run state.orchestrate ocfs2.orch.remove_node pillar='{"ocfs2_node": "host3.domain.com"}'
{%- do salt["saltutil.runner"]("saltutil.sync_all") %}
{%- set cluster = pillar.get("ocfs2_cluster") | json %}
ocfs2-orch-remove-node:
  ocfs2_cluster.changed:
    - verb: remove_node
    - cluster: {{ cluster }}
    - told:
        node: {{ pillar.get("ocfs2_node") | json }}

ocfs2-orch-status:
  ocfs2_cluster.healthy:
    - cluster: {{ cluster }}
