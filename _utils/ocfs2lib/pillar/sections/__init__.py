"""The sections of the pillar: all that is known of each alone, in one file."""
