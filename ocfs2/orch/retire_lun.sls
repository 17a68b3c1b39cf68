# A LUN that has left pillar is unmounted on every node. Its data stays.
# salt-run state.orchestrate ocfs2.orch.retire_lun pillar='{"ocfs2_path": "/san/old"}'
{%- from "ocfs2/orch/operation.jinja" import operation with context %}
{{ operation("retire_lun", ["path"]) }}
