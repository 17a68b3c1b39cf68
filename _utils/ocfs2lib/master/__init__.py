"""What the runners do on the Salt master: the one room that imports Salt."""
