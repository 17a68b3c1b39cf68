"""
Parser for what blkid prints about the content of a block device.
"""


def parse(text):
    """Return ``blkid -p -o export`` as a dict, without the device's own name."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {key: value for key, value in pairs if key != "DEVNAME"}
