"""What the nodes of a cluster that was built by hand tell: without a formula, and consistent."""

import copy

from ocfs2lib.firewall import backends
from ocfs2lib.firewall import others
from ocfs2lib.node import setup
from ocfs2lib.node.parts import panic
from ocfs2lib.pillar import check
from support import answers

UUID = answers.UUID
MINIONS = ("host0.example.com", "host1.example.com", "host2.example.com")


def section(**lun):
    """The section of pillar that describes the cluster of :func:`surveys`."""
    return {
        "cluster": {"name": "web", "fence_method": "panic"},
        "kernel": {"panic": 60, "panic_on_oops": False},
        "firewall": {"backend": "none"},
        "nodes": {
            minion: {"number": number, "address": f"10.1.0.{number + 1}"}
            for number, minion in enumerate(MINIONS)
        },
        "luns": {
            "primary": {
                "device": "/dev/mapper/primary",
                "wwid": "3600a0b8000123456000abcd012345678",
                "size": "2TiB",
                "label": "OCFS2_label",
                "slots": 5,
                "uuid": UUID,
                "mount": {"path": "/san/primary", "options": ["nointr"]},
                **lun,
            }
        },
    }


def surveys(pillar=None):
    """``{minion id: survey}`` of the hosts that run what ``pillar``, a ``Desired``, describes."""
    pillar = pillar or check.parse(section())
    return {node.minion: survey(pillar, node.minion) for node in pillar.nodes}


def survey(pillar, minion):
    node = answers.node(pillar, minion)
    values = (str(pillar.kernel.panic), str(int(pillar.kernel.panic_on_oops)))
    return {
        "formula": answers.FORMULA,
        "host": node["host"],
        "o2cb": node["o2cb"],
        "setup": {
            "files": dict.fromkeys(setup.FILES),
            "enabled": [],
            "masked": [],
            "missing": [],
            "package_keys": {"files": [], "trusted": []},
            **answers.untouched_san(),
            "module_package": False,
            "services": {},
            "panic": {
                name: {"live": live, "file": None}
                for name, live in zip(panic.NAMES, values, strict=True)
            },
            "firewall": {
                "managers": answers.no_manager(),
                "rules": {},
                "blocking": others.nothing(),
            },
        },
        "starts": ["o2cb.service"],
        "firewalls": list(backends.FIREWALLS)[:1],
        "fstab": [_line(lun, at) for at, lun in enumerate(pillar.luns)],
        "luns": {_kernel_name(at): _facts(pillar, lun, at) for at, lun in enumerate(pillar.luns)},
    }


def _kernel_name(at):
    return f"/dev/dm-{at}"


def _line(lun, at):
    return {
        "source": lun.device,
        "path": lun.mount.path,
        "fstype": "ocfs2",
        "options": ["_netdev", *lun.mount.options],
        "node": _kernel_name(at),
    }


def _facts(pillar, lun, at):
    volume = answers.volume(pillar, uuid=lun.uuid, label=lun.label, slots=lun.slots)
    mount = {"path": lun.mount.path, "options": ["rw", "relatime", "_netdev", *lun.mount.options]}
    facts = answers.lun(pillar, volume=volume, mounts=[mount], slot=0, half_made=False)
    wwn = f"/dev/disk/by-id/wwn-0x{lun.wwid[1:]}"
    return copy.deepcopy(
        {
            **facts,
            "device": _kernel_name(at),
            "node": _kernel_name(at),
            "wwid": lun.wwid,
            "paths": {f"sd{letter}{at}": lun.wwid for letter in "ab"},
            "size": lun.size,
            "names": list(dict.fromkeys([lun.device, wwn])),
        }
    )
