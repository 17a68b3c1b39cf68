"""Sizes in bytes: their units, how they are read and shown."""

import re

KIB, MIB, GIB, TIB, PIB = (1024**power for power in range(1, 6))
# Longest first: "B" ends every other unit.
UNITS = {
    "KiB": KIB,
    "MiB": MIB,
    "GiB": GIB,
    "TiB": TIB,
    "PiB": PIB,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "PB": 10**15,
    "B": 1,
}
SECTOR = 512


def size_bytes(size):
    """Return the bytes that ``size`` means: an int of bytes, or text like "2TiB".

    Raises ValueError for everything else, also for units that mean different things
    to different tools ("2T" is TiB to lvm and TB to parted).
    """
    if isinstance(size, int) and not isinstance(size, bool):
        return size
    found = re.fullmatch(rf"([0-9]{{1,18}})({'|'.join(UNITS)})", size)
    if not found:
        raise ValueError("not a size")
    return int(found[1]) * UNITS[found[2]]


def human(size):
    """Return a number of bytes with the largest unit that keeps it whole."""
    name, unit = max(
        ((name, unit) for name, unit in UNITS.items() if "i" in name and not size % unit),
        key=lambda item: item[1],
        default=("B", 1),
    )
    return f"{size // unit}{name}"


def rounded(size):
    """Return a number of bytes with the largest unit of which there is one, rounded."""
    names = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
    power = min((max(size, 1).bit_length() - 1) // 10, len(names) - 1)
    return f"{size / (1 << 10 * power):.4g}{names[power]}"
