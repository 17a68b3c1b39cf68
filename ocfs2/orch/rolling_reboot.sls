# Every node restarts, one after the other.
# salt-run state.orchestrate ocfs2.orch.rolling_reboot
{%- from "ocfs2/orch/operation.jinja" import operation with context %}
{{ operation("rolling_reboot", ["limit"]) }}
