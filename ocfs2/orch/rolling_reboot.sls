# Every node restarts, one after the other.
# salt-run state.orchestrate ocfs2.orch.rolling_reboot
{%- do salt["saltutil.runner"]("saltutil.sync_all") %}
{%- set cluster = pillar.get("ocfs2_cluster") | json %}
ocfs2-orch-rolling-reboot:
  ocfs2_cluster.changed:
    - verb: rolling_reboot
    - cluster: {{ cluster }}
    - told:
        limit: {{ pillar.get("ocfs2_limit") | json }}

ocfs2-orch-status:
  ocfs2_cluster.healthy:
    - cluster: {{ cluster }}
