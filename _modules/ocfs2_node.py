"""
Collect what a node knows about itself, for the master and for its own states.

.. versionadded:: 1.0.0
"""

import contextlib
import glob
import os
import re
import stat

from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.adoption import fstab_lines
from ocfs2lib.adoption import lun_names
from ocfs2lib.firewall.backends import FIREWALLS
from ocfs2lib.node import units
from ocfs2lib.parsers import fstab_file
from ocfs2lib.platform import platforms
from ocfs2lib.san import iscsi_records
from ocfs2lib.system import files
from ocfs2lib.system import formula_code
from ocfs2lib.system import lun_disks
from ocfs2lib.system import operating_system
from ocfs2lib.system import systemd
from ocfs2lib.system import time_limit

_SYS_BLOCK = "/sys/class/block"
_FSTAB = "/etc/fstab"
#: On the way through sysfs to a disk that no SAN leads to.
_LOCAL = re.compile(r"/(ata|usb)\d+/")
#: Seconds that a LUN or a volume may take to answer a look.
_LIMIT = 10


def __virtual__():
    return operating_system.is_linux(__grains__)


def census(luns, setup, prove_blank=False):
    """
    Return what this node knows about itself and the LUNs, in one call that changes nothing.

    luns
        ``{key: device}``: the device name that pillar gives each LUN.
    setup
        ``{part: arguments}``: what a part of the set-up has to know of pillar
        (:func:`node.setup.arguments_for`).
    prove_blank
        Read the samples of every LUN that shows no volume (see ``ocfs2.probe``).

    Returns ``{"formula", "formatting", "host", "o2cb", "setup", "fstab", "mounts", "holds",
    "luns"}``: the formula's build on this node (:func:`formula_code.build`), the WWID of the LUN
    that it formats right now or None, its host facts, ``o2cb.facts``, ``o2cb_setup.facts``,
    ``ocfs2_mount.fstabs``, the paths on which an OCFS2 is mounted, ``ocfs2_hold.present`` and,
    under each key of ``luns``, what ``ocfs2.probe`` returns.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_node.census '{a: /dev/mapper/a}' '{firewall: [none, 7777, {}]}'
    """
    probe = __salt__["ocfs2.probe"]
    return {
        **_apart_from_luns(luns, setup),
        "luns": {key: probe(device, prove_blank) for key, device in luns.items()},
    }


def _apart_from_luns(luns, setup):
    if not (isinstance(luns, dict) and isinstance(setup, dict)):
        raise SaltInvocationError("luns and setup must be mappings")
    return {
        "formula": formula_code.build(__opts__["extension_modules"]),
        "formatting": __salt__["ocfs2_format.running"]()["wwid"],
        "formats": __salt__["ocfs2_format.reached"](),
        "host": host(),
        "o2cb": __salt__["o2cb.facts"](),
        "setup": __salt__["o2cb_setup.facts"](setup),
        "fstab": __salt__["ocfs2_mount.fstabs"](),
        "mounts": _mounts(),
        "holds": __salt__["ocfs2_hold.present"](),
    }


def _mounts():
    return [each["path"] for each in __salt__["ocfs2_mount.mounts"]("ocfs2")]


