# A volume gets more slots. The LUN goes down on every node meanwhile.
# salt-run state.orchestrate ocfs2.orch.slots pillar='{"ocfs2_lun": "primary", "ocfs2_outage": "primary"}'
{%- from "ocfs2/orch/operation.jinja" import operation with context %}
{{ operation("slots", ["lun", "outage"]) }}
