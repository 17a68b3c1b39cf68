"""Every error of a pillar is found, all at once, with path, reason and fix."""

import copy
import datetime
from pathlib import Path

import pytest
import yaml

from ocfs2lib import sizes
from ocfs2lib.errors import PillarInvalid
from ocfs2lib.pillar import check
from ocfs2lib.pillar.desired import Cluster
from ocfs2lib.pillar.desired import Drain
from ocfs2lib.pillar.desired import Firewall
from ocfs2lib.pillar.desired import Kernel
from ocfs2lib.pillar.desired import Lun
from ocfs2lib.pillar.desired import Mount
from ocfs2lib.pillar.desired import Node
from ocfs2lib.pillar.key import TABLE
from ocfs2lib.pillar.keys import PILLAR
from ocfs2lib.pillar.mount_options import MOUNT_OPTIONS
from ocfs2lib.pillar.problem import Problem

ROOT = Path(__file__).parents[3]
WWID = "3600a0b8000123456000abcd012345678"
ABSENT = object()


def pillar(nodes=3):
    """Return a valid ``ocfs2`` section of ``nodes`` nodes and two LUNs."""
    return {
        "nodes": {
            f"host{i}.domain.com": {"number": i - 1, "address": f"192.168.100.{i}"}
            for i in range(1, nodes + 1)
        },
        "luns": {
            "primary": {
                "device": "/dev/mapper/primary",
                "wwid": WWID,
                "size": "2TiB",
                "mount": {"path": "/san/primary"},
            },
            "second": {
                "device": "/dev/disk/by-id/wwn-0x600a0b8000123456000abcd012345679",
                "wwid": "3600a0b8000123456000abcd012345679",
                "size": 2 * sizes.TIB,
                "mount": {"path": "/san/second", "options": ["noatime", "commit=30"]},
            },
        },
    }


def changed(path, value, section=None):
    """Return a valid section with ``value`` (or ABSENT) at the path of keys ``path``."""
    section = copy.deepcopy(section or pillar())
    *above, last = path
    place = section
    for key in above:
        place = place.setdefault(key, {})
    if value is ABSENT:
        del place[last]
    else:
        place[last] = value
    return section


def only(section):
    """Return the one problem of ``section``."""
    problems = check.check(section)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


NODE = ("nodes", "host1.domain.com")
LUN = ("luns", "primary")
CLUSTER = ("cluster",)

