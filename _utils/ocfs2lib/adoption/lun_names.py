"""
The stable names of a LUN on a node, and which of them is the best.
"""

#: Patterns of the names that udev, multipath and DRBD give to a LUN or its partition.
NAME_PATTERNS = (
    "/dev/mapper/*",
    "/dev/disk/by-id/*",
    "/dev/disk/by-partuuid/*",
    "/dev/drbd/by-res/*",
    "/dev/drbd/by-res/*/*",
)
#: By what a name begins with: the alias of a multipath map, then what the LUN says it is.
_PREFERENCE = (
    "/dev/mapper/",
    "/dev/disk/by-id/wwn-",
    "/dev/disk/by-id/scsi-",
    "/dev/disk/by-id/nvme-",
    "/dev/disk/by-id/",
    "/dev/disk/by-partuuid/",
    "/dev/drbd/by-res/",
)


def best_first(names):
    """Return the names of one LUN, the best first."""

    def rank(name):
        return next(at for at, start in enumerate(_PREFERENCE) if name.startswith(start)), name

    return sorted(names, key=rank)
