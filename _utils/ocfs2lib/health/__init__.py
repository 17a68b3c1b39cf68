"""The health of one node, for its metrics and its beacon."""
