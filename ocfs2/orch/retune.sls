# Timeouts, addresses and names change. The whole cluster goes down meanwhile.
# salt-run state.orchestrate ocfs2.orch.retune pillar='{"ocfs2_outage": "web"}'
{%- do salt["saltutil.runner"]("saltutil.sync_all") %}
{%- set cluster = pillar.get("ocfs2_cluster") | json %}
ocfs2-orch-retune:
  ocfs2_cluster.changed:
    - verb: retune
    - cluster: {{ cluster }}
    - told:
        outage: {{ pillar.get("ocfs2_outage") | json }}

ocfs2-orch-status:
  ocfs2_cluster.healthy:
    - cluster: {{ cluster }}
