"""Which hosts have a use for the modules, states and the beacon."""


def is_linux(grains):
    """
    Return whether a host runs Linux, in the words of ``__virtual__``.

    grains
        Salt's grains of the host.

    Returns True, or ``(False, reason)``.
    """
    return grains.get("kernel") == "Linux" or (
        False,
        "OCFS2 is a filesystem of the Linux kernel.",
    )
