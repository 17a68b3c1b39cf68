# A node that pillar has lost leaves the running cluster.
# salt-run state.orchestrate ocfs2.orch.remove_node pillar='{"ocfs2_node": "host3.domain.com"}'
{%- from "ocfs2/orch/operation.jinja" import operation with context %}
{{ operation("remove_node", ["node"]) }}
