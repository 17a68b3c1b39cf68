"""
What a node tells about itself, to the master and to its own states.

.. versionadded:: 1.0.0
"""

import os

from salt.exceptions import SaltInvocationError

import ocfs2_version

__virtualname__ = "ocfs2_node"


def __virtual__():
    if __grains__.get("kernel") != "Linux":
        return False, "OCFS2 is a filesystem of the Linux kernel."
    return __virtualname__


def census(luns, firewall, prove_blank=False):
    """
    Everything this node can tell about itself and the LUNs, in one call that changes nothing.

    luns
        ``{key: device}``: the device name that pillar gives each LUN.
    firewall
        ``{"backend", "port", "nodes"}``, the arguments of ``o2cb_firewall.facts``.
    prove_blank
        Read the samples of every LUN that shows no volume (see ``ocfs2.probe``).

    Returns ``{"formula", "formatting", "host", "o2cb", "setup", "fstab", "mounts", "holds",
    "luns"}``: the formula's build on this node (:func:`ocfs2_version.build`), the WWID of the LUN
    that it formats right now or None, its host facts, ``o2cb.facts``, ``o2cb_setup.facts``,
    ``ocfs2_mount.fstabs``, the paths on which an OCFS2 is mounted, ``ocfs2_hold.present`` and,
    under each key of ``luns``, what ``ocfs2.probe`` returns.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_node.census '{a: /dev/mapper/a}' '{backend: none, port: 7777, nodes: {}}'
    """
    if not (isinstance(luns, dict) and isinstance(firewall, dict)):
        raise SaltInvocationError("luns and firewall must be mappings")
    probe = __salt__["ocfs2.probe"]
    return {
        "formula": ocfs2_version.build(__opts__["extension_modules"]),
        "formatting": __salt__["ocfs2_format.running"]()["wwid"],
        "host": host(),
        "o2cb": __salt__["o2cb.facts"](),
        "setup": __salt__["o2cb_setup.facts"](**firewall),
        "fstab": __salt__["ocfs2_mount.fstabs"](),
        "mounts": [each["path"] for each in __salt__["ocfs2_mount.mounts"]("ocfs2")],
        "holds": __salt__["ocfs2_hold.present"](),
        "luns": {key: probe(device, prove_blank) for key, device in luns.items()},
    }


def host():
    """
    The facts of this host that decide whether it can be the node in pillar.

    Returns ``{"hostname", "kernel", "platform", "addresses"}``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_node.host
    """
    return {
        "hostname": os.uname().nodename,
        "kernel": os.uname().release,
        "platform": f"{__grains__.get('os')} {__grains__.get('osmajorrelease')}",
        "addresses": sorted(__salt__["network.ip_addrs"](include_loopback=False)),
    }
