"""From a cluster that was built by hand to its pillar."""
