"""The rules of the interconnect: ours, and those that stand in its way."""
