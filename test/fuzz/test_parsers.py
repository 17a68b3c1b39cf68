"""Whatever a tool, the kernel, a file or another node says: it is understood as it was meant, or
refused in the documented way, in time."""

import contextlib
import copy
import dataclasses
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib.answers import census as answers_census
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.errors import FormulaError
from ocfs2lib.firewall import iptables
from ocfs2lib.firewall import nft_trace
from ocfs2lib.firewall import nftables
from ocfs2lib.firewall.backends import FIREWALLS
from ocfs2lib.lun import contents
from ocfs2lib.lun import superblock
from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.lun.wwid import wwid_of_sysfs
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import o2cb_settings
from ocfs2lib.parsers import blkid
from ocfs2lib.parsers import debugfs
from ocfs2lib.parsers import mount_tables
from ocfs2lib.plan import decide
from ocfs2lib.plan import plan_text
from ocfs2lib.platform import debian
from support import answers
from support.o2cb import meant
from support.o2cb import of_size

from . import cases
from . import strategies
from .findings import Findings

ODD = (
    *("\n", "\n\n", "\t", " ", "#", "\\", "\\\n", "=", ":", "-", "+", "'", '"', "\r", "\r\n", "\0"),
    *("\v", "\f", "\x1c", "\x1f", "\x85", "\xa0", "\u2028", "\ufeff", "é", "\udcff", "٣", "²"),
    *("0", "-1", "255", "4294967296", "-18446744073709551615", "9" * 300, "0" * 300, "x" * 300),
    *strategies.SHELL,
)


def damaged(kind, part, text, pieces=ODD):
    """Many damaged copies of a text, or of any of several."""
    for number in cases.share(part):
        dice = cases.chance(kind, number)
        whole = text if isinstance(text, (str, bytes)) else dice.choice(text)
        yield strategies.garbled(dice, whole, pieces)


# cluster.conf, held against the real loader.


_CLUSTER = "cluster:\n\tname = %s\n\theartbeat_mode = local\n\tnode_count = %d\n\n"
_NODE = (
    "node:\n\tcluster = web\n\tnumber = %d\n\tip_port = 7777\n\tip_address = %s\n\tname = n%d\n\n"
)
CONFS = (
    cluster_conf.render(of_size(2)),
    cluster_conf.render(of_size(5)),
    _CLUSTER % ("web", 1) + _CLUSTER % ("other", 0) + _NODE % (7, "10.0.0.1", 7),
    _NODE % (1, "10.0.0.1", 1) + "# comment\n" + _CLUSTER.replace("local", "Global") % ("web", 1),
    cluster_conf.render(
        cluster_conf.Conf((cluster_conf.ConfCluster("web", "global", 0, ("A" * 32, "B" * 32)),))
    ),
)
CONF_PIECES = (
    *ODD,
    *("cluster:", "node:", "heartbeat:", "cluster :\n", "foo:\n", "\tname = n3\n", "\tbar = 1\n"),
    *("heartbeat:\n\tcluster = web\n\tregion = AB\n\n", "\tregion = AB\n", "\tcluster = web\n"),
    *("\tnumber = 1\n", " number=2\n", "\tip_port = 0x1E61\n", "\tip_port = +07\n", "# text\n"),
    *("\tip_address = 10.1\n", "\tip_address = 010.0.0.1\n", "\tip_address = 10.0.0.9\n"),
    *("\tip_address = 10.0.0.1/24\n", "Global", "LOCAL", "\tnode_count = 9 \t\n", "\tname =\n"),
)


def loaded(path, cluster):
    """What the real tool finds of a cluster in a file, in any order; None if it refuses it."""
    argv = ["o2cb", f"--config-file={path}", "list-cluster", "--oneline", "--", cluster]
    done = subprocess.run(argv, capture_output=True, check=False)
    return None if done.returncode else sorted(printed(done).split("\n"))


def printed(done):
    """What a process wrote, each byte of it."""
    return done.stdout.decode("utf-8", "surrogateescape")


