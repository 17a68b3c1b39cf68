"""What changes a cluster, step by step."""
