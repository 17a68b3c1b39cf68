"""The section ``mount`` of a LUN: its values, and the mounts beside each other."""

import re

import pytest

from ocfs2lib.pillar import check
from ocfs2lib.pillar.sections.mount_keys import SYSTEM_PATHS
from support.pillars import LUN
from support.pillars import changed
from support.pillars import only
from support.pillars import refuses

WRONG = [
    ((*LUN, "mount", "path"), "san", "is not an absolute path", "type it from /"),
    ((*LUN, "mount", "path"), "//san//a/", "is not a plain path", "type '/san/a'"),
    ((*LUN, "mount", "path"), "/san/../a", "is not a plain path", "type '/a'"),
    ((*LUN, "mount", "path"), "/", "belongs to the system", "like /san/primary"),
    ((*LUN, "mount", "path"), "/usr/x", "belongs to the system", "like /san/primary"),
    ((*LUN, "mount", "path"), "/home", "belongs to the system", "like /san/primary"),
    ((*LUN, "mount", "path"), "/san/a b", "is not an absolute path of", "like '/san/primary'"),
    ((*LUN, "mount", "path"), "/" + "a" * 128, "up to 128", "like '/san/primary'"),
]


@pytest.mark.parametrize(("path", "value", "reason", "fix"), WRONG)
def test_one_wrong_value_is_one_problem(path, value, reason, fix):
    refuses(path, value, reason, fix)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*LUN, "mount", "options"), ()),
        ((*LUN, "mount", "path"), "/san/primary2/.a..b"),
        ((*LUN, "mount", "services"), ()),
        ((*LUN, "mount", "services"), ["libvirtd.service", "a:b_c@x-1.service"]),
        ((*LUN, "mount", "services"), ["a" * 245 + ".service"]),
        (("luns", "second", "mount", "services"), ["libvirtd.service"]),
    ],
)
def test_accepted(path, value):
    assert check.check(changed(path, value)) == []


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
    "path",
    ["/", "/usr", "/usr/local/x", "/etc", "/var", "/var/lib", "/home", "/lib64", "/run/x"],
)
def test_system_paths(path):
    assert re.fullmatch(SYSTEM_PATHS, path)


@pytest.mark.parametrize(
    "path",
    ["/san", "/san/primary", "/home/vm", "/var/lib/libvirt", "/mnt/a", "/users", "/libs", "/etcd"],
)
def test_other_paths(path):
    assert not re.fullmatch(SYSTEM_PATHS, path)


def test_a_service_needs_a_mount_that_systemd_can_name():
    section = changed((*LUN, "mount", "services"), ["a.service"])
    assert check.check(changed((*LUN, "mount", "path"), "/san/" + "-" * 61, section)) == []
    problem = only(changed((*LUN, "mount", "path"), "/san/" + "-" * 62, section))
    assert problem.path == "ocfs2:luns:primary:mount:path"
    assert "becomes a unit of 258 characters, and 255 are possible" in problem.reason
    assert check.check(changed((*LUN, "mount", "path"), "/san/" + "-" * 62)) == []


@pytest.mark.parametrize(
    ("inner", "reported"), [("/san/primary/x", "second"), ("/san/primary/x/y/z", "second")]
)
def test_nested_mounts(inner, reported):
    problem = only(changed(("luns", "second", "mount", "path"), inner))
    assert problem.path == f"ocfs2:luns:{reported}:mount:path"
    assert "is inside '/san/primary', the mount of ocfs2:luns:primary" in problem.reason
