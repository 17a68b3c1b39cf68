"""Valid pillars of many kinds."""

import copy
from pathlib import Path

import yaml

from ocfs2lib import sizes
from ocfs2lib.pillar.mount_options import MOUNT_OPTIONS
from ocfs2lib.pillar.sections.luns_keys import default_slots
from ocfs2lib.platform import platforms
from support import roster

EXAMPLE_PATH = Path(__file__).parents[2] / "pillar.example"
EXAMPLE = yaml.safe_load(EXAMPLE_PATH.read_text(encoding="utf-8"))["ocfs2"]

_NETWORKS = ((10, 0), (10, 255), (172, 16), (192, 168), (100, 64), (198, 18), (1, 1), (223, 255))
PRINTABLE = [chr(code) for code in range(0x21, 0x7F) if chr(code) != "/"]
_PACKAGES = ("kmod-ocfs2", "kernel-uek", "linux-modules-extra-6.8.0-88-generic", "a.b+c_D")
_LABEL = [each for each in PRINTABLE if each != "-"]  # as the first character


def valid_pillar(dice):
    """A valid pillar."""
    kind = dice.random()
    if kind < 0.1:
        return copy.deepcopy(EXAMPLE)
    if kind < 0.2:
        return roster.section(dice.randint(1, 16))
    nodes = _nodes(dice)
    section = {"nodes": nodes, "luns": _luns(dice, list(nodes))}
    sections = {
        "cluster": _cluster,
        "kernel": _kernel,
        "firewall": _firewall,
        "drain": _drain,
        "repositories": _repositories,
        "san": _san,
    }
    for name, make in sections.items():
        if dice.random() < 0.6:
            section[name] = make(dice)
    return section


def _some(dice, entries):
    """Some of a dict, in any order; None or empty now and then."""
    if dice.random() < 0.1:
        return dice.choice((None, {}))
    names = dice.sample(list(entries), dice.randint(0, len(entries)))
    return {name: entries[name] for name in names}


def _cluster(dice):
    keepalive, reconnect = dice.randint(1000, 20000), dice.randint(2000, 20000)
    # Also against the defaults of the two others.
    least = max(keepalive, 2000) + max(reconnect, 2000)
    section = _some(
        dice,
        {
            "name": "".join(dice.choices(_ALNUM, k=dice.randint(1, 16))),
            "heartbeat_mode": "local",
            "heartbeat_threshold": dice.choice((7, 31, 61, 601, dice.randint(7, 601))),
            "idle_timeout_ms": dice.choice((600000, dice.randint(least, 600000))),
            "keepalive_delay_ms": keepalive,
            "reconnect_delay_ms": reconnect,
            "fence_method": dice.choice(("reset", "panic")),
            "port": dice.choice((1, 7777, 65534, dice.randint(1, 65534))),
        },
    )
    if section and "idle_timeout_ms" not in section:
        section.pop("keepalive_delay_ms", None)
    return section


_ALNUM = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _kernel(dice):
    return _some(
        dice,
        {
            "panic": dice.choice((1, 30, 3600)),
            "panic_on_oops": dice.random() < 0.5,
            "module": _module(dice),
        },
    )


def _module(dice):
    source = dice.choice(("distribution", "package", "rpm", "deb"))
    if source == "distribution":
        return {"source": source}
    if source == "package":
        return {"source": source, "packages": dice.sample(_PACKAGES, dice.randint(1, 3))}
    return {
        "source": source,
        "url": dice.choice((f"salt://modules.{source}", f"https://x.y/a%20b.{source}")),
        "sha256": f"{dice.getrandbits(256):064x}",
        **_signed(dice),
    }


def _signed(dice):
    return {
        "key": dice.choice(("salt://key.asc", "file:///etc/key.asc")),
        "fingerprints": [f"{dice.getrandbits(160):040X}" for _ in range(dice.randint(1, 3))],
    }


def _repositories(dice):
    releases = dice.sample(platforms.RELEASES, 4)
    found = {
        "one.x-1": {"provides": "tools", "releases": releases[:2], "url": "none"},
        "Two": {"provides": dice.choice(("tools", "module")), "releases": releases[2:]},
        "3": {"provides": "module", "url": "file:///srv/mirror"},
    }
    found["Two"] |= {"url": "http://mirror:8080/$basearch/", **_signed(dice)}
    found["3"].update(_signed(dice))
    return _some(dice, found) or None