# Path of the key, wrong value, and what reason and fix contain. The problem is at the key.
SINGLE = [
    ((*CLUSTER, "name"), "abcdefghijklmnopq", "1 to 16 ASCII letters and digits", "like 'ocfs2'"),
    ((*CLUSTER, "name"), "my-web", "1 to 16 ASCII", "like 'ocfs2'"),
    ((*CLUSTER, "name"), "", "1 to 16 ASCII", "like 'ocfs2'"),
    ((*CLUSTER, "name"), "o\u0441fs2", r"'o\u0441fs2' is not 1 to 16 ASCII", "like"),
    ((*CLUSTER, "name"), "ocfs2\n", r"'ocfs2\n' has blanks around it", "remove them"),
    ((*CLUSTER, "name"), 2024, "YAML reads this as 2024", "between quotes like '2024'"),
    ((*CLUSTER, "name"), True, "YAML reads this as true", "like yes, no, on and off"),
    ((*CLUSTER, "name"), datetime.date(2024, 1, 2), "a value of the type date", "quotes"),
    ((*CLUSTER, "name"), None, "nothing stands where text", "type 'name: ocfs2'"),
    ((*CLUSTER, "name"), ["a"], "a list stands where text", "type 'name: ocfs2'"),
    ((*CLUSTER, "name"), {"a": 1}, "a mapping stands where text", "type 'name: ocfs2'"),
    ((*CLUSTER, "heartbeat_mode"), "global", "not built and tested yet", "type 'local'"),
    ((*CLUSTER, "heartbeat_mode"), "Local", "'Local' is not possible", "type 'local'"),
    ((*CLUSTER, "heartbeat_threshold"), 6, "6 is out of range", "from 7 to 601 (samples of 2 s)"),
    ((*CLUSTER, "heartbeat_threshold"), 602, "602 is out of range", "from 7 to 601"),
    ((*CLUSTER, "heartbeat_threshold"), True, "true is not a whole number", "from 7 to 601"),
    ((*CLUSTER, "idle_timeout_ms"), 4999, "4999 is out of range", "from 5000 to 600000 (ms)"),
    ((*CLUSTER, "idle_timeout_ms"), "30s", "'30s' is not a whole number", "from 5000"),
    ((*CLUSTER, "keepalive_delay_ms"), 999, "999 is out of range", "from 1000"),
    ((*CLUSTER, "reconnect_delay_ms"), 1999, "1999 is out of range", "from 2000"),
    ((*CLUSTER, "reconnect_delay_ms"), 2000.0, "2000.0 is not a whole number", "type 2000"),
    ((*CLUSTER, "reconnect_delay_ms"), float("nan"), "nan is not a whole", "from 2000"),
    ((*CLUSTER, "fence_method"), "reboot", "'reboot' is not possible", "type 'reset'"),
    ((*CLUSTER, "fence_method"), "x", "'x' is not possible", "type 'reset' or 'panic'"),
    ((*CLUSTER, "port"), 0, "0 is out of range", "from 1 to 65534"),
    ((*CLUSTER, "port"), 65535, "65535 is out of range", "from 1 to 65534"),
    ((*CLUSTER, "port"), 10**40, "a huge number is out of range", "from 1 to 65534"),
    ((*CLUSTER, "port"), "7777", "'7777' is not a whole number", "type 7777 without quotes"),
    ((*CLUSTER, "port"), "08", "'08' is not a whole number", "type 8, without quotes"),
    ((*CLUSTER, "port"), "010", "'010' is not a whole number", "type 10, without quotes"),
    ((*CLUSTER, "port"), None, "nothing is not a whole number", "from 1 to 65534"),
    (("kernel", "panic"), 0, "0 leaves a node hanging", "type 30"),
    (("kernel", "panic"), -1, "-1 is out of range", "from 0 to 3600 (s)"),
    (("kernel", "panic_on_oops"), "yes", "'yes' is not true or false", "without quotes"),
    (("kernel", "panic_on_oops"), 1, "1 is not true or false", "true or false"),
    (("firewall", "backend"), "firewalld", "not built and tested yet", "'nftables' or"),
    (("firewall", "backend"), "UFW", "not built and tested yet", "'nftables' or 'iptables'"),
    (("firewall", "backend"), "nftable", "not possible", "type 'nftables'"),
    (("firewall", "backend"), False, "false is not text", "or 'none'"),
    (("firewall", "backend"), None, "nothing is not text", "or 'none'"),
    (("firewall",), "none", "'none' stands where keys belong", "type 'firewall: {"),
    ((*NODE, "number"), 255, "255 is out of range", "from 0 to 254"),
    ((*NODE, "number"), -1, "-1 is out of range", "from 0 to 254"),
    ((*NODE, "number"), 1, "that of ocfs2:nodes:host1.domain.com already", "had, like 0"),
    ((*NODE, "number"), ABSENT, "the key is missing", "add 'number: 0'"),
    ((*NODE, "address"), "192.168.100.2", "that of ocfs2:nodes:host1", "own address"),
    ((*NODE, "address"), "fe80::1", "is not IPv4", "like 192.168.100.1"),
    ((*NODE, "address"), "10.0.0.1:7777", "is not IPv4", "like 192.168.100.1"),
    ((*NODE, "address"), "10.0.0", "is not an IPv4 address", "like 192.168.100.1"),
    ((*NODE, "address"), "10.0.0.x", "is not an IPv4 address", "like 192.168.100.1"),
    ((*NODE, "address"), "10.0.0.٣", "is not an IPv4 address", "like 192.168.100.1"),
    ((*NODE, "address"), "host1", "is not an IPv4 address", "like 192.168.100.1"),
    ((*NODE, "address"), "", "is not an IPv4 address", "like '192.168.100.1'"),
    ((*NODE, "address"), "10.0.0.1/24", "is a network", "type '10.0.0.1'"),
    ((*NODE, "address"), "010.0.0.1", "leading zeros", "type '10.0.0.1'"),
    ((*NODE, "address"), "10.0.0.256", "a part above 255", "like 192.168.100.1"),
    ((*NODE, "address"), "127.0.0.1", "a loopback address", "like 192.168.100.1"),
    ((*NODE, "address"), "0.0.0.0", "an unspecified address", "like 192.168.100.1"),  # noqa: S104
    ((*NODE, "address"), "0.0.0.9", "an unspecified address", "like 192.168.100.1"),
    ((*NODE, "address"), "224.0.0.1", "a multicast address", "like 192.168.100.1"),
    ((*NODE, "address"), "240.0.0.1", "a reserved address", "like 192.168.100.1"),
    ((*NODE, "address"), "255.255.255.255", "the broadcast address", "like 192.168.100.1"),
    ((*NODE, "name"), "host_1", "is not a host name", "like 'host1'"),
    ((*NODE, "name"), "host1.", "is not a host name", "like 'host1'"),
    ((*NODE, "name"), "a..b", "is not a host name", "like 'host1'"),
    ((*NODE, "name"), "-a", "is not a host name", "like 'host1'"),
    ((*NODE, "name"), "a-", "is not a host name", "like 'host1'"),
    ((*NODE, "name"), "a" * 65, "64 characters at most", "like 'host1'"),
    ((*NODE, "name"), "HOST2", "'host2' is that of ocfs2:nodes:host1", "full host name"),
    (NODE, None, "there is nothing below it", "type 'host1.domain.com: {number: 0, address:"),
    (NODE, 3, "3 stands where keys belong", "type 'host1.domain.com: {number: 0, address:"),
    ((*LUN, "device"), "/dev/sda", "in the order it finds the disks", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/sdaa1", "in the order it finds the disks", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/vdb", "in the order it finds the disks", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/nvme0n1", "in the order it finds the disks", "by-id/NAME"),
    ((*LUN, "device"), "/dev/dm-3", "given anew at every boot", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/disk/by-path/pci-0", "one way to the LUN", "by-id/NAME"),
    ((*LUN, "device"), "/dev/disk/by-uuid/a", "names the content", "by-id/NAME"),
    ((*LUN, "device"), "/dev/disk/by-label/a", "names the content", "by-id/NAME"),
    ((*LUN, "device"), "/dev/disk/by-partuuid/a", "names a partition", "by-id/NAME"),
    ((*LUN, "device"), "mapper/primary", "is not an absolute path", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/mapper/../sda", "contains '..'", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/mapper/a-part1", "is a partition", "type '/dev/mapper/a'"),
    ((*LUN, "device"), "/dev/mapper/control", "device-mapper itself", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/vg/lv", "is not /dev/mapper/NAME", "like '/dev/mapper/primary'"),
    ((*LUN, "device"), "/dev/mapper/a b", "is not /dev/mapper/NAME", "like '/dev/mapper/"),
    ((*LUN, "device"), "/dev/mapper/", "is not /dev/mapper/NAME", "like '/dev/mapper/primary'"),
    ((*LUN, "wwid"), 3600000000000000, "YAML reads this as 3600000000000000", "quotes like '36"),
    ((*LUN, "wwid"), 3.6e45, "YAML reads this as 3.6e+45", "compare every character"),
    ((*LUN, "wwid"), "36 00", "is not 4 to 128", f"like '{WWID}'"),
    ((*LUN, "wwid"), "3" * 129, "is not 4 to 128", f"like '{WWID}'"),
    ((*LUN, "wwid"), WWID.upper(), "has capitals", f"type '{WWID}'"),
    ((*LUN, "wwid"), WWID[1:], "lacks the 3", f"type '{WWID}'"),
    ((*LUN, "wwid"), "naa.5000C50000000001", "lacks the 3", "type '35000c50000000001'"),
    ((*LUN, "wwid"), "0x5000c50000000001", "lacks the 3", "type '35000c50000000001'"),
    ((*LUN, "size"), "2T", "'2T' is not a size", "type 2TiB (powers of 1024) or 2TB"),
    ((*LUN, "size"), "2g", "'2g' is not a size", "type 2GiB (powers of 1024) or 2GB"),
    ((*LUN, "size"), "4K", "'4K' is not a size", "type 4KiB (powers of 1024) or 4kB"),
    ((*LUN, "size"), "2 tib", "'2 tib' is not a size", "type 2TiB"),
    ((*LUN, "size"), "1.5TiB", "is not a size", "type 1649267441664"),
    ((*LUN, "size"), "2199023255552", "is not a size", "type 2199023255552"),
    ((*LUN, "size"), "2Tx", "is not a size", "type bytes like"),
    ((*LUN, "size"), "huge", "is not a size", "type bytes like"),
    ((*LUN, "size"), None, "nothing is not a size", "type bytes like"),
    ((*LUN, "size"), True, "true is not a size", "type bytes like"),
    ((*LUN, "size"), ["2TiB"], "a list is not a size", "type bytes like"),
    ((*LUN, "size"), 2e12, "is not a size", "type 2000000000000"),
    ((*LUN, "size"), 2e12 + 0.5, "is not a size", "type bytes like"),
    ((*LUN, "size"), 0, "0 is out of range", "from 300MiB to 4095TiB"),
    ((*LUN, "size"), "9PiB", "'9PiB' is out of range", "from 300MiB to 4095TiB"),
    ((*LUN, "size"), 2 * sizes.TIB + 1, "not a multiple of 512", "blockdev --getsize64"),
    ((*LUN, "size"), "1GiB", "1GiB is too small for the type vmstore", "2GiB or more"),
    ((*LUN, "label"), "a" * 64, "1 to 63 printable", "like 'ocfs2_primary'"),
    ((*LUN, "label"), "a b", "without blanks and slashes", "like"),
    ((*LUN, "label"), "a/b", "without blanks and slashes", "like"),
    ((*LUN, "label"), "ü", r"'\xfc' is not 1 to 63 printable", "like"),
    ((*LUN, "label"), "", "1 to 63 printable", "like"),
    ((*LUN, "type"), "vmstor", "is not possible", "type 'vmstore'"),
    ((*LUN, "slots"), 2, "2 slots are too few for 3 nodes", "type 5"),
    ((*LUN, "slots"), 0, "0 is out of range", "from 1 to 255"),
    ((*LUN, "slots"), 256, "256 is out of range", "from 1 to 255"),
    ((*LUN, "format"), True, "true is not text", "type 'never' or 'once'"),
    ((*LUN, "format"), False, "false is not text", "type 'never' or 'once'"),
    ((*LUN, "format"), "always", "is not possible", "type 'never' or 'once'"),
    ((*LUN, "uuid"), "458e997a", "32 hexadecimal digits", "like '458e997a-"),
    ((*LUN, "uuid"), "g" * 32, "32 hexadecimal digits", "like '458e997a-"),
    ((*LUN, "uuid"), 10**31, "where text belongs", "between quotes"),
    ((*LUN, "mount"), None, "nothing below it", "type 'mount: {path: /san/primary}'"),
    ((*LUN, "mount"), "/san/x", "stands where keys belong", "'mount: {path: /san/primary}'"),
    ((*LUN, "mount", "path"), "san", "is not an absolute path", "type it from /"),
    ((*LUN, "mount", "path"), "//san//a/", "is not a plain path", "type '/san/a'"),
    ((*LUN, "mount", "path"), "/san/../a", "is not a plain path", "type '/a'"),
    ((*LUN, "mount", "path"), "/", "belongs to the system", "like /san/primary"),
    ((*LUN, "mount", "path"), "/usr/x", "belongs to the system", "like /san/primary"),
    ((*LUN, "mount", "path"), "/home", "belongs to the system", "like /san/primary"),
    ((*LUN, "mount", "path"), "/san/a b", "is not an absolute path of", "like '/san/primary'"),
    ((*LUN, "mount", "path"), "/" + "a" * 128, "up to 128", "like '/san/primary'"),
    ((*LUN, "mount", "options"), "nointr,noatime", "is not a list", "type [nointr, noatime]"),
    ((*LUN, "mount", "options"), "!", "is not a list", "type a list like [noatime, nodev]"),
    ((*LUN, "mount", "options"), None, "nothing is not a list", "or []"),
    ((*LUN, "mount", "options"), {"a": 1}, "a mapping is not a list", "or []"),
    ((*LUN, "mount", "services"), "libvirtd.service", "is not a list", "[libvirtd.service], or []"),
    ((*LUN, "mount", "services"), None, "nothing is not a list", "or []"),
    ((*LUN, "mount", "service"), [], "there is no such key", "type 'services'"),
    (("drain",), "hypervisor.drain", "stands where keys belong", "type 'drain: {}'"),
    (("drain", "command"), ["/bin/true"], "where text belongs", "'command: /usr/local/sbin/drain-"),
    (("drain", "command"), "", "is not an absolute path of", "like '/usr/local/sbin/drain-"),
    (("drain", "command"), "drain", "is not an absolute path", "type it from /"),
    (("drain", "command"), "/sbin/drain now", "has blanks in it", "the path of the script"),
    (("drain", "command"), "/sbin/drain;x", "is not an absolute path of", "like '/usr/local/"),
    (("drain", "command"), "/sbin/../drain", "is not an absolute path of", "like '/usr/local/"),
    (("drain", "state"), "hypervisor/drain.sls", "is a path", "type 'hypervisor.drain'"),
    (("drain", "state"), "hypervisor.drain.sls", "is a path", "type 'hypervisor.drain'"),
    (("drain", "state"), "ocfs2.clean", "is of the formula", "like 'hypervisor.drain'"),
    (("drain", "state"), "a..b", "is not the name of an sls", "like 'hypervisor.drain'"),
    (("drain", "state"), True, "YAML reads this as true", "between quotes like 'true'"),
    (("drain", "limit"), 0, "0 is out of range", "from 1 to 86400 (s)"),
    (("drain", "limit"), "10m", "'10m' is not a whole number", "from 1 to 86400"),
    (("drain", "script"), "/x", "there is no such key", "use one of: command, state, limit"),
    (("nodes",), ["host1"], "a list stands where keys belong", "host1.domain.com: {number: 0"),
    (("nodes",), None, "nothing below it", "type 'nodes: {host1.domain.com: {number: 0"),
    (("nodes",), {}, "it is empty", "type 'nodes: {host1.domain.com: {number: 0"),
    (("nodes",), ABSENT, "the key is missing", "add 'nodes: {host1.domain.com: {number: 0"),
    (("luns",), {}, "it is empty", "type 'luns: {primary: {device: /dev/mapper/primary, wwid"),
    (("luns",), ABSENT, "the key is missing", "add 'luns: {primary: {device:"),
    (("luns", "primary", "wwid"), ABSENT, "the key is missing", f"add 'wwid: {WWID}'"),
    (("lun",), {}, "there is no such key", "remove it, 'luns' is there already"),
    (("cluter",), {}, "there is no such key", "type 'cluster'"),
    ((*CLUSTER, "threshold"), 31, "there is no such key", "type 'heartbeat_threshold'"),
    ((*NODE, "NAME"), "a", "there is no such key", "type 'name'"),
    ((*NODE, "nodename"), "a", "there is no such key", "type 'name'"),
    ((*NODE, "ip"), "a", "there is no such key", "use one of: number, address, name"),
    ((*LUN, "mount", "opts"), [], "there is no such key", "type 'options'"),
]


@pytest.mark.parametrize(("path", "value", "reason", "fix"), SINGLE)
def test_one_wrong_value_is_one_problem(path, value, reason, fix):
    problem = only(changed(path, value))
    assert reason in problem.reason
    assert fix in problem.fix
    # Of two equal values the later one is reported.
    assert problem.path in ("ocfs2:" + ":".join(path), _twin(path))


def _twin(path):
    return "ocfs2:" + ":".join(path).replace("host1", "host2")


OPTION = [
    ("_netdev", "is refused: the formula sets it", "remove it"),
    ("x-systemd.automount", "is refused: the formula sets it", "remove it"),
    ("noauto", "every node mounts every LUN", "remove it"),
    ("nofail", "every node mounts every LUN", "remove it"),
    ("heartbeat=none", "takes the heartbeat mode", "remove it"),
    ("nocluster", "destroy the volume", "remove it"),
    ("ro", "can not replay the journal", "remove it"),
    ("usrquota", "quota feature", "remove it"),
    ("x-systemdx", "not a known mount option", "use one of: acl"),
    ("noatme", "not a known mount option", "type noatime"),
    ("NOATIME", "not a known mount option", "type noatime"),
    ("nodev,nosuid", "more than one option", "its own list item"),
    ("commit", "is not possible", "type commit= and a whole number from 1 to 300"),
    ("commit=0", "is not possible", "from 1 to 300"),
    ("commit=030", "is not possible", "from 1 to 300"),
    ("commit=x", "is not possible", "from 1 to 300"),
    ("commit=٣", "is not possible", "from 1 to 300"),
    ("resv_level=9", "is not possible", "from 0 to 8"),
    ("data", "is not possible", "type 'data=ordered' or 'data=writeback'"),
    ("data=journal", "is not possible", "type 'data=ordered' or 'data=writeback'"),
    ("errors=continue", "is not possible", "'errors=remount-ro' or 'errors=panic'"),
    ("nodev=1", "takes no value", "type nodev"),
    ("noatime ", "not a known mount option", "type noatime"),
    (5, "5 is not a mount option", "as text"),
    (None, "nothing is not a mount option", "as text"),
]


@pytest.mark.parametrize(("item", "reason", "fix"), OPTION)
def test_wrong_mount_options_name_their_place(item, reason, fix):
    problem = only(changed((*LUN, "mount", "options"), ["nodiratime", item]))
    assert problem.path == "ocfs2:luns:primary:mount:options:1"
    assert reason in problem.reason
    assert fix in problem.fix


SERVICE = [
    (7, "7 is not text", "type it like 'libvirtd.service'"),
    (None, "nothing is not text", "type it like 'libvirtd.service'"),
    ("libvirtd", "is not the full name of a service", "like 'libvirtd.service'"),
    ("libvirtd.socket", "is not the full name of a service", "like 'libvirtd.service'"),
    ("/lib/systemd/system/libvirtd.service", "is a path", "like 'libvirtd.service'"),
    (" libvirtd.service", "has blanks around it", "remove them"),
    (".service", "is not the full name of a service: up to", "like 'libvirtd.service'"),
    ("-x.service", "is not the full name of a service: up to", "like 'libvirtd.service'"),
    ("a b.service", "is not the full name of a service: up to", "like 'libvirtd.service'"),
    ("vm@.service", "an instance if it is a template", "like 'libvirtd.service'"),
    ("a" * 246 + ".service", "up to 253 letters", "like 'libvirtd.service'"),
    ("first.service", "'first.service' stands there twice", "keep one of them"),
    ("o2cb.service", "it is what the mount itself needs", "remove it"),
    ("ocfs2.service", "it is what the mount itself needs", "remove it"),
    ("ocfs2-firewall.service", "it is what the mount itself needs", "remove it"),
    ("salt-minion.service", "the formula mounts and unmounts through it", "remove it"),
    ("multipathd.service", "it comes before the mount at every boot", "remove it"),
    ("systemd-logind.service", "the whole host needs it", "remove it"),
]


@pytest.mark.parametrize(("item", "reason", "fix"), SERVICE)
def test_wrong_services_name_their_place(item, reason, fix):
    problem = only(changed((*LUN, "mount", "services"), ["first.service", item]))
    assert problem.path == "ocfs2:luns:primary:mount:services:1"
    assert reason in problem.reason
    assert fix in problem.fix


def test_a_service_needs_a_mount_that_systemd_can_name():
    section = changed((*LUN, "mount", "services"), ["a.service"])
    assert check.check(changed((*LUN, "mount", "path"), "/san/" + "-" * 61, section)) == []
    problem = only(changed((*LUN, "mount", "path"), "/san/" + "-" * 62, section))
    assert problem.path == "ocfs2:luns:primary:mount:path"
    assert "becomes a unit of 258 characters, and 255 are possible" in problem.reason
    assert check.check(changed((*LUN, "mount", "path"), "/san/" + "-" * 62)) == []


def test_a_node_is_drained_by_a_command_or_by_a_state():
    section = changed(("drain",), {"command": "/sbin/drain", "state": "hypervisor.drain"})
    problem = only(section)
    assert problem.path == "ocfs2:drain:state"
    assert "'hypervisor.drain' stands beside the command '/sbin/drain'" in problem.reason
    assert "keep one of them" in problem.fix


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["nointr", "intr"], "'intr' contradicts 'nointr'"),
        (["user_xattr", "nouser_xattr"], "contradicts"),
        (["acl", "noacl"], "contradicts"),
        (["noatime", "relatime"], "contradicts"),
        (["data=ordered", "data=writeback"], "contradicts"),
        (["commit=5", "commit=5"], "stands there twice"),
        (["nodev", "nodev"], "stands there twice"),
    ],
)
def test_contradicting_mount_options(options, reason):
    problem = only(changed((*LUN, "mount", "options"), options))
    assert problem.path == "ocfs2:luns:primary:mount:options:1"
    assert reason in problem.reason