def examine(luns, setup):
    """
    Return a census, and what else helps to find a fault, in one call that changes nothing.

    A LUN or volume that does not answer within ten seconds is left alone, and the answer says so.

    luns, setup
        As for :func:`census`.

    Returns what :func:`census` returns without a proof that LUNs are blank, and ``health``
    (``ocfs2_health.facts``), ``space`` (``{mount point: ocfs2_diagnose.space}``), ``labels``
    (``{mount point: ocfs2_diagnose.label}`` where SELinux enforces), ``hidden``
    (``{mount point: ocfs2_diagnose.hidden}``), ``hung`` (``{mount point: reason}`` of those whose
    ``space`` is missing), ``multipath`` (``ocfs2_diagnose.multipath``), ``volumes`` (every
    device with an OCFS2, as ``{kernel's name: {"uuid", "wwid"}}``), ``unmapped`` (``{WWID:
    [kernel's names]}`` of the disks that are no path of a map), ``lun_timeouts`` (``{key of a
    LUN: ocfs2_diagnose.timeouts}``), ``drbd`` (``ocfs2_device.settings``), ``kernels``
    (``ocfs2_reboot.kernels``) and ``starts_after``
    (``ocfs2_diagnose.starts_after``).

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_node.examine '{a: /dev/mapper/a}' '{firewall: [none, 7777, {}]}'
    """
    found = _apart_from_luns(luns, setup)
    devices = list(_devices())
    questions = {
        **{("lun", key): ["ocfs2.probe", device] for key, device in luns.items()},
        **{("space", path): ["ocfs2_diagnose.space", path] for path in found["mounts"]},
        **{("label", path): ["ocfs2_diagnose.label", path] for path in found["mounts"]},
        **{("volume", node): ["ocfs2.superblock", node] for node in devices},
    }
    answered = time_limit.ask_each(_LIMIT, questions, __salt__, __opts__["cachedir"])
    return {
        **found,
        "luns": {key: _probed_or_hung(key, device, answered) for key, device in luns.items()},
        "health": __salt__["ocfs2_health.facts"](found["o2cb"]),
        "space": _of("space", answered["answers"]),
        "hung": _of("space", answered["failures"]),
        "labels": {path: each for path, each in _of("label", answered["answers"]).items() if each},
        "hidden": {path: __salt__["ocfs2_diagnose.hidden"](path) for path in found["mounts"]},
        "multipath": __salt__["ocfs2_diagnose.multipath"](),
        "volumes": {
            node: {"uuid": volume["uuid"], "wwid": __salt__["ocfs2.wwid"](node)}
            for node, volume in _of("volume", answered["answers"]).items()
            if volume
        },
        "unmapped": _unmapped(devices),
        "lun_timeouts": {
            key: __salt__["ocfs2_diagnose.timeouts"](each) for key, each in luns.items()
        },
        "drbd": __salt__["ocfs2_device.settings"](),
        "kernels": __salt__["ocfs2_reboot.kernels"](),
        "starts_after": __salt__["ocfs2_diagnose.starts_after"](),
    }


def _probed_or_hung(key, device, answered):
    failure = answered["failures"].get(("lun", key))
    if failure:
        return __salt__["ocfs2.unreadable"](device, failure)
    return answered["answers"]["lun", key]


def _of(kind, answered):
    return {key: value for (what, key), value in answered.items() if what == kind}


def _unmapped(devices):
    """Return ``{WWID: [kernel's names]}`` of the disks that are no path of a map."""
    found = {}
    for node in devices:
        name = os.path.basename(node)
        if name.startswith(("dm-", "drbd")) or _disk_of(name) != name:
            continue
        wwid = __salt__["ocfs2.wwid"](node)
        if wwid:
            found.setdefault(wwid, []).append(node)
    return found


def host():
    """
    Return the facts of this host that decide whether it can be the node in pillar.

    Returns ``{"hostname", "kernel", "platform", "addresses"}``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_node.host
    """
    return {
        "hostname": os.uname().nodename,
        "kernel": os.uname().release,
        "platform": platforms.release(__grains__),
        "addresses": sorted(__salt__["network.ip_addrs"](include_loopback=False)),
    }


def survey():
    """
    Return what this node knows about a cluster that no pillar describes yet, in one call that
    changes nothing.

    Returns ``{"formula", "host", "o2cb", "setup", "starts", "firewalls", "fstab", "initiator",
    "sessions", "controllers", "luns"}``. What :func:`census` has too is the same here, ``setup`` as
    for a firewall that is left alone. ``initiator`` is the iSCSI initiator name or None,
    ``sessions`` the ``[target, portal]`` that have disks, ``controllers`` the ``[subsystem,
    portal]`` of NVMe over fabrics.
    ``starts`` are the units of ocfs2-tools that start at boot, ``firewalls`` the backends of a
    firewall that have rules. ``fstab`` has the lines that concern an OCFS2, as
    :meth:`parsers.fstab_file.Line.fields` has them, each with the kernel's name of its device as
    ``node``, None if there is none. ``luns`` has, by the kernel's name, every device with an
    OCFS2 and every device of a mount or line of one: what ``ocfs2.probe`` returns and, as
    ``names``, the stable names, the best first.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_node.survey
    """
    lines = _fstab()
    luns = _luns(lines)
    paths = {mount["path"] for facts in luns.values() for mount in facts["mounts"]}
    return {
        "formula": formula_code.build(__opts__["extension_modules"]),
        "host": host(),
        "o2cb": __salt__["o2cb.facts"](),
        "setup": __salt__["o2cb_setup.facts"]({}),
        "starts": [unit for unit in (units.UNIT, units.PACKAGE_UNIT) if _starts(unit)],
        "firewalls": [backend for backend in FIREWALLS if _has_rules(backend)],
        "fstab": [
            line
            for line in lines
            # Not the others: some have a password among their options.
            if line["fstype"] == "ocfs2" or line["path"] in paths or _on_a_volume(line, luns)
        ],
        "initiator": _initiator(),
        "sessions": [each[:2] for each in __salt__["ocfs2_iscsi.sessions"]() if each[3]],
        "controllers": [each[:2] for each in __salt__["ocfs2_nvme.facts"]()["controllers"]],
        "luns": luns,
    }


