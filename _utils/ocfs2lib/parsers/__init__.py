"""What the kernel and the tools print, read into plain data."""
