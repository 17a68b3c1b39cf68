"""What touches the host: files, devices, tools, units, the kernel. No pure room imports it."""
