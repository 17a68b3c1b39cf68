"""What a node must be: its files, its settings, its kernel, and what separates it from pillar."""
