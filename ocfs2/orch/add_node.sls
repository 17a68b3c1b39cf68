# Nodes that pillar has gained join the running cluster.
# salt-run state.orchestrate ocfs2.orch.add_node
{%- from "ocfs2/orch/operation.jinja" import operation with context %}
{{ operation("add_node") }}
