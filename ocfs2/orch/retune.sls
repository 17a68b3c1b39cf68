# Timeouts, addresses and names change. The whole cluster goes down meanwhile.
# salt-run state.orchestrate ocfs2.orch.retune pillar='{"ocfs2_outage": "web"}'
{%- from "ocfs2/orch/operation.jinja" import operation with context %}
{{ operation("retune", ["outage"]) }}