def test_every_allowed_option_is_accepted_with_its_extremes():
    for option in MOUNT_OPTIONS.values():
        values = option.choices or (option.minimum, option.maximum)
        items = [f"{option.name}={value}" for value in values]
        for item in items if option.takes_value else [option.name]:
            assert check.check(changed((*LUN, "mount", "options"), [item])) == []


ACCEPTED = [
    ((*CLUSTER, "name"), "a"),
    ((*CLUSTER, "name"), "A1b2C3d4E5f6G7h8"),
    (("cluster",), None),
    (("cluster",), {}),
    (("firewall", "backend"), "none"),
    (("kernel",), {"panic": 0, "panic_on_oops": False}),
    ((*NODE, "number"), 254),
    ((*NODE, "name"), None),
    ((*NODE, "name"), "a" * 64),
    ((*NODE, "name"), "Host1.Domain.com"),
    ((*NODE, "address"), "10.0.0.255"),
    (("nodes", "kvm_1@dc+2"), {"number": 9, "address": "10.0.0.9", "name": "kvm1"}),
    ((*LUN, "device"), "/dev/disk/by-id/scsi-SQEMU_DISK_1"),
    ((*LUN, "device"), "/dev/mapper/mpatha"),
    ((*LUN, "device"), f"/dev/mapper/{WWID}"),
    ((*LUN, "device"), f"/dev/disk/by-id/dm-uuid-mpath-{WWID}"),
    ((*LUN, "device"), f"/dev/disk/by-id/scsi-{WWID}"),
    ((*LUN, "device"), f"/dev/disk/by-id/wwn-0x{WWID[1:].upper()}"),
    ((*LUN, "wwid"), "1ATA_QEMU_HARDDISK_QM00001"),
    ((*LUN, "wwid"), "eui.0025388b71b0a5c3"),
    ((*LUN, "wwid"), "t10.Vendor-Disk:1"),
    ((*LUN, "size"), 512 * 2**30),
    ((*LUN, "size"), "4095TiB"),
    ((*LUN, "label"), None),
    ((*LUN, "label"), "!~" * 31 + "x"),
    ((*LUN, "slots"), 255),
    ((*LUN, "slots"), 3),
    ((*LUN, "uuid"), None),
    ((*LUN, "uuid"), "458E997A48634B3DAB36F01667EBB761"),
    ((*LUN, "mount", "options"), ()),
    ((*LUN, "mount", "path"), "/san/primary2/.a..b"),
    ((*LUN, "mount", "services"), ()),
    ((*LUN, "mount", "services"), ["libvirtd.service", "a:b_c@x-1.service"]),
    ((*LUN, "mount", "services"), ["a" * 245 + ".service"]),
    (("luns", "second", "mount", "services"), ["libvirtd.service"]),
    (("drain",), None),
    (("drain",), {"command": "/usr/local/sbin/drain_1.sh", "state": None, "limit": 86400}),
    (("drain",), {"command": None, "state": "drain", "limit": 1}),
    (("drain", "state"), "my_hypervisor.ocfs2-drain"),
]


