# A volume is checked. The LUN goes down on every node meanwhile.
# salt-run state.orchestrate ocfs2.orch.fsck pillar='{"ocfs2_lun": "primary", "ocfs2_outage": "primary"}'
{%- do salt["saltutil.runner"]("saltutil.sync_all") %}
{%- set cluster = pillar.get("ocfs2_cluster") | json %}
ocfs2-orch-fsck:
  ocfs2_cluster.changed:
    - verb: fsck
    - cluster: {{ cluster }}
    - told:
        lun: {{ pillar.get("ocfs2_lun") | json }}
        outage: {{ pillar.get("ocfs2_outage") | json }}
        repair: {{ pillar.get("ocfs2_repair") | json }}

ocfs2-orch-status:
  ocfs2_cluster.healthy:
    - cluster: {{ cluster }}
