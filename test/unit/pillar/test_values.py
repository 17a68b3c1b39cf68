"""Every wrong value of a pillar is found, with path, reason and fix; every right one is taken."""

import datetime

import pytest

from ocfs2lib import sizes
from ocfs2lib.pillar import check
from ocfs2lib.pillar import features
from ocfs2lib.pillar.mount_options import MOUNT_OPTIONS
from support.pillars import ABSENT
from support.pillars import CLUSTER
from support.pillars import LUN
from support.pillars import NODE
from support.pillars import WWID
from support.pillars import changed
from support.pillars import only
from support.pillars import refuses

SINGLE = [
    ((*CLUSTER, "name"), "ocfs2\n", r"'ocfs2\n' has blanks around it", "remove them"),
    ((*CLUSTER, "name"), 2024, "YAML reads this as 2024", "between quotes like '2024'"),
    ((*CLUSTER, "name"), True, "YAML reads this as true", "like yes, no, on and off"),
    ((*CLUSTER, "name"), datetime.date(2024, 1, 2), "a value of the type date", "quotes"),
    ((*CLUSTER, "name"), None, "nothing stands where text", "type 'name: ocfs2'"),
    ((*CLUSTER, "name"), ["a"], "a list stands where text", "type 'name: ocfs2'"),
    ((*CLUSTER, "name"), {"a": 1}, "a mapping stands where text", "type 'name: ocfs2'"),
    ((*CLUSTER, "heartbeat_threshold"), True, "true is not a whole number", "from 7 to 601"),
    ((*CLUSTER, "idle_timeout_ms"), "30s", "'30s' is not a whole number", "from 5000"),
    ((*CLUSTER, "reconnect_delay_ms"), 2000.0, "2000.0 is not a whole number", "type 2000"),
    ((*CLUSTER, "reconnect_delay_ms"), float("nan"), "nan is not a whole", "from 2000"),
    ((*CLUSTER, "port"), 10**200, "a huge number is out of range", "from 1 to 65534"),
    ((*CLUSTER, "port"), "7777", "'7777' is not a whole number", "type 7777 without quotes"),
    ((*CLUSTER, "port"), "08", "'08' is not a whole number", "type 8, without quotes"),
    ((*CLUSTER, "port"), "010", "'010' is not a whole number", "type 10, without quotes"),
    ((*CLUSTER, "port"), None, "nothing is not a whole number", "from 1 to 65534"),
    (("kernel", "panic_on_oops"), "yes", "'yes' is not true or false", "without quotes"),
    (("kernel", "panic_on_oops"), 1, "1 is not true or false", "true or false"),
    (("firewall", "backend"), False, "false is not text", "or 'none'"),
    (("firewall", "backend"), None, "nothing is not text", "or 'none'"),
    (("firewall",), "none", "'none' stands where keys belong", "type 'firewall: {"),
    ((*NODE, "number"), ABSENT, "the key is missing", "add 'number: 0'"),
    (NODE, None, "there is nothing below it", "type 'host1.domain.com: {number: 0, address:"),
    (NODE, 3, "3 stands where keys belong", "type 'host1.domain.com: {number: 0, address:"),
    ((*LUN, "wwid"), 3600000000000000, "YAML reads this as 3600000000000000", "quotes like '36"),
    (
        (*LUN, "wwid"),
        36 * 10**31,
        f"YAML reads this as 36{'0' * 31}",
        f"quotes like '36{'0' * 31}'",
    ),
    ((*LUN, "wwid"), 3.6e45, "YAML reads this as 3.6e+45", "compare every character"),
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
    ((*LUN, "size"), 2 * sizes.TIB + 1, "not a multiple of 512", "blockdev --getsize64"),
    ((*LUN, "format"), True, "true is not text", "type 'never' or 'once'"),
    ((*LUN, "format"), False, "false is not text", "type 'never' or 'once'"),
    ((*LUN, "uuid"), 10**31, "where text belongs", "between quotes"),
    ((*LUN, "mount"), None, "nothing below it", "type 'mount: {path: /san/primary}'"),
    ((*LUN, "mount"), "/san/x", "stands where keys belong", "'mount: {path: /san/primary}'"),
    ((*LUN, "mount", "options"), "nointr,noatime", "is not a list", "type [nointr, noatime]"),
    ((*LUN, "mount", "options"), "!", "is not a list", "type a list like [noatime, nodev]"),
    ((*LUN, "mount", "options"), None, "nothing is not a list", "or []"),
    ((*LUN, "mount", "options"), {"a": 1}, "a mapping is not a list", "or []"),
    ((*LUN, "mount", "services"), "libvirtd.service", "is not a list", "[libvirtd.service], or []"),
    ((*LUN, "mount", "services"), None, "nothing is not a list", "or []"),
    ((*LUN, "mount", "service"), [], "there is no such key", "type 'services'"),
    (("drain",), "hypervisor.drain", "stands where keys belong", "type 'drain: {}'"),
    (("drain", "command"), ["/bin/true"], "where text belongs", "'command: /usr/local/sbin/drain-"),
    (("drain", "state"), True, "YAML reads this as true", "between quotes like 'true'"),
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
    refuses(path, value, reason, fix)


OPTION = [
    ("_netdev", "is refused: the formula sets it", "remove it"),
    ("x-systemd.automount", "is refused: the formula sets it", "remove it"),
    ("noauto", "whether the boot mounts a LUN is said by mount:auto", "remove it"),
    ("nofail", "would not be ordered before what needs it", "remove it"),
    ("heartbeat=none", "takes the heartbeat mode", "remove it"),
    ("nocluster", "destroy the volume", "remove it"),
    ("ro", "cannot replay the journal", "remove it"),
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
            section = changed((*LUN, "mount", "options"), [item])
            # The other quotas are those of features.
            section["luns"]["primary"]["features"] = [item] if item in features.OFFERED else []
            assert check.check(section) == []


ACCEPTED = [
    (("cluster",), None),
    (("cluster",), {}),
    (("drain",), None),
]


@pytest.mark.parametrize(("path", "value"), ACCEPTED)
def test_accepted(path, value):
    assert check.check(changed(path, value)) == []
