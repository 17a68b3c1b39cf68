"""What nodes answer to the census: good answers, for tests to break one thing in."""

import copy

from ocfs2lib.findings.snapshot import Snapshot
from ocfs2lib.firewall import backend
from ocfs2lib.firewall import managers
from ocfs2lib.firewall import others
from ocfs2lib.firewall.backends import BACKENDS
from ocfs2lib.lun import ledger
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import fstab
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import service_dropins
from ocfs2lib.node import setup
from ocfs2lib.node import units
from ocfs2lib.node.parts import firewall
from ocfs2lib.pillar import check
from ocfs2lib.pillar import features
from ocfs2lib.plan import decide
from ocfs2lib.platform import debian
from support import roster

FORMULA = "1.0.0+5f3a9c20d1e4"
UUID = "458E997A48634B3DAB36F01667EBB761"


def desired(count=3, **lun):
    """Return the ``Desired`` of a roster whose one LUN may be formatted, changed by ``lun``."""
    section = roster.section(count)
    section["luns"]["primary"].update({"format": "once", **lun})
    return check.parse(section)


def desired_with_two_luns():
    """Return a ``Desired`` with another LUN, ``second``; both may be formatted."""
    section = roster.section()
    second = copy.deepcopy(section["luns"]["primary"])
    second.update(device="/dev/mapper/second", wwid="3600a0b8000123456000abcd0123456ff")
    second["mount"] = {"path": "/san/second"}
    section["luns"]["second"] = second
    for each in section["luns"].values():
        each["format"] = "once"
    return check.parse(section)


def lun(pillar, **changes):
    """Return the facts of the LUN of ``pillar``, proved blank."""
    described = pillar.luns[0]
    return {
        "device": described.device,
        "node": "/dev/dm-3",
        "wwid": described.wwid,
        "paths": {"sda": described.wwid, "sdb": described.wwid.upper()},
        "size": described.size,
        "sector_size": 512,
        "read_only": False,
        "holders": [],
        "mounts": [],
        "slot": None,
        "busy": False,
        "writers": [],
        "volume": None,
        "half_made": False if changes.get("volume") else None,
        "journals": None,
        "changing": False,
        "signature": {},
        "written": [],
        "error": None,
        "unreadable": None,
        **changes,
    }


def record(pillar, state=ledger.NEVER, **changes):
    """Return what the ledger has of the LUN of ``pillar``; of a format, all it has."""
    described = pillar.luns[0]
    known = {"cluster": pillar.cluster.name, "lun": described.key, "time": "2026-01-31T23:59:59Z"}
    if state in (ledger.FORMATTING, ledger.FORMATTED):
        leader = min(pillar.nodes, key=lambda node: node.number).minion
        known.update(uuid=UUID, label=described.label, leader=leader, token="0" * 32)
    about = {} if state == ledger.NEVER else known
    key = ledger.key(described.wwid)
    return ledger.Record(key, state, **{**about, **changes})


def volume(pillar, **changes):
    """Return the facts of the volume that ``pillar`` describes."""
    described = pillar.luns[0]
    return {
        "uuid": UUID,
        "label": described.label,
        "slots": described.slots,
        "size": described.size,
        "block_size": 4096,
        "cluster_size": 1 << 20,
        "stack": "o2cb",
        "cluster": pillar.cluster.name,
        "stamp": f"o2cb/{pillar.cluster.name}",
        "global_heartbeat": False,
        "features": [*features.DEFAULTS, "clusterinfo"],
        **changes,
    }


def node(pillar, minion, **changes):
    """Return the census of a node that is as ``pillar`` says; ``changes`` are its LUN's."""
    described = pillar.node(minion)
    return {
        "formula": FORMULA,
        "formatting": None,
        "formats": {},
        "host": {
            "hostname": described.name,
            "kernel": "6.1.0-18-amd64",
            "platform": "Debian 12",
            "addresses": [described.address],
        },
        "o2cb": _o2cb(pillar, minion),
        "setup": _setup(pillar, minion),
        "mounts": [],
        "holds": {"cluster": None, "luns": {}},
        "fstab": {each.mount.path: fstab.line(each, minion) for each in pillar.luns_of(minion)},
        "luns": {pillar.luns[0].key: lun(pillar, **copy.deepcopy(changes))},
    }


def census(pillar, **changes):
    """Return ``{minion id: census}`` of the whole roster, each answer a copy of its own."""
    return {each.minion: node(pillar, each.minion, **changes) for each in pillar.nodes}


def no_manager():
    """Return the states of the firewalls that a host may run by itself, of one that has none."""
    return dict.fromkeys(managers.MANAGERS, managers.ABSENT)


def untouched_san():
    """Return what a node tells of the way to its LUNs where pillar leaves that alone."""
    return {
        "iscsi": {"initiator": None, "records": [], "sessions": [], "made": [], "unseen": []},
        "nvme": {"host": None, "controllers": []},
        "fcoe": {"files": {}},
        "multipath": {"interval": None, "threshold": None, "maps": [], "disks": []},
        "multipath_owners": [],
    }


