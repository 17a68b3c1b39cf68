"""What touches the operating system: files, devices, processes. No pure room imports it."""