@pytest.mark.parametrize(("path", "value"), ACCEPTED)
def test_accepted(path, value):
    assert check.check(changed(path, value)) == []


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (12, "YAML reads this as 12"),
        (True, "YAML reads this as true"),
        (None, "nothing stands where text belongs"),
        ("a/b", "is not a minion id"),
        ("a\\b", "is not a minion id"),
        ("a,b", "is not a minion id"),
        ("host*", "is not a minion id"),
        ("a..b", "is not a minion id"),
        ("a b", "is not a minion id"),
        ("", "is not a minion id"),
        ("a" * 256, "is not a minion id"),
    ],
)
def test_minion_ids(key, reason):
    node = {"number": 9, "address": "10.0.0.9", "name": "other"}
    assert reason in only(changed(("nodes", key), node)).reason


@pytest.mark.parametrize("key", ["", "a/b", "a b", "a:b", "-a", "a" * 64, 7])
def test_lun_keys(key):
    lun = changed((*LUN, "wwid"), "36001")["luns"]["primary"]
    lun = {**lun, "device": "/dev/mapper/x", "label": "x", "mount": {"path": "/san/x"}}
    problem = only(changed(("luns", key), lun))
    assert "a name of up to 63" in problem.reason or "YAML reads" in problem.reason


def test_minion_id_that_gives_no_host_name():
    problem = only(changed(("nodes", "kvm_1.dc"), {"number": 9, "address": "10.0.0.9"}))
    assert problem.path == "ocfs2:nodes:kvm_1.dc:name"
    assert "'kvm_1', from the minion id, is not a host name" in problem.reason
    assert "as 'name: host1'" in problem.fix


