"""What the kernel shows under /sys/kernel/debug, in the form of Linux 6.1."""

import pytest

from ocfs2lib.parsers import debugfs
from support.kernel_files import DOMAIN
from support.kernel_files import STATE


def test_a_volume_at_work():
    assert debugfs.fs_state(STATE) == {
        "device": "253:1",
        "read_only": False,
        "failed": False,
        "recovering": [],
        "slot": 1,
        "slots": 3,
    }


@pytest.mark.parametrize(
    ("flags", "read_only", "failed"),
    [("0x0", False, False), ("0x1", True, False), ("0x2", True, False), ("0x5", True, True)],
)
def test_a_volume_that_is_not_written_any_more(flags, read_only, failed):
    state = debugfs.fs_state(STATE.replace("Flags: 0x0", f"Flags: {flags}"))
    assert (state["read_only"], state["failed"]) == (read_only, failed)


def test_the_journals_of_dead_nodes_are_replayed():
    text = STATE.replace("Pid: -1  Nodes: None", "Pid: 712  Nodes: 2 0")
    assert debugfs.fs_state(text)["recovering"] == [2, 0]


@pytest.mark.parametrize("text", ["", "Slots =>", STATE.replace("*", " "), "* 3"])
def test_no_star_no_slot(text):
    assert debugfs.fs_state(text)["slot"] is None


def test_nothing_is_known_of_nothing():
    state = debugfs.fs_state("")
    assert state.pop("recovering") == []
    assert set(state.values()) == {None}


def test_the_nodes_in_a_list():
    assert debugfs.numbers("0 2 254\n") == [0, 2, 254]
    assert debugfs.numbers("") == debugfs.numbers("none 0x1 1.5") == []


def test_the_members_of_a_domain():
    assert debugfs.members(DOMAIN) == [0, 1]
    assert debugfs.members(DOMAIN.replace("Domain Map: 0 1 ", "Domain Map: ")) == []
    assert debugfs.members("") == []
