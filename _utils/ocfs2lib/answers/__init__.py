"""What minions returned, checked before it is believed."""