@pytest.mark.parametrize(
    ("name", "other"), [("a", "a.example.com"), ("a.example", "A.example.com"), ("A", "a.x")]
)
def test_a_name_must_not_match_the_host_of_another_node(name, other):
    section = changed((*NODE, "name"), name)
    problem = only(changed(("nodes", "host3.domain.com", "name"), other, section))
    assert problem.path == "ocfs2:nodes:host1.domain.com:name"
    assert f"also matches the host '{other}' of ocfs2:nodes:host3.domain.com" in problem.reason


def test_names_with_one_beginning_but_other_labels_are_apart():
    section = changed((*NODE, "name"), "kvm.a")
    section = changed(("nodes", "host2.domain.com", "name"), "kvm.b", section)
    assert check.check(changed(("nodes", "host3.domain.com", "name"), "kv", section)) == []


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (("device",), "/dev/mapper/primary", "'/dev/mapper/primary'"),
        (("label",), "primary", "'primary'"),
        (("mount", "path"), "/san/primary", "'/san/primary'"),
        (("uuid",), "458e997a-4863-4b3d-ab36-f01667ebb761", "'458E997A48634B3DAB36F01667EBB761'"),
    ],
)
def test_luns_share_nothing(path, value, shown):
    section = changed(("luns", "primary", *path), value)
    section["luns"]["primary"]["uuid"] = "458E997A48634B3DAB36F01667EBB761"
    problem = only(changed(("luns", "second", *path), value, section))
    assert problem.path == "ocfs2:luns:second:" + ":".join(path)
    assert problem.reason == f"{shown} is that of ocfs2:luns:primary already"