def understood(text, name):
    """The same as our reading of the file gives it."""
    try:
        conf = cluster_conf.parse(text)
    except cluster_conf.ConfError as err:
        assert str(err)
        return None
    cluster, nodes = meant(conf, name)
    regions = [each.regions for each in conf.clusters if each.name == name]
    lines = [f"heartbeat: {region} {name}" for each in regions for region in each]
    return sorted("\n".join([*lines, nodes + (f"{cluster}\n" if cluster else "")]).split("\n"))


@pytest.mark.skipif(not shutil.which("o2cb"), reason="ocfs2-tools are not installed")
def test_cluster_conf_is_understood_as_the_tool_does(tmp_path):
    found, path, accepted = Findings(), tmp_path / "cluster.conf", 0
    for text in damaged("cluster.conf", 10, CONFS, CONF_PIECES):
        with found.watch(ascii(text)):
            path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
            ours = understood(text, "web")
            if "\0" in text:
                assert ours is None
            else:
                assert ours == loaded(path, "web")
            accepted += ours is not None
    found.none()
    assert 0.1 < accepted / len(cases.share(10)) < 0.9


def test_any_cluster_conf_is_understood_or_refused():
    found = Findings()
    for text in damaged("any cluster.conf", 1, CONFS, CONF_PIECES):
        with found.watch(ascii(text)):
            try:
                conf = cluster_conf.parse(text)
            except cluster_conf.ConfError as err:
                assert str(err)
                continue
            assert all(isinstance(line, str) for line in cluster_conf.doubts(conf))
    found.none()


@pytest.mark.parametrize("number", ["9" * 5000, "0" * 5000])
def test_a_number_of_any_length_in_cluster_conf_is_refused_or_read(number):
    text = CONFS[0].replace("number = 0", f"number = {number}")
    if number.strip("0"):
        with pytest.raises(cluster_conf.ConfError):
            cluster_conf.parse(text)
    else:
        assert cluster_conf.parse(text) == cluster_conf.parse(CONFS[0])


# The o2cb settings, held against the shell that reads them at boot.


DEBIAN = debian.PLATFORM.settings
_SETTINGS = o2cb_settings.render(dict.fromkeys(o2cb_settings.NAMES, "7"), DEBIAN)
SETTINGS = (
    _SETTINGS,
    _SETTINGS.replace("\n", "\r\n"),
    "O2CB_ENABLED=true\nO2CB_BOOTCLUSTER='web'\nexport O2CB_STACK=\"o2cb\"  # why\n",
)
SETTINGS_PIECES = (
    *(piece for piece in ODD if strategies.CANARY not in piece and len(piece) < 1000),
    *("O2CB_ENABLED=true", "O2CB_ENABLED=false\n", " O2CB_STACK=x", "export ", "export\t", "=="),
    *("$", "`", ";", "&", "|", "(", ")", "{", "}", "<", ">", "~", "*", "?", "[a]", "!", "%", "^"),
    *("''", '""', "'a'b", '"a"b', "a'b'", "\\\n", "# a\n", "#\\\n", ":", "test", "if", "\n\n"),
)
_NAMES = (*o2cb_settings.NAMES, "O2CB_STACK")


