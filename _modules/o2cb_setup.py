"""
Read what the formula sets up on a host around the cluster: units, files, firewall, panic settings.

The states write it.

.. versionadded:: 1.0.0
"""

import os

from ocfs2lib.errors import FormulaError
from ocfs2lib.node import package_repositories
from ocfs2lib.node import setup
from ocfs2lib.node.parts import panic as panic_part
from ocfs2lib.node.parts import setup_part
from ocfs2lib.pillar import check
from ocfs2lib.pillar import secrets
from ocfs2lib.platform import platforms
from ocfs2lib.system import files
from ocfs2lib.system import functions
from ocfs2lib.system import operating_system


def __virtual__():
    return operating_system.is_linux(__grains__)


def platform(config=None):
    """
    Return what the sls files need to know of this host: its distribution, and what is set up when.

    config
        The ``ocfs2`` section of pillar; of one that the check refuses, nothing is known.

    Returns ``{"name", "luns", "packages", "part_packages", "repositories", "parts"}``: ``luns`` are
    the keys of the LUNs that pillar gives to this minion, None if it is not valid, ``packages`` are
    those of every node, ``part_packages`` (``{part: [packages]}``) what this pillar needs besides,
    ``repositories`` the names of those that the formula sets up, without which nothing is
    installed. ``parts`` are the names for ``o2cb.part``, ``{"before_packages": [names],
    "bring_luns": [names], "before_cluster": [names], "after_mount": [names]}``; those that have an
    sls of their own are not in it. On a host that is not supported there is nothing.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_setup.platform
    """
    found, desired = platforms.of_minion(__grains__), _desired(config)
    known = {
        "name": platforms.release(__grains__),
        "luns": [lun.key for lun in desired.luns_of(__opts__["id"])] if desired else None,
        "packages": list(found.packages) if found else [],
    }
    if not (found and desired):
        parts = {step: [] for step in setup_part.STEPS}
        return {**known, "part_packages": {}, "repositories": [], "parts": parts}
    wanted = package_repositories.wanted(desired, found)
    lacking = None if __salt__["o2cb.loadable"]() else os.uname().release
    return {
        **known,
        "part_packages": setup.part_packages(desired, found, lacking),
        "repositories": sorted(map(package_repositories.section_name, wanted)),
        "parts": {step: setup.parts_at(step, desired, found, _call) for step in setup_part.STEPS},
    }


def config(pillar):
    """
    Return the section of the formula in pillar as JSON can have it, for the states.

    pillar
        The section, whatever it is.

    YAML makes dates of what looks like one; such a value, which no key may have, becomes text, and
    the check of the pillar refuses it by its path. Secrets are masked: nobody but the function
    that needs one reads it from pillar.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_setup.config '{cluster: {name: 2026-01-31}}'
    """
    return secrets.masked(_as_json(pillar))


def _as_json(pillar):
    if isinstance(pillar, dict):
        return {_key(name): _as_json(value) for name, value in pillar.items()}
    if isinstance(pillar, (list, tuple, set)):
        return [_as_json(value) for value in pillar]
    if pillar is None or isinstance(pillar, (bool, int, float, str)):
        return pillar
    return str(pillar)


def _key(name):
    return name if isinstance(name, (str, int)) else str(name)


def _desired(config):
    try:
        return check.parse(config)
    except FormulaError:
        # The state of the check says so before any package is installed.
        return None


def facts(arguments):
    """
    Return everything that :func:`node.setup.differences` compares with pillar.

    arguments
        ``{part: arguments}``: what a part of the set-up has to know of pillar
        (:func:`node.setup.arguments_for`).

    Returns ``{"files": {path: text or None}, "enabled": [units], "masked": [units], "missing":
    [tools]}`` of all parts, and what each part adds (:mod:`node.parts`).

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_setup.facts '{firewall: [nftables, 7777, {host2.domain.com: 192.168.100.2}]}'
    """
    return setup.facts(_call, arguments)


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