def test_one_wwid_in_two_spellings_is_one_lun():
    section = changed((*LUN, "wwid"), "1ATA_Disk-1")
    section = changed(("luns", "second", "device"), "/dev/mapper/second", section)
    problem = only(changed(("luns", "second", "wwid"), "1ATA_DISK-1", section))
    assert problem.path == "ocfs2:luns:second:wwid"
    assert "that of ocfs2:luns:primary already" in problem.reason


@pytest.mark.parametrize(
    ("inner", "reported"), [("/san/primary/x", "second"), ("/san/primary/x/y/z", "second")]
)
def test_nested_mounts(inner, reported):
    problem = only(changed(("luns", "second", "mount", "path"), inner))
    assert problem.path == f"ocfs2:luns:{reported}:mount:path"
    assert "is inside '/san/primary', the mount of ocfs2:luns:primary" in problem.reason


@pytest.mark.parametrize(
    "device",
    [
        "/dev/disk/by-id/dm-uuid-mpath-35000c50000000001",
        "/dev/disk/by-id/wwn-0x5000c50000000001",
        "/dev/disk/by-id/scsi-35000c50000000001",
        "/dev/mapper/35000c50000000001",
    ],
)
def test_device_of_another_wwid(device):
    problem = only(changed((*LUN, "device"), device))
    assert problem.path == "ocfs2:luns:primary:wwid"
    assert f"is not the LUN of the device '{device}'" in problem.reason
    assert "type '35000c50000000001' if the device is right" in problem.fix


