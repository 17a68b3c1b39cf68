# A volume fills its LUN, which the array has grown.
# salt-run state.orchestrate ocfs2.orch.grow pillar='{"ocfs2_lun": "primary"}'
{%- do salt["saltutil.runner"]("saltutil.sync_all") %}
{%- set cluster = pillar.get("ocfs2_cluster") | json %}
ocfs2-orch-grow:
  ocfs2_cluster.changed:
    - verb: grow
    - cluster: {{ cluster }}
    - told:
        lun: {{ pillar.get("ocfs2_lun") | json }}

ocfs2-orch-status:
  ocfs2_cluster.healthy:
    - cluster: {{ cluster }}
