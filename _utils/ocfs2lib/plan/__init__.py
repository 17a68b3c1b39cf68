"""From pillar and the answers of all nodes to what has to happen."""