def test_nvme_device_of_another_wwid():
    section = changed((*LUN, "device"), "/dev/disk/by-id/nvme-eui.0025388b71b0a5c3")
    assert "type 'eui.0025388b71b0a5c3'" in only(section).fix


@pytest.mark.parametrize(
    ("timeouts", "reason", "fix"),
    [
        ((5000, 5000, 2000), "is not above keepalive_delay_ms 5000", "type 7000 or more"),
        ((5000, 9000, 2000), "is not above keepalive_delay_ms 9000", "type 11000 or more"),
        ((6000, 5000, 2000), "below keepalive_delay_ms 5000 + reconnect_delay_ms 2000", "7000"),
        ((6999, 5000, 2000), "before it is tried again", "7000"),
    ],
)
def test_timeouts_that_do_not_fit(timeouts, reason, fix):
    problem = only(_timeouts(*timeouts))
    assert problem.path == "ocfs2:cluster:idle_timeout_ms"
    assert reason in problem.reason
    assert fix in problem.fix


def test_timeouts_that_just_fit():
    assert check.check(_timeouts(7000, 5000, 2000)) == []


def _timeouts(idle, keepalive, reconnect):
    cluster = {
        "idle_timeout_ms": idle,
        "keepalive_delay_ms": keepalive,
        "reconnect_delay_ms": reconnect,
    }
    return changed(("cluster",), cluster)


def test_panic_that_never_restarts():
    section = changed(("kernel",), {"panic": 0, "panic_on_oops": False})
    problem = only(changed(("cluster", "fence_method"), "panic", section))
    assert problem.path == "ocfs2:kernel:panic"
    assert "cluster:fence_method 'panic' makes it panic" in problem.reason


@pytest.mark.parametrize(
    ("size", "kind", "slots", "fix"),
    [
        ("2GiB", "vmstore", 9, "type 8, or use a LUN of 2304MiB or more"),
        ("300MiB", "mail", 5, "type 4, or use a LUN of 320MiB or more"),
        ("2GiB", "datafiles", 33, "type 32, or use a LUN of 2112MiB or more"),
    ],
)
def test_journals_that_do_not_fit(size, kind, slots, fix):
    lun = {"size": size, "type": kind, "slots": slots}
    section = changed(LUN, {**pillar()["luns"]["primary"], **lun})
    problem = only(section)
    assert problem.path == "ocfs2:luns:primary:slots"
    assert problem.fix == fix
    assert check.check(changed((*LUN, "slots"), slots - 1, section)) == []


def test_fewer_slots_than_nodes_are_no_advice():
    section = changed((*LUN, "size"), "2GiB", pillar(nodes=9))
    assert only(section).fix == "use a LUN of 2816MiB or more"
    section = changed((*LUN, "size"), "2GiB", pillar(nodes=8))
    assert only(section).fix == "type 8, or use a LUN of 2560MiB or more"


def test_the_smallest_lun():
    section = changed((*LUN, "size"), "300MiB")
    assert check.check(changed((*LUN, "type"), "mail", changed((*LUN, "slots"), 4, section))) == []


def test_a_wwid_with_capitals_is_that_of_its_device():
    section = changed((*LUN, "device"), "/dev/disk/by-id/dm-uuid-mpath-1ATA_Disk-1")
    assert check.check(changed((*LUN, "wwid"), "1ATA_Disk-1", section)) == []


def test_a_pinned_lun_has_its_filesystem_already():
    section = changed((*LUN, "size"), "1GiB")
    section = changed((*LUN, "slots"), 200, section)
    assert check.check(changed((*LUN, "uuid"), "ab" * 16, section)) == []


def test_too_many_nodes():
    section = pillar()
    section["nodes"] = {
        f"h{i}.x": {"number": i % 255, "address": f"10.0.{i // 256}.{i % 256}"}
        for i in range(1, 257)
    }
    problems = check.check(section)
    assert problems[0].path == "ocfs2:nodes"
    assert "there are 256 entries, 255 are possible" in problems[0].reason
    assert problems[0].fix == "remove 1 of them"
    assert "every number is in use" in problems[1].fix


def test_the_largest_cluster():
    section = {
        "nodes": {
            f"h{i}.x": {"number": i, "address": f"10.0.{i // 250}.{i % 250 + 1}"}
            for i in range(255)
        },
        "luns": {f"l{i}": _lun(i) for i in range(64)},
    }
    desired = check.parse(section)
    assert (len(desired.nodes), len(desired.luns)) == (255, 64)
    assert {lun.slots for lun in desired.luns} == {255}


def test_too_many_luns():
    section = pillar()
    section["luns"] = {f"l{i}": _lun(i) for i in range(65)}
    problem = only(section)
    assert problem.path == "ocfs2:luns"
    assert "65 entries, 64 are possible" in problem.reason


