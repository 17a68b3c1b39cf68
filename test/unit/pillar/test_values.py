"""Every wrong value of a pillar is found, with path, reason and fix; every right one is taken."""

import datetime

import pytest

from ocfs2lib import sizes
from ocfs2lib.pillar import check
from ocfs2lib.pillar.mount_options import MOUNT_OPTIONS
from support.pillars import ABSENT
from support.pillars import CLUSTER
from support.pillars import LUN
from support.pillars import NODE
from support.pillars import WWID
from support.pillars import changed
from support.pillars import only

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
    ("ro", "cannot replay the journal", "remove it"),
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
