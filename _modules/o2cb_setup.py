"""
Read what the formula sets up on a host around the cluster: units, files, firewall, panic settings.

The states write it.

.. versionadded:: 1.0.0
"""

from ocfs2lib.firewall.backends import BACKENDS
from ocfs2lib.node import setup
from ocfs2lib.node.parts import panic as panic_part
from ocfs2lib.node.parts import services
from ocfs2lib.platform import platforms
from ocfs2lib.system import files
from ocfs2lib.system import functions


def __virtual__():
    is_linux = __grains__.get("kernel") == "Linux"
    return is_linux or (False, "OCFS2 is a filesystem of the Linux kernel.")


def platform():
    """
    Return what the sls files need to know of the distribution of this host.

    Returns ``{"name", "packages", "firewall_packages", "repository"}``: ``packages`` are those of
    every node, ``firewall_packages`` (``{backend: [packages]}``) those of the firewall backends,
    ``repository`` has the arguments of ``pkgrepo.managed``, or is None where the packages come with
    the distribution. On a host that is not supported there are no packages.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_setup.platform
    """
    found = platforms.of_minion(__grains__)
    return {
        "name": platforms.release(__grains__),
        "packages": list(found.packages) if found else [],
        "firewall_packages": {
            name: list(found.firewalls[name].packages) if found and name in found.firewalls else []
            for name in BACKENDS
        },
        "repository": found and found.repository,
    }


def facts(backend, port, nodes):
    """
    Return everything that :func:`node.setup.differences` compares with pillar.

    backend, port, nodes
        The firewall, as for ``o2cb_firewall.facts``.

    Returns what :func:`boot` does, and ``missing`` (the tools that are not installed), ``panic``
    (of :func:`panic`) and ``firewall`` (of ``o2cb_firewall.facts``).

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_setup.facts nftables 7777 '{host2.domain.com: 192.168.100.2}'
    """
    return setup.facts(_call, {"backend": backend, "port": port, "nodes": nodes})


def boot():
    """
    Return the formula's files, and what systemd is set to do with its units.

    Returns ``{"files": {path: text or None}, "enabled": [units], "masked": [units], "services":
    {path: text}}``, the last of them the drop-ins that bind services to their mounts.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_setup.boot
    """
    return {**setup.common_facts(_call), **services.PART.facts(_call, None)}


def panic(path):
    """
    Return what the kernel does after a panic and an oops, now and after the next boot.

    path
        The file of /etc/sysctl.d that is to keep it.

    Returns ``{name: {"live": text, "file": text or None}}``.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_setup.panic /etc/sysctl.d/60-ocfs2.conf
    """
    kept = {}
    for line in (files.read(path) or "").splitlines():
        name, separator, value = line.partition("=")
        if separator:
            kept[name.strip()] = value.strip()
    return {
        name: {
            "live": files.value("/proc/sys/" + name.replace(".", "/")),
            "file": kept.get(name),
        }
        for name in panic_part.NAMES
    }


def _call(function, *arguments):
    return functions.call(__salt__, function, *arguments)
