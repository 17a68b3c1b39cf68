"""The section ``san``: its values, and its secrets."""

import pytest

from ocfs2lib.pillar import check
from ocfs2lib.pillar import secrets
from support import san_pillar as san
from support.pillars import ABSENT
from support.pillars import changed
from support.pillars import only
from support.pillars import pillar


def whole(*path, value=ABSENT):
    """A pillar with every transport, and one value in it."""
    section = changed(("san",), san.whole())
    return changed(("san", *path), value, section) if path else section


def test_a_whole_section_is_as_it_was_written():
    found = check.parse(whole()).san
    assert found.multipath is True
    assert found.iscsi.portals == ("192.168.50.10:3260", "192.168.51.10:3261")
    assert found.iscsi.chap.password == san.SECRET
    assert found.nvme.portals == ("192.168.50.20:4420",)
    assert [(port.interface, port.mode, port.dcb) for port in found.fcoe] == [
        ("eth2", "vn2vn", True)
    ]


@pytest.mark.parametrize("section", [None, {}, {"iscsi": None, "multipath": False}])
def test_without_a_transport_nothing_is_done(section):
    found = check.parse(changed(("san",), section)).san
    assert (found.multipath, found.iscsi, found.nvme, found.fcoe) == (False, None, None, ())


@pytest.mark.parametrize(
    ("path", "value", "reason", "fix"),
    [
        (("iscsi", "portals"), [], "it is empty", "name one of the portals"),
        (("iscsi", "targets"), [], "it is empty", "name one of the targets"),
        (("iscsi", "portals"), ["192.168.50.10:"], "no port", "'192.168.50.10:3260'"),
        (("iscsi", "portals"), ["192.168.50.10:70000"], "no port", "'192.168.50.10:3260'"),
        (("iscsi", "portals"), ["fd00::1"], "not an IPv4 address", "192.168.50.10:3260"),
        (("iscsi", "targets"), ["iqn.2003-01.com.Domain:A"], "small letters", "iqn.2003-01"),
        (("iscsi", "chap", "username"), ABSENT, "missing", "add"),
        (("iscsi", "chap", "username_in"), "array", "password_in", "add password_in"),
        (("nvme", "subsystems"), ["nqn.a b"], "not an NQN", "nqn.2003-01"),
        (("nvme", "portals"), [], "it is empty", "name one of the portals"),
        (("fcoe", "eth2", "mode"), "VN2VN", "not possible", "'vn2vn'"),
        (("multipath",), "yes", "not true or false", "true or false"),
    ],
)
def test_one_wrong_value_is_one_problem(path, value, reason, fix):
    section = whole(*path, value=value)
    if path[-1] == "username_in":
        assert only(section).path == "ocfs2:san:iscsi:chap:password_in"
    else:
        assert only(section).path.startswith("ocfs2:san:" + ":".join(path))
    assert reason in str(only(section))
    assert fix in only(section).fix


@pytest.mark.parametrize("value", ["short", "with a blank in it", 123456789012, "é" * 12, ["x"]])
@pytest.mark.parametrize("name", ["password", "password_in"])
def test_a_wrong_secret_is_not_shown(name, value):
    section = whole("iscsi", "chap", name, value=value)
    section["san"]["iscsi"]["chap"]["username_in"] = "array" if name == "password_in" else None
    problem = only(section)
    assert problem.path == f"ocfs2:san:iscsi:chap:{name}"
    assert "12 to 255 printable ASCII" in problem.reason
    assert str(value) not in str(problem)


def test_a_secret_that_both_sides_have():
    section = whole("iscsi", "chap", "password_in", value=san.SECRET)
    section["san"]["iscsi"]["chap"]["username_in"] = "array"
    assert "a secret of its own" in only(section).fix


def test_a_masked_pillar_has_no_secret_and_is_as_valid():
    section = whole("iscsi", "chap", "password_in", value="another-secret")
    section["san"]["iscsi"]["chap"]["username_in"] = "array"
    masked = secrets.masked(section)
    assert san.SECRET not in str(masked)
    assert "another-secret" not in str(masked)
    assert check.check(masked) == check.check(section) == []
    assert secrets.masked(pillar()) == pillar()
    wrong = secrets.masked(whole("iscsi", "chap", "password", value="a b"))
    assert only(wrong).path == "ocfs2:san:iscsi:chap:password"


@pytest.mark.parametrize("section", [None, [], "text", {"san": None}, {"san": {"iscsi": "x"}}])
def test_any_value_is_masked(section):
    assert secrets.masked(section) == section
