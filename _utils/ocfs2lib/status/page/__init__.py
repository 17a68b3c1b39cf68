"""The status of clusters as one HTML page."""