def _san(dice):
    portals = ["192.168.50.10", "192.168.51.10:3261", "10.9.0.1:65535"]
    names = ["iqn.2003-01.com.domain:a.b-c", "eui.0123456789ABCDEF", f"naa.{'a' * 16}"]
    chap = {"username": "a!~b", "password": "x" * dice.choice((12, 255))}
    if dice.random() < 0.5:
        chap |= {"username_in": "c", "password_in": "y" * 12}
    iscsi = {"portals": dice.sample(portals, 2), "targets": dice.sample(names, 2)}
    nvme = {"portals": dice.sample(portals, 1), "subsystems": ["nqn.2003-01.com.domain:a_B"]}
    port = {"mode": dice.choice(("fabric", "vn2vn")), "dcb": True, "auto_vlan": False}
    entries = {
        "multipath": dice.random() < 0.5,
        "iscsi": dice.choice((None, {**iscsi, "chap": dice.choice((None, chap))})),
        "nvme": dice.choice((None, nvme)),
        "fcoe": dice.choice((None, {"eth2": {}, "ens1f0.802": port})),
    }
    return _some(dice, entries)


def _firewall(dice):
    backends = ("host", "nftables", "iptables", "firewalld", "ufw", "none")
    return _some(dice, {"backend": dice.choice(backends)})


def _drain(dice):
    how = {"command": "/opt/drain_1.sh", "state": f"hypervisor.{dice.choice('ab_')}-1"}
    how[dice.choice(("command", "state"))] = None
    return _some(dice, {**how, "limit": dice.choice((1, 600, 86400))})


def _nodes(dice):
    count = dice.choices(
        (dice.randint(1, 8), dice.randint(9, 32), dice.choice((64, 254, 255))), (930, 65, 5)
    )[0]
    numbers = dice.sample(range(255), count) if dice.random() < 0.5 else range(count)
    network = dice.choice(_NETWORKS)
    hosts = dice.sample(range(1, 2**16 - 1), count)
    style = dice.randrange(4)
    nodes = {}
    for index in range(count):
        minion, name = _names(style, index)
        host = hosts[index]
        address = f"{network[0]}.{network[1]}.{host >> 8}.{host & 255}"
        nodes[minion] = {"number": numbers[index], "address": address}
        if name:
            nodes[minion]["name"] = name
        elif dice.random() < 0.1:
            nodes[minion]["name"] = None
    return nodes


def _names(style, index):
    """Minion id and node name; a name of None is derived from the minion id."""
    return (
        (f"host{index}.example.com", None),
        (f"NODE-{index}", None),
        (f"_web+{index}@rack.example", f"web{index}.rack-{index}.example"),
        (f"{index}" + "x" * (255 - len(str(index))), f"{index}" + "a" * (64 - len(str(index)))),
    )[style]


def _luns(dice, nodes):
    count = dice.choices((dice.randint(1, 3), dice.randint(4, 16), 64), (930, 65, 5))[0]
    return {_lun_key(dice, index): _lun(dice, index, nodes) for index in range(count)}


def _lun_key(dice, index):
    return f"{index}{dice.choice(('', 'a._-', 'primary', 'x' * 50))}"


def _lun(dice, index, roster):
    some = dice.sample(roster, dice.randint(1, len(roster))) if dice.random() < 0.3 else None
    nodes = len(some or roster)
    device, wwid = _identity(dice, index)
    pinned = dice.random() < 0.3
    slots = dice.choice((None, nodes, 255, dice.randint(nodes, 255)))
    kind = dice.choice(("vmstore", "datafiles", "mail"))
    needed = max(2 * (slots or default_slots(nodes)) * 256 * sizes.MIB, 2 * sizes.GIB)
    lun = {
        "device": device,
        "wwid": wwid,
        "size": _size(dice, 300 * sizes.MIB if pinned else needed),
        "mount": {"path": f"/san/{dice.choice(('a.b', 'x_y', 'd/e', 'p@q+r'))}{index}"},
    }
    label = dice.choice(_LABEL) + "".join(dice.choices(PRINTABLE, k=dice.randint(2, 56)))
    optional = {
        "label": dice.choice((None, label)),
        "type": kind,
        "format": dice.choice(("never", "once")),
    }
    lun.update(_some(dice, optional) or {})
    if dice.random() < 0.3:
        lun.update(_choices(dice))
    if lun.get("label"):
        lun["label"] += f"#{index}"
    if slots or dice.random() < 0.1:
        lun["slots"] = slots
    if some or dice.random() < 0.1:
        lun["nodes"] = some
    if dice.random() < 0.3:
        lun["mount"]["auto"] = dice.random() < 0.5
    if pinned or dice.random() < 0.1:
        lun["uuid"] = _uuid(dice) if pinned else None
    if dice.random() < 0.5:
        lun["mount"]["options"] = _options(dice)
        quotas = [each for each in lun["mount"]["options"] if each.endswith("quota")]
        lun["features"] = [*dict.fromkeys((*lun.get("features", ()), *quotas))]
    if dice.random() < 0.3:
        lun["mount"]["services"] = dice.sample(_SERVICES, dice.randint(0, len(_SERVICES)))
    return lun