def sourced(paths):
    """What the shell has in each variable after it has read each file."""
    words = " ".join(f'"${name}"' for name in _NAMES)
    script = f"for file; do (. \"$file\"; printf '%s\\0' {words}); printf '\\1\\0'; done"
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *map(str, paths)],
        env={"PATH": "/nonexistent", "LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    said = [answer.split("\0")[:-1] for answer in printed(done).split("\1\0")[:-1]]
    return [dict(zip(_NAMES, each)) for each in said]  # noqa: B905 - none if the shell gave up


def understood_settings(kind, part):
    """Damaged settings files with what we understand; those that are refused are left out."""
    found, kept = Findings(), []
    for text in damaged(kind, part, SETTINGS, SETTINGS_PIECES):
        with found.watch(ascii(text)):
            try:
                values = o2cb_settings.parse(text)
            except FormulaError as err:
                assert str(err)
                continue
            assert {type(each) for pair in values.items() for each in pair} <= {str}
            assert o2cb_settings.effective(values).keys() >= {*o2cb_settings.NAMES}
            kept.append((text, values))
    found.none()
    return kept


def test_any_settings_are_plain_assignments_or_refused():
    assert len(understood_settings("any settings", 1)) > cases.CASES / 10


def test_settings_that_are_understood_say_the_same_to_the_shell(tmp_path):
    found, kept, paths = Findings(), understood_settings("settings", 4), []
    for number, (text, _) in enumerate(kept):
        paths.append(tmp_path / str(number))
        paths[-1].write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
    for start in range(0, len(kept), 200):
        said = sourced(paths[start : start + 200])
        for (text, values), answer in zip(kept[start : start + 200], said, strict=True):
            with found.watch(ascii(text)):
                assert {name: values.get(name, "") for name in _NAMES} == answer
    found.none()


def test_any_output_of_debconf_is_answers():
    found = Findings()
    text = "".join(f"* {name}: 7\n" for name in DEBIAN.questions.values())
    for garbage in damaged("debconf", 4, text):
        with found.watch(ascii(garbage)):
            answer = o2cb_settings.parse_debconf(garbage, DEBIAN.questions)
            assert answer.keys() <= DEBIAN.questions.keys()
            assert all(isinstance(value, str) for value in answer.values())
    found.none()


# What the kernel and util-linux print.


BLKID = (
    "DEVNAME=/dev/loop0\nLABEL=webvol\nUUID=458e997a-4863-4b3d-ab36-f01667ebb761\nVERSION=0.90\n"
    "BLOCK_SIZE=4096\nTYPE=ocfs2\nUSAGE=filesystem\n"
)
MOUNTINFO = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
FS_STATE = (
    "    Device => Id: 8,0  Uuid: 458E997A  Gen: 0x826A8F5F  Label: webvol\n"
    "    Volume => State: 1  Flags: 0x4\n"
    "  Recovery => Pid: 77  Nodes: 2 0\n"
    "     Slots => Num     RecoGen\n                0           3\n             *  1           0\n"
)
WWIDS = ("naa.5000c50000000001\n", "eui.0025388b910a2b1c\n", "t10.ATA     QEMU HARDDISK   QM1 \n")


def test_any_output_of_blkid_is_a_dict_of_texts():
    found = Findings()
    for text in damaged("blkid", 2, BLKID):
        with found.watch(ascii(text)):
            pairs = blkid.parse(text)
            assert "DEVNAME" not in pairs
            assert {type(each) for pair in pairs.items() for each in pair} <= {str}
            facts = {"volume": None, "signature": pairs, "written": None}
            assert isinstance(contents.describe(facts), str)
    found.none()


def as_the_kernel_writes(text):
    """A name with what seq_escape(3) takes out of it, as a simulation of the kernel's side."""
    return "".join(f"\\{ord(each):03o}" if each in " \t\n\\#" else each for each in text)


def test_a_mount_of_any_name_is_read_back():
    found, names = Findings(), ("/", "/san", "tmpfs", "", "-", *ODD)
    for number in cases.share(2):
        dice = cases.chance("mounts", number)
        path, source = ("".join(dice.choices(names, k=2)).replace("\0", "") for _ in range(2))
        path = f"/{path}"
        left = f"42 1 0:{number} / {as_the_kernel_writes(path)} rw,relatime shared:2"
        text = f"{MOUNTINFO}{left} - tmpfs {as_the_kernel_writes(source)} rw,size=1k\n"
        with found.watch(ascii((path, source))):
            assert mount_tables.mountinfo(text)[-1] == {
                "id": "42",
                "device": f"0:{number}",
                "path": path,
                "fstype": "tmpfs",
                "source": source,
                "options": ["rw", "relatime", "size=1k"],
            }
    found.none()


def test_any_mount_table_is_a_list_of_mounts():
    found, keys = Findings(), {"id", "device", "path", "fstype", "source", "options"}
    for text in damaged("mountinfo", 2, MOUNTINFO[-1000:]):
        with found.watch(ascii(text)):
            for mount in mount_tables.mountinfo(text):
                assert mount.keys() == keys
                assert all(isinstance(each, str) for each in mount["options"])
                assert all(isinstance(mount[key], str) for key in keys - {"options"})
    found.none()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
@pytest.mark.parametrize(
    "name",
    [
        *("a\vb", "a\fb", "a\x1cb", "a\x85b", "a\xa0b", ""),
        *("a b\n#\\'\"", "$(x)"),
    ],
)
def test_a_mount_with_such_a_name_keeps_nothing_from_being_seen(sandbox, modules, tmp_path, name):
    path = tmp_path / (name or "empty")
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", name, str(path)], check=True)
    try:
        found = modules["ocfs2_mount.at"](str(path))
    finally:
        subprocess.run(["umount", str(path)], check=True)
    assert found
    assert (found["fstype"], found["source"]) == ("tmpfs", name)


def test_any_state_of_a_filesystem_has_a_slot_or_none():
    found, slots = Findings(), set()
    for text in damaged("fs_state", 2, FS_STATE):
        with found.watch(ascii(text)):
            slot = debugfs.fs_state(text)["slot"]
            assert slot is None or (type(slot) is int and slot >= 0)
            slots.add(slot)
    found.none()
    assert {None, 1} <= slots


def test_any_wwid_is_a_text_without_blanks_around_it():
    found = Findings()
    for text in damaged("wwid", 2, WWIDS):
        with found.watch(ascii(text)):
            wwid = wwid_of_sysfs(text)
            assert wwid == wwid.strip()
            assert same_wwid(wwid, wwid)
    found.none()


def test_a_slot_of_many_digits_is_none():
    text = FS_STATE.replace("*  1", "*  " + "1" * 5000)
    assert debugfs.fs_state(text)["slot"] is None


# The superblock.


@pytest.fixture(scope="module")
def head(tmp_path_factory):
    """The start of a volume that the real mkfs.ocfs2 made."""
    if not shutil.which("mkfs.ocfs2"):
        pytest.skip("ocfs2-tools are not installed")
    image = tmp_path_factory.mktemp("volume") / "image"
    image.touch()
    os.truncate(image, 320 << 20)
    argv = ["mkfs.ocfs2", "-q", "-U", answers.UUID, "-L", "a label", "-N", "4", "-T", "mail"]
    argv += ["--cluster-stack=o2cb", "--cluster-name=web", str(image)]
    subprocess.run(argv, check=True, capture_output=True)
    with image.open("rb") as handle:
        return handle.read(superblock.HEAD_BYTES)


def seen(data):
    """The facts of a superblock, which must be of the documented shape."""
    volume = superblock.parse(data)
    if volume is None:
        return None
    assert re.fullmatch("[0-9A-F]{32}", volume.uuid)
    assert len(volume.label) <= 64
    assert len(volume.cluster) <= 16
    assert 0 <= volume.slots < 2**16
    assert volume.size >= 0
    assert type(volume.global_heartbeat) is bool
    assert volume.stamp
    facts = {**dataclasses.asdict(volume), "stamp": volume.stamp}
    json.dumps(facts)
    return facts


def test_no_bit_of_a_superblock_makes_the_reading_fail(head):
    found, start, whole = Findings(), head.index(b"OCFSV2"), seen(head)
    assert (whole["uuid"], whole["label"]) == (answers.UUID, "a label")
    assert (whole["slots"], whole["stamp"]) == (4, "o2cb/web")
    different = set()
    for bit in range(512 * 8):
        data = bytearray(head)
        data[start + bit // 8] ^= 1 << bit % 8
        with found.watch(f"bit {bit} of the superblock"):
            if seen(bytes(data)) != whole:
                different.add(bit // 8)
    found.none()
    # The signature, the clusters, the features, what mkfs.ocfs2 was told, and the stamp.
    fields = ((0, 6), (0x14, 4), (0xE0, 4), (0xF8, 8), (0x100, 2), (0x110, 0x50), (0x160, 0x18))
    assert different <= {at + byte for at, length in fields for byte in range(length)}
    assert set(range(6)) | set(range(0x150, 0x160)) <= different


def test_any_bytes_are_a_volume_or_none(head):
    found = Findings()
    pieces = (b"\0", b"\xff" * 8, b"OCFSV2", b"\x80\xe2\x82", bytes(64), b"\n", b"o2cb", b"pcmk")
    for number in cases.share(2):
        dice = cases.chance("superblock", number)
        kind = dice.randrange(3)
        start = 2 * dice.choice((512, 1024, 2048, 4096))
        if kind == 0:
            data = dice.randbytes(superblock.HEAD_BYTES)
        elif kind == 1:
            data = bytes(start) + b"OCFSV2" + dice.randbytes(superblock.HEAD_BYTES)
        else:
            data = bytes(start) + strategies.garbled(
                dice, head[-head[::-1].index(b"2VSFCO") - 6 :][:512], pieces
            )
        data = data.ljust(superblock.HEAD_BYTES, b"\0")[: superblock.HEAD_BYTES]
        with found.watch(f"superblock {number}: {data[start : start + 512]}"):
            assert (seen(data) is None) <= (not data[start:].startswith(b"OCFSV2"))
    found.none()


# The rules of others, as nft and iptables list them.


PEERS = ("192.168.100.2", "192.168.100.3")
OWN = (nftables.FAMILY, nftables.TABLE)
RULESET = """
table inet ocfs2 {
  set peers { type ipv4_addr; elements = { 192.168.100.2, 192.168.100.3 } }
  chain input {
    type filter hook input priority -10; policy accept;
    tcp dport 7777 ip saddr @peers accept
    tcp dport 7777 iifname "lo" accept
    tcp dport 7777 drop
  }
}
table inet filter {
  set ports { type inet_service; flags interval; elements = { 22, 7000-8000 } }
  set hosts { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.100.0/24 } }
  map verdicts { type inet_service : verdict; elements = { 22 : accept, 7777 : jump peers } }
  chain peers { ip saddr @hosts accept; ip saddr 192.168.100.1-192.168.100.9 return; drop; }
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    ct state vmap { invalid : drop, untracked : accept }
    iifname "lo" accept
    ip protocol icmp accept
    tcp dport { 80, 443, 1000-2000 } ct state new limit rate 9/second accept
    tcp dport @ports counter jump peers
    tcp dport vmap @verdicts
    ip saddr . tcp dport { 192.168.100.2 . 7777 } accept
    meta l4proto tcp reject with tcp reset
  }
}
"""

needs_nft = [
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(not shutil.which("nft"), reason="nftables is not installed"),
    pytest.mark.usefixtures("sandbox"),
]


def nft_listing(text):
    """What the real nft lists once it has loaded a ruleset; None if it refuses it."""
    argv = ["nft", "-f", "-"]
    done = subprocess.run(argv, input=f"flush ruleset\n{text}", text=True, capture_output=True)
    if done.returncode:
        return None
    argv = ["nft", "-j", "list", "ruleset"]
    said = subprocess.run(argv, text=True, capture_output=True, check=True).stdout
    return json.loads(said)["nftables"]


def judged(ruleset):
    """What we make of a ruleset, which must be of the documented shape."""
    for chain in nft_trace.blocking(ruleset, 7777, PEERS, OWN):
        assert all(isinstance(name, str) for name in chain)
        assert len(chain) == 3
        assert "accept" in nft_trace.remedy(chain, 7777, PEERS) or chain[0] == "ip"
    assert isinstance(FIREWALLS["nftables"].ours(ruleset), dict)


MATCHES = (
    *("tcp dport 7777", "tcp dport != 22", "tcp dport 7000-8000", "tcp dport { 22, 7777 }"),
    *(
        "tcp dport { 1-100, 7777 }",
        "tcp dport @ports",
        "tcp dport != @ports",
        "tcp sport 1024-65535",
    ),
    *(
        "th dport 7777",
        "th dport >= 7000",
        "udp dport 53",
        "@th,16,16 7777",
        "@nh,96,32 0xc0a86402",
    ),
    *("ip saddr 192.168.100.2", "ip saddr 192.168.100.0/24", "ip saddr != { 10.0.0.0/8, 1.1.1.1 }"),
    *(
        "ip saddr 192.168.100.1-192.168.100.9",
        "ip saddr @hosts",
        "ip saddr & 255.255.0.0 == 10.1.0.0",
    ),
    *("ip daddr 10.0.0.1", "ip ttl 64", "ip length < 1500", "ip version 4", "ip dscp cs1"),
    *("ip protocol tcp", "ip protocol { tcp, udp }", "ip protocol != 6"),
    *("meta l4proto tcp", "meta l4proto 6", "meta l4proto { tcp, udp }"),
    *(
        "meta nfproto ipv4",
        "meta nfproto ipv6",
        "meta protocol ip",
        "meta mark 0x1",
        "meta skuid 0",
    ),
    *("meta pkttype host", "meta length 60", "meta hour 9:00-17:00", "meta day 1-5", "meta cpu 0"),
    *(
        "iifname lo",
        "iifname eth0",
        'iifname "eth*"',
        "iifname { lo, eth1 }",
        "iif lo",
        "iif != lo",
    ),
    *(
        "ct state new",
        "ct state established,related",
        "ct state { new, invalid }",
        "ct state != new",
    ),
    *("ct status dnat", "ct mark 1", "ct direction original", "ct count over 9", "ct l3proto ipv4"),
    *(
        "tcp flags syn",
        "tcp flags & (fin|syn) == syn",
        "tcp flags syn / syn,ack",
        "tcp option maxseg size 1",
    ),
    *(
        "ip6 saddr ::1",
        "ip6 nexthdr tcp",
        "icmp type echo-request",
        "icmpv6 type nd-neighbor-solicit",
    ),
    *("ip saddr . tcp dport { 192.168.100.2 . 7777 }", "ip saddr . tcp dport @pairs"),
    *(
        "ip saddr . ip daddr { 10.0.0.0/8 . 192.168.100.1-192.168.100.9 }",
        "ether saddr 0:0:0:0:0:1",
    ),
    *(
        "fib saddr type local",
        "fib saddr . iif oif missing",
        "numgen random mod 2 0",
        "rt classid 1",
    ),
    *("limit rate 9/second", "limit rate over 1 kbytes/second", "quota over 1 mbytes", "vlan id 3"),
    *(
        "socket transparent 1",
        "meta iifkind vlan",
        'meta time "2030-01-01"',
        "ip frag-off & 0x1fff != 0",
    ),
    *(
        "meta l4proto . th dport { tcp . 7777 }",
        "ct original ip saddr 10.0.0.1",
        "jhash ip saddr mod 2 1",
    ),
)
VERDICTS = (
    *("accept", "drop", "reject", "reject with tcp reset", "return", "continue", "jump other"),
    *(
        "goto other",
        "queue",
        "queue num 1-3 bypass",
        "counter",
        'log prefix "x" accept',
        "counter drop",
    ),
    *("mark set 1", "ct mark set 2", "notrack", "add @seen { ip saddr timeout 1m }", "log group 1"),
    *(
        "tcp dport vmap { 22 : accept, 7777 : drop }",
        "tcp dport vmap @verdicts",
        'drop comment "x"',
    ),
    *(
        "ip saddr vmap { 192.168.100.2 : jump other, 10.0.0.0/8 : drop }",
        "update @seen { ip saddr }",
    ),
    *(
        "ip saddr . tcp dport vmap { 192.168.100.2 . 7777 : accept }",
        "ct state vmap { new : drop }",
    ),
    *(
        "iifname vmap { lo : accept, eth0 : drop }",
        "meta l4proto vmap { tcp : drop, udp : accept }",
    ),
    *(
        "tcp dport vmap { 7000-8000 : drop, * : accept }",
        "ct count over 3 drop",
        "meter m { ip saddr }",
    ),
    *(
        "quota 1 mbytes drop",
        "tproxy to :1",
        "dup to 10.0.0.1",
        "ip ttl set 3",
        "meta nftrace set 1",
    ),
    *("synproxy mss 1460 wscale 7", 'counter name "c"', "jump last", 'limit name "l" accept'),
)
OBJECTS = """
  counter c { }
  limit l { rate 400/minute }
  set ports { type inet_service; flags interval; elements = { 22, 7000-8000 } }
  set hosts { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.0.0/8, 1.1.1.1 } }
  set pairs { type ipv4_addr . inet_service; elements = { 192.168.100.2 . 7777 comment "x" } }
  set seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; }
  map verdicts { type inet_service : verdict; elements = { 22 : accept, 7777 : jump last } }
  chain last { ip saddr @hosts return; }
"""


NEWLINE = "\n"


def some_table(dice):
    """A table with rules of any kind, of which nft takes most."""
    rules = []
    for _ in range(dice.randint(1, 4)):
        matches = dice.sample(MATCHES, dice.choice((0, 1, 1, 2)))
        rules.append(" ".join([*matches, dice.choice(VERDICTS)]))
    hook = dice.choice(("input", "input", "input", "forward", "prerouting"))
    policy = dice.choice(("accept", "drop"))
    base = f"type filter hook {hook} priority {dice.randint(-300, 300)}; policy {policy};"
    other, main = rules[: len(rules) // 2], rules[len(rules) // 2 :]
    other = [rule for rule in other if "other" not in rule]
    chains = {"other": other, "main": [base, *main]}
    text = "".join(f"chain {name} {{\n{NEWLINE.join(each)}\n}}\n" for name, each in chains.items())
    return f"table {dice.choice(('ip', 'inet', 'inet', 'ip6'))} t {{{OBJECTS}{text}}}"


class TestNftables:
    pytestmark = needs_nft

    def test_any_ruleset_that_the_kernel_takes_is_judged(self):
        found, taken, verdicts = Findings(), 0, set()
        for number in cases.share(40):
            text = some_table(cases.chance("nft", number))
            ruleset = nft_listing(text)
            if ruleset is None:
                continue
            taken += 1
            with found.watch(text):
                judged(ruleset)
                verdicts.add(bool(nft_trace.blocking(ruleset, 7777, PEERS, OWN)))
        found.none()
        assert taken > len(cases.share(40)) / 3
        assert verdicts == {True, False}

    @pytest.mark.parametrize("match", ["ip protocol 1-17", "meta l4proto 5-17"])
    def test_a_range_of_protocols_is_judged(self, match):
        base = "type filter hook input priority 0; policy drop;"
        judged(nft_listing(f"table inet t {{ chain c {{ {base} {match} accept; }}; }}"))

    def test_any_damaged_listing_is_judged(self):
        found, whole = Findings(), nft_listing(RULESET)
        assert whole
        for number in cases.share(10):
            ruleset = copy.deepcopy(whole)
            done = strategies.damaged(cases.chance("nft listing", number), ruleset)
            try:
                ruleset = json.loads(json.dumps(ruleset))
            except (TypeError, ValueError, RecursionError):
                continue
            with (
                found.watch(f"nft listing {number}: {'; '.join(done)}"),
                contextlib.suppress(FormulaError),
            ):
                judged(ruleset)
        found.none()


def test_any_listing_of_iptables_is_judged():
    found = Findings()
    rules = iptables.chain(7777, ["10.1.0.2", "10.1.0.3"])
    jump = f"-A {' '.join(iptables.JUMP)}"
    text = "\n".join(["*filter", ":INPUT DROP [0:0]", "-A INPUT -j DROP", jump, *rules, "COMMIT"])
    for garbage in damaged("iptables", 2, text):
        with found.watch(ascii(garbage)):
            ours = FIREWALLS["iptables"].ours(garbage.splitlines())
            assert ours.keys() == {"rules", "input"}
            assert all(isinstance(line, str) for lines in ours.values() for line in lines)
    found.none()


# /etc/fstab, through Salt's own reading of it.


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_any_fstab_is_lines_by_mount_point(sandbox, modules):
    found, path = Findings(), Path("/etc/fstab")
    text = (
        "# kept\n/dev/vda / ext4 defaults 0 1\nUUID=1 none swap sw\n"
        "/dev/mapper/primary /san/primary ocfs2 _netdev,x-systemd.requires=o2cb.service 0 0\n"
    )
    for garbage in damaged("fstab", 20, text):
        path.write_text(garbage, encoding="utf-8", errors="replace", newline="")
        with found.watch(ascii(garbage)):
            for mount, line in modules["ocfs2_mount.fstabs"]().items():
                assert isinstance(mount, str)
                assert line.keys() == {"device", "fstype", "options"}
                assert all(isinstance(each, str) for each in line["options"])
    found.none()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_an_fstab_in_another_encoding_is_read_or_named(sandbox, modules):
    Path("/etc/fstab").write_bytes(b"# f\xfcr alle\n/dev/vda / ext4 defaults 0 1\n")
    try:
        line = modules["ocfs2_mount.fstab"]("/")
    except CommandExecutionError as err:
        assert "/etc/fstab" in str(err)
    else:
        assert line["device"] == "/dev/vda"


# What a node answers.


PILLAR = answers.desired()
MINION = PILLAR.nodes[1].minion
CENSUS = {
    "blank": answers.census(PILLAR),
    "in use": answers.census(
        PILLAR,
        volume=answers.volume(PILLAR),
        mounts=[{"path": "/san/primary", "options": ["rw", "nointr"]}],
        slot=1,
        holders=["dm-9"],
        written=None,
    ),
    "foreign": answers.census(
        PILLAR,
        signature={"PTTYPE": "gpt", "PTUUID": "a"},
        written=[0, 4096],
        error=None,
        busy=True,
    ),
}


def census(number):
    """The answers of all nodes, of which that of one is damaged; and what was done."""
    dice = cases.chance("census", number)
    answers_ = copy.deepcopy(CENSUS[dice.choice(list(CENSUS))])
    if dice.random() < 0.02:
        answers_[MINION] = strategies.anything(dice)
        return answers_, [f"nothing but {strategies.brief(answers_[MINION])}"]
    lun, done = answers_[MINION]["luns"]["primary"], []
    if dice.random() < 0.1:
        text = strategies.garbled(dice, dice.choice(CONFS), (*CONF_PIECES, "9" * 5000))
        answers_[MINION]["o2cb"]["conf"]["text"] = text
        done.append(f"cluster.conf is {text!a}")
    if dice.random() < 0.2:
        table = dice.choice(open_tables(answers_[MINION]))
        name = dice.choice((dice.choice(strategies.TEXTS), *table))
        table[name] = strategies.anything(dice)
        done.append(f"{strategies.brief(name)} is {strategies.brief(table[name])}")
    if not done or dice.random() < 0.5:
        parts = (answers_[MINION], lun, lun["signature"] or lun, lun["paths"])
        done += strategies.damaged(dice, dice.choice(parts))
    return answers_, done


def open_tables(answer):
    """The dicts of an answer whose keys are not given."""
    (lun,), clusters = answer["luns"].values(), answer["o2cb"]["clusters"]
    inner = [each["nodes"] for each in clusters.values()]
    rest = (answer["fstab"], answer["luns"], answer["o2cb"]["settings"]["values"], *inner)
    return [clusters, lun["paths"], lun["signature"], *rest]


def accepted(answer):
    """The answer, if the check takes it for a census."""
    try:
        checked = answers_census.checked(answer, {"primary": PILLAR.luns[0].device})
    except AnswerMalformed as err:
        assert 0 < len(str(err).encode("utf-8", "replace")) < 1000
        return None
    assert checked is answer
    return checked


def test_any_answer_is_a_census_or_refused_in_few_words():
    found, taken = Findings(), 0
    for number in cases.share(2):
        everybody, done = census(number)
        with found.watch(f"census {number}: {'; '.join(done)}"):
            taken += accepted(everybody[MINION]) is not None
    found.none()
    assert 0.1 < taken / len(cases.share(2)) < 0.9


def test_whatever_is_accepted_can_be_planned_and_printed():
    found = Findings()
    for number in cases.share(4):
        everybody, done = census(number)
        try:
            answers_census.checked(everybody[MINION], {"primary": PILLAR.luns[0].device})
        except AnswerMalformed:
            continue
        with found.watch(f"census {number}: {'; '.join(done)}"):
            records = {"primary": answers.record(PILLAR)}
            plan = decide.plan(PILLAR, everybody, {}, answers.FORMULA, records)
            lines = plan_text.lines(plan)
            assert all(isinstance(line, str) for line in lines)
            assert all(isinstance(line, str) for line in plan.failures() + plan.differences())
    found.none()
