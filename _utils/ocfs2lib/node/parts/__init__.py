"""What the formula sets up on a host besides the cluster itself: one file for each part."""
