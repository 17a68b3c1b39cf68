"""What is wrong, found in what was seen of a cluster."""
