"""What minions returned, checked before anything is decided by it."""
