"""Names of units as systemd makes them of paths."""

import re

#: UNIT_NAME_MAX of systemd, without the byte that ends it; later ones hash what is longer.
LONGEST = 255


def of_mount(path):
    """Return the unit of a mount point, as ``systemd-escape --path --suffix=mount`` names it."""
    text = path.strip("/").encode()
    escaped = re.sub(rb"^\.|[^A-Za-z0-9:_./]", lambda found: b"\\x%02x" % ord(found[0]), text)
    return escaped.replace(b"/", b"-").decode() + ".mount"
