"""What the operator says: the keys of pillar, their values, their rules."""