def _lun(index):
    return {
        "device": f"/dev/mapper/l{index}",
        "wwid": f"36{index:031x}",
        "size": "2TiB",
        "mount": {"path": f"/san/l{index}"},
    }


@pytest.mark.parametrize("section", [None, {}, [], "", 0, False, object(), {"nodes": {}}])
def test_no_cluster_is_an_error_and_never_zero_nodes(section):
    assert check.check(section)
    with pytest.raises(PillarInvalid):
        check.parse(section)


def test_a_number_too_long_to_print():
    assert only(changed((*CLUSTER, "port"), 10**5000)).reason == "a huge number is out of range"


@pytest.mark.parametrize("key", [1, None, True, (1, 2), 1.5, float("nan")])
def test_keys_that_are_not_text(key):
    assert "is not a key" in only(changed((key,), {})).reason


def test_problems_are_plain_lines_whatever_the_pillar_holds():
    section = changed(("bad\nkey\x1bü" * 40,), {})
    line = str(only(section))
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 600


def test_all_problems_come_at_once():
    section = pillar()
    for path, value, *_ in SINGLE[:1] + SINGLE[20:21]:
        section = changed(path, value, section)
    section = changed((*NODE, "address"), "::1", section)
    section = changed((*LUN, "mount", "path"), "/etc", section)
    section = changed((*LUN, "device"), "/dev/sda", section)
    section = changed(("luns", "second", "slots"), 1, section)
    with pytest.raises(PillarInvalid) as caught:
        check.parse(section)
    assert [problem.path for problem in caught.value.problems] == [
        "ocfs2:cluster:name",
        "ocfs2:cluster:reconnect_delay_ms",
        "ocfs2:nodes:host1.domain.com:address",
        "ocfs2:luns:primary:device",
        "ocfs2:luns:primary:mount:path",
        "ocfs2:luns:second:slots",
    ]
    assert str(caught.value).splitlines() == [str(p) for p in check.check(section)]


def test_a_problem_is_one_line():
    problem = Problem("ocfs2:cluster:port", "0 is out of range", "type 7777")
    assert str(problem) == "ocfs2:cluster:port: 0 is out of range. Fix: type 7777."


def test_parse_fills_the_defaults():
    desired = check.parse(pillar())
    assert desired.cluster == Cluster("ocfs2", "local", 31, 30000, 2000, 2000, "reset", 7777)
    assert desired.kernel == Kernel(30, True)
    assert desired.firewall == Firewall("nftables")
    assert desired.drain == Drain(None, None, 600)
    assert desired.nodes[0] == Node("host1.domain.com", 0, "192.168.100.1", "host1")
    assert desired.lun("primary") == Lun(
        key="primary",
        device="/dev/mapper/primary",
        wwid=WWID,
        size=2 * sizes.TIB,
        label="primary",
        type="vmstore",
        slots=5,
        slots_given=False,
        format="never",
        verify="samples",
        uuid=None,
        mount=Mount("/san/primary", (), ()),
    )


def test_parse_keeps_what_is_given():
    section = changed((*LUN, "uuid"), "458e997a-4863-4b3d-ab36-f01667ebb761")
    section = changed((*LUN, "slots"), 5, section)
    section = changed((*LUN, "label"), "vol", section)
    section = changed((*NODE, "name"), "host1.domain.com", section)
    section = changed((*LUN, "mount", "services"), ["b.service", "a.service"], section)
    section = changed(("drain",), {"state": "hypervisor.drain", "limit": 60}, section)
    desired = check.parse(section)
    lun = desired.lun("primary")
    assert (lun.uuid, lun.label) == ("458E997A48634B3DAB36F01667EBB761", "vol")
    assert (lun.slots, lun.slots_given) == (5, True)
    assert desired.node("host1.domain.com").name == "host1.domain.com"
    assert desired.lun("second").mount.options == ("noatime", "commit=30")
    assert lun.mount.services == ("b.service", "a.service")
    assert desired.drain == Drain(None, "hypervisor.drain", 60)


def test_parse_sorts_nodes_by_number_and_luns_by_key():
    section = pillar()
    section["nodes"] = {f"h{i}": {"number": i, "address": f"10.0.0.{i}"} for i in (10, 2, 100)}
    section["luns"] = dict(reversed(section["luns"].items()))
    desired = check.parse(section)
    assert [node.number for node in desired.nodes] == [2, 10, 100]
    assert [lun.key for lun in desired.luns] == ["primary", "second"]


def test_the_pillar_is_left_as_it_was():
    section = pillar()
    check.parse(section)
    assert section == pillar()


def test_pillar_example_is_valid_and_shows_every_key():
    section = yaml.safe_load((ROOT / "pillar.example").read_text())["ocfs2"]
    desired = check.parse(section)
    assert [node.name for node in desired.nodes] == ["host1", "host2", "host3"]
    assert desired.lun("primary").mount.path == "/san/primary"
    assert desired.cluster == check.parse(pillar()).cluster
    assert _missing(PILLAR, section) == []


def _missing(key, section):
    """Return the keys of the model that the first entries of ``section`` leave out."""
    if key.kind == TABLE:
        section = next(iter(section.values()))
    missing = [sub.name for sub in key.keys if sub.name not in section]
    for sub in key.keys:
        if sub.keys and sub.name in section:
            missing += _missing(sub, section[sub.name])
    return missing
