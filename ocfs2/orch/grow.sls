# A volume fills its LUN, which the array has grown.
# salt-run state.orchestrate ocfs2.orch.grow pillar='{"ocfs2_lun": "primary"}'
{%- from "ocfs2/orch/operation.jinja" import operation with context %}
{{ operation("grow", ["lun"]) }}