def _initiator():
    return iscsi_records.initiator_name(files.read(iscsi_records.INITIATOR_PATH))


def luns():
    """
    Return what this node sees of every LUN, by whatever name, in one call that changes nothing.

    Returns ``{"formula", "initiator", "luns"}``: the formula's build on this node, its iSCSI
    initiator name or None if that is not known, and, by the kernel's name, each whole disk or map
    that can be a LUN: what ``ocfs2.probe`` returns without a proof that it is blank, its stable
    ``names``, the best first, whether it is ``local`` to the host (no SAN leads to it), ``above``,
    the partitions, maps and arrays that lie on it, and whether it or they are ``mounted``
    (``[{"path", "fstype"}]``) or ``swap``. One that does not answer within ten seconds is
    ``unreadable``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_node.luns
    """
    questions = {node: ["ocfs2.probe", node] for node in _devices() if _is_disk(node)}
    answered = time_limit.ask_each(_LIMIT, questions, __salt__, __opts__["cachedir"])
    found = {
        node: answered["answers"].get(node)
        or __salt__["ocfs2.unreadable"](node, answered["failures"][node])
        for node in questions
    }
    names, mounts, swaps = _stable_names(), __salt__["ocfs2_mount.mounts"](), _swaps()
    return {
        "formula": formula_code.build(__opts__["extension_modules"]),
        "initiator": _initiator(),
        "luns": {
            node: {
                **facts,
                "node": node,
                "names": lun_names.best_first(names.get(node, ())),
                "local": _is_local(node),
                **_use(node, mounts, swaps),
            }
            for node, facts in found.items()
            # What is on top of a disk, such as a logical volume, is no LUN.
            if not facts["error"]
        },
    }


def _is_disk(node):
    """Return whether a device is no partition, no CD-ROM and none that the kernel makes of other
    things."""
    name = os.path.basename(node)
    if __salt__["ocfs2_device.layout"](node)["number"]:
        return False
    is_virtual = "/devices/virtual/" in os.path.realpath(f"/sys/class/block/{name}")
    is_rom = files.value(f"{_SYS_BLOCK}/{name}/device/type") == "5"
    return not is_rom and (not is_virtual or bool(__salt__["ocfs2.wwid"](node)))


def _is_local(node):
    name = os.path.basename(node)
    way = os.path.realpath(f"{_SYS_BLOCK}/{name}")
    transport = files.value(f"{_SYS_BLOCK}/{name}/device/transport")
    return transport == "pcie" or bool(_LOCAL.search(way))


def _use(node, mounts, swaps):
    """Return who uses a device, or what lies on it."""
    names = _with_above(os.path.basename(node))
    numbers = {files.value(f"/sys/class/block/{name}/dev") for name in names}
    # Some filesystems are mounted under a number of their own.
    sources = {f"/dev/{name}" for name in names}
    here = [
        {"path": mount["path"], "fstype": mount["fstype"]}
        for mount in mounts
        if mount["device"] in numbers
        or (mount["device"].startswith("0:") and _node(mount["source"]) in sources)
    ]
    return {"above": names[1:], "mounted": here, "swap": not swaps.isdisjoint(sources)}


def _with_above(name):
    """Return a device's name, and those of all that lies on it."""
    found, waiting = [], [name]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            parts = glob.glob(f"/sys/class/block/{name}/*/partition")
            waiting += sorted(os.path.basename(os.path.dirname(part)) for part in parts)
            waiting += files.names(f"/sys/class/block/{name}/holders")
    return found


