"""
The stable names of a LUN on a node, and which of them is the best.
"""

#: Directories of names that udev and multipath give to a LUN, the better names first.
NAME_DIRECTORIES = ("/dev/mapper", "/dev/disk/by-id")
#: By what a name begins with: the alias of a multipath map, then what the LUN says it is.
_PREFERENCE = (
    "/dev/mapper/",
    "/dev/disk/by-id/wwn-",
    "/dev/disk/by-id/scsi-",
    "/dev/disk/by-id/nvme-",
    "/dev/disk/by-id/",
)


def best_first(names):
    """Return the names of one LUN, the best first."""

    def rank(name):
        return next(at for at, start in enumerate(_PREFERENCE) if name.startswith(start)), name

    return sorted(names, key=rank)
