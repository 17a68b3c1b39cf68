# A LUN that has left pillar is unmounted on every node. Its data stays.
# salt-run state.orchestrate ocfs2.orch.retire_lun pillar='{"ocfs2_path": "/san/old"}'
{%- do salt["saltutil.runner"]("saltutil.sync_all") %}
{%- set cluster = pillar.get("ocfs2_cluster") | json %}
ocfs2-orch-retire-lun:
  ocfs2_cluster.changed:
    - verb: retire_lun
    - cluster: {{ cluster }}
    - told:
        path: {{ pillar.get("ocfs2_path") | json }}

ocfs2-orch-status:
  ocfs2_cluster.healthy:
    - cluster: {{ cluster }}
