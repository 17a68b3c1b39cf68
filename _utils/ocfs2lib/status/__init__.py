"""The table of truth: as data, as lines, as a page."""