def _swaps():
    """Return the kernel's names of the devices that are swapped to."""
    lines = (files.read("/proc/swaps") or "").splitlines()[1:]
    return {_node(line.split()[0]) for line in lines if line.strip()}


def _fstab():
    lines = fstab_file.lines(files.read(_FSTAB) or "")
    return [{**line.fields(), "node": _node(line.source)} for line in lines]


def _on_a_volume(line, luns):
    return any(
        facts["volume"] and fstab_lines.refers_to(line, node, facts) for node, facts in luns.items()
    )


def _luns(lines):
    names = _stable_names()
    nodes = {node for node in _devices() if __salt__["ocfs2.superblock"](node)}
    mounts = __salt__["ocfs2_mount.mounts"]("ocfs2")
    nodes |= {node for node in (_node_of(mount["device"]) for mount in mounts) if node}
    nodes |= {
        line["node"]
        for line in lines
        if line["fstype"] == "ocfs2" and line["node"] and not _maps(line["node"])
    }
    return {
        node: {**_device(node, mounts), "names": lun_names.best_first(names.get(node, ()))}
        for node in sorted(nodes)
    }


def _device(node, mounts):
    """Return what ``ocfs2.probe`` does, and of what is no LUN what it holds, and where."""
    facts = __salt__["ocfs2.probe"](node)
    if facts["error"]:
        here = [mount for mount in mounts if _node_of(mount["device"]) == node]
        facts["volume"] = __salt__["ocfs2.superblock"](node)
        facts["mounts"] = [{"path": each["path"], "options": each["options"]} for each in here]
    return facts


def _devices():
    """
    Yield the kernel's name of every disk, partition, map and volume of DRBD that has a size, but
    not what a map or DRBD lies on: it shows the same content.
    """
    for name in sorted(os.listdir(_SYS_BLOCK)):
        # A path of native multipath of NVMe is hidden, and has no name in /dev.
        hidden = files.value(f"{_SYS_BLOCK}/{name}/hidden") == "1"
        node = f"/dev/{name}"
        lower = _maps(node) or glob.glob(f"{_SYS_BLOCK}/{name}/holders/drbd*")
        if lun_disks.has_size(node) and not hidden and not lower:
            yield node


def _disk_of(name):
    """Return the kernel's name of the disk of a partition; of any other device its own."""
    if files.value(f"{_SYS_BLOCK}/{name}/partition"):
        return os.path.basename(os.path.dirname(os.path.realpath(f"{_SYS_BLOCK}/{name}")))
    return name


def _maps(node):
    """Return the multipath maps that a disk, or the disk of a partition, is a path of."""
    holders = glob.glob(f"{_SYS_BLOCK}/{_disk_of(os.path.basename(node))}/holders/*")
    kinds = {each: files.value(f"{each}/dm/uuid") or "" for each in holders}
    return [each for each, kind in kinds.items() if kind.startswith("mpath-")]


def _stable_names():
    """Return ``{the kernel's name: [stable names]}``."""
    found = {}
    for pattern in lun_names.NAME_PATTERNS:
        for path in sorted(glob.glob(pattern)):
            node = _node(path)
            if node:
                found.setdefault(node, []).append(path)
    return found


def _node(path):
    """Return the kernel's name of a block device, or None if it is none."""
    with contextlib.suppress(OSError, ValueError):
        status = os.stat(path)
        if stat.S_ISBLK(status.st_mode):
            return _node_of(f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}")
    return None


def _node_of(number):
    sysfs = os.path.realpath(f"/sys/dev/block/{number}")
    return f"/dev/{os.path.basename(sysfs)}" if os.path.isdir(sysfs) else None


def _starts(unit):
    """Return whether a unit, or the init script it stands for, starts at boot."""
    name = unit.partition(".")[0]
    return systemd.enabled(unit) or bool(glob.glob(f"/etc/rc[2-5].d/S??{name}"))


def _has_rules(backend):
    try:
        rules = __salt__["o2cb_firewall.rules"](backend)
    except CommandExecutionError:
        return False  # without the kernel's part of it, it lets everything through
    return FIREWALLS[backend].has_rules(rules)