def _setup(pillar, minion):
    states = no_manager()
    name = managers.backend(pillar.firewall.backend, states)
    files = {
        **units.files(pillar, debian.PLATFORM),
        **firewall.files(pillar, minion, debian.PLATFORM, name),
    }
    guard = BACKENDS[name]
    peers = [peer.address for peer in pillar.peers(minion)]
    panic = {"kernel.panic": "30", "kernel.panic_on_oops": "1"}
    return {
        "files": {path: files.get(path) for path in setup.FILES},
        "enabled": [units.UNIT, backend.UNIT],
        "masked": [units.PACKAGE_UNIT],
        "missing": [],
        "package_keys": {"files": [], "trusted": []},
        "module_package": False,
        "services": service_dropins.files(pillar, minion),
        **untouched_san(),
        "panic": {name: {"live": value, "file": value} for name, value in panic.items()},
        "firewall": {
            "managers": states,
            "rules": guard.expected(pillar.cluster.port, peers),
            "blocking": others.nothing(),
        },
    }


def _o2cb(pillar, minion):
    cluster = pillar.cluster
    attributes = {name: value for name, value in vars(cluster).items() if name != "name"}
    nodes = {
        each.name: {
            "number": each.number,
            "address": each.address,
            "port": cluster.port,
            "local": each.minion == minion,
        }
        for each in pillar.nodes
    }
    return {
        "stack": "o2cb",
        "modules": True,
        "clusters": {cluster.name: {**attributes, "nodes": nodes, "regions": []}},
        "online": cluster.name,
        "conf": {"text": cluster_conf.render(cluster_conf.from_desired(pillar))},
        "settings": {
            "path": "/etc/default/o2cb",
            "values": o2cb_settings.from_desired(pillar),
        },
    }


#: A multipath map that is well.
MAP = {
    "name": "primary",
    "node": "/dev/dm-3",
    "queueing": "4 chk",
    "living": True,
    "array": "NETAPP,LUN",
}


def examination(pillar, minion, **changes):
    """Return the examination of a node that is healthy and has the volume of ``pillar`` mounted.

    ``changes`` are those of its LUN.
    """
    described = pillar.luns[0]
    mount = {"path": described.mount.path, "options": ["rw", *described.mount.options]}
    kept = {"volume": volume(pillar), "mounts": [mount], "half_made": False, **changes}
    found = node(pillar, minion, **kept)
    found["mounts"] = [described.mount.path]
    found["o2cb"]["clusters"][pillar.cluster.name]["regions"] = [UUID]
    peers = [each.name for each in pillar.nodes if each.minion != minion]
    return {
        **found,
        "health": {
            "time_ms": 1_000_000,
            "boot": "5f6b1c52-8d9b-4a5e-9f5e-0c7a3c1d2e3f",
            "cluster": pillar.cluster.name,
            "peers": {name: {"handshake": True, "quiet_ms": 800} for name in peers},
            "volumes": {UUID: volume_health(pillar, minion)},
        },
        "space": {described.mount.path: room()},
        "hung": {},
        "labels": {},
        "hidden": {described.mount.path: []},
        "multipath": {
            "maps": {described.wwid: dict(MAP)},
            "paths": {described.wwid: {"sda": "ok", "sdb": "ok"}},
            "polling_interval": 5,
        },
        "volumes": {"/dev/dm-3": {"uuid": UUID, "wwid": described.wwid}},
        "unmapped": {},
        "lun_timeouts": {},
        "drbd": {},
        "kernels": {"6.1.0-18-amd64": []},
        "starts_after": sorted([*units.after(debian.PLATFORM), "sysinit.target"]),
    }


def examinations(pillar):
    """Return ``{minion id: examination}`` of a healthy roster, each answer a copy of its own."""
    return {each.minion: examination(pillar, each.minion) for each in pillar.nodes}


def volume_health(pillar, minion):
    """Return what ``ocfs2_health.facts`` has of a mounted volume that is well."""
    numbers = [each.number for each in pillar.nodes]
    return {
        "paths": [pillar.luns[0].mount.path],
        "read_only": False,
        "failed": False,
        "recovering": [],
        "slot": numbers.index(pillar.node(minion).number),
        "slots": pillar.luns[0].slots,
        "beating": numbers,
        "members": numbers,
        "late_ms": 1300,
        "limit_ms": (pillar.cluster.heartbeat_threshold - 1) * 2000,
    }


def room():
    """Return what ``ocfs2_diagnose.space`` has of a volume with enough room."""
    return {"bytes": 1 << 41, "free_bytes": 1 << 40, "inodes": 1 << 21, "free_inodes": 1 << 20}


def snapshot(
    pillar,
    answers=None,
    silent=None,
    malformed=None,
    record=None,
    numbers=None,
    slow=(),
    strangers=(),
):
    """Return what was seen of a cluster that answered so (:class:`findings.snapshot.Snapshot`)."""
    answers = examinations(pillar) if answers is None else answers
    lost = {
        **dict(silent or {}),
        **{minion: str(why) for minion, why in dict(malformed or {}).items()},
    }
    records = {pillar.luns[0].key: record}
    seen = decide.plan(pillar, answers, lost, FORMULA, records, numbers, proof=False)
    return Snapshot(seen, answers, dict(malformed or {}), 999_500, 1_000_700, slow, strangers)
