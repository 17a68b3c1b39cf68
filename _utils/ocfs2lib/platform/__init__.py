"""What distributions differ in: packages, kernels, files, services. One file for each family."""