def _choices(dice):
    """What may be told to mkfs.ocfs2; journals of up to 256 MiB fit into every LUN here."""
    cluster = dice.choice((None, *(4096 << power for power in range(2, 9))))
    names = dice.sample(["refcount", "metaecc", "usrquota", "inline-data", "sparse"], 2)
    off = dice.sample(["noindexed-dirs", "nodiscontig-bg", "noappend-dio"], dice.randint(0, 2))
    return {
        "block_size": dice.choice((None, 512, 1024, "2KiB", "4KiB", 4096)),
        "cluster_size": cluster,
        "journal_size": dice.choice((None, "9MiB", 16 * sizes.MIB, 256 * sizes.MIB)),
        "features": dice.choice(([], names, [*off, *names])),
    }


_SERVICES = ("libvirtd.service", "a:b_c.d-e@f@g.service", "0" * 245 + ".service")


def _identity(dice, index):
    """A device and the WWID that it may have."""
    digits = f"{dice.choice('0123456789abcdef')}{dice.getrandbits(96):024x}{index:07x}"
    short = f"{dice.choice('013456789abcdef')}{dice.getrandbits(32):08x}{index:07x}"
    name = f"{dice.choice(('a', 'LUN_', 'm.p-', 'v:w+', 'x@y=', '_', 'b#'))}{index}"
    return dice.choice(
        (
            (f"/dev/mapper/{name}", f"3{digits}"),
            (f"/dev/mapper/3{digits}", f"3{digits}"),
            (f"/dev/mapper/{name}", f"eui.{short}"),
            (f"/dev/mapper/{name}", f"SVENDOR_disk.{index}:{name.translate(_PLAIN)}"),
            (f"/dev/disk/by-id/wwn-0x{short}", f"3{short}"),
            (f"/dev/disk/by-id/scsi-3{digits}", f"3{digits}"),
            (f"/dev/disk/by-id/dm-uuid-mpath-3{digits}", f"3{digits}"),
            (f"/dev/disk/by-id/dm-name-{name}", f"2{short}"),
            (f"/dev/disk/by-id/nvme-eui.{digits}", f"eui.{digits}"),
            (f"/dev/disk/by-id/virtio-{short}", f"virtio-{short}"),
            (f"/dev/disk/by-id/scsi-0QEMU_DISK_{short}", f"0QEMU_DISK_{short}"),
            (f"/dev/mapper/{name}-part{index + 1}", f"3{digits}-partuuid-{_partuuid(dice, index)}"),
            (f"/dev/mapper/{name}p1", f"3{digits}-partuuid-{_partuuid(dice, index)}"),
            (
                f"/dev/disk/by-id/wwn-0x{short}-part2",
                f"3{short}-partuuid-{_partuuid(dice, index)}",
            ),
            _by_partuuid(_partuuid(dice, index), f"3{digits}"),
            (f"/dev/drbd/by-res/r.{index}/{index}", f"drbd-r.{index}-{index}"),
            (f"/dev/drbd/by-res/a-{index}", f"drbd-a-{index}-0"),
        )
    )


def _partuuid(dice, index):
    """A PARTUUID of a GPT or of an MBR."""
    text = f"{dice.getrandbits(96):024x}{index:08x}"
    dashed = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return dice.choice((dashed, f"{text[24:]}-{dice.randint(1, 255):02x}"))


def _by_partuuid(partuuid, whole):
    return f"/dev/disk/by-partuuid/{partuuid}", f"{whole}-partuuid-{partuuid}"


_PLAIN = str.maketrans("+@=#", "____")


def _size(dice, least):
    size = max(least, dice.choice((least, 3 * sizes.GIB, sizes.TIB, 16 * sizes.TIB)))
    size += dice.choice((0, 0, sizes.SECTOR, sizes.GIB))
    for unit in ("TiB", "GiB", "MiB", "kB"):
        if not size % sizes.UNITS[unit] and dice.random() < 0.4:
            return f"{size // sizes.UNITS[unit]}{unit}"
    return size


def _uuid(dice):
    text = f"{dice.getrandbits(128):032x}"
    dashed = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return dice.choice((text, text.upper(), dashed, dashed.upper()))


def _options(dice):
    """Mount options that do not contradict each other."""
    groups = {}
    for option in dice.sample(list(MOUNT_OPTIONS.values()), dice.randint(0, 8)):
        value = ""
        if option.choices:
            value = f"={dice.choice(option.choices)}"
        elif option.takes_value:
            value = f"={dice.choice((option.minimum, option.maximum))}"
        groups[option.group or option.name] = f"{option.name}{value}"
    return list(groups.values())
