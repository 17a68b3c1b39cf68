# Nodes that pillar has gained join the running cluster.
# salt-run state.orchestrate ocfs2.orch.add_node
{%- do salt["saltutil.runner"]("saltutil.sync_all") %}
{%- set cluster = pillar.get("ocfs2_cluster") | json %}
ocfs2-orch-add-node:
  ocfs2_cluster.changed:
    - verb: add_node
    - cluster: {{ cluster }}

ocfs2-orch-status:
  ocfs2_cluster.healthy:
    - cluster: {{ cluster }}
