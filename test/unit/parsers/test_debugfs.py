"""What the kernel shows under /sys/kernel/debug, in the form of Linux 6.1."""

import pytest

from ocfs2lib.parsers import debugfs

STATE = """\
    Device => Id: 253,1  Uuid: 458E997A48634B3DAB36F01667EBB761  Gen: 0x524F51E6  Label: primary
    Volume => State: 2  Flags: 0x0
     Sizes => Block: 4096  Cluster: 131072
  Features => Compat: 0x3  Incompat: 0xF750  ROcompat: 0x1
     Mount => Opts: 0x105  AtimeQuanta: 60
   Cluster => Stack: o2cb  Name: 458E997A48634B3DAB36F01667EBB761  Version: 1.0
  DownCnvt => Pid: 1211  Count: 0  WakeSeq: 0  WorkSeq: 0
  Recovery => Pid: -1  Nodes: None
    Commit => Pid: 1217  Interval: 0
   Journal => State: 1  TxnId: 1  NumTxns: 0
     Stats => GlobalAllocs: 0  LocalAllocs: 0  SubAllocs: 0  LAWinMoves: 0  SAExtends: 0
LocalAlloc => State: 1  Descriptor: 0  Size: 2048 bits  Default: 2048 bits
     Steal => InodeSlot: 65535  StolenInodes: 0, MetaSlot: 65535  StolenMeta: 0
OrphanScan => Local: 0  Global: 0  Last Scan: 204 seconds ago
     Slots => Num     RecoGen
                0           2
            *   1           0
                2           1
"""
#: Of a node while another, that was evicted, writes its heartbeat again.
DOMAIN = """\
Domain: 458E997A48634B3DAB36F01667EBB761  Key: 0xcc84f7f3  Protocol: 1.3
Thread Pid: 1317  Node: 0  State: JOINED
Number of Joins: 1  Joining Node: 255
Domain Map: 0 1\x20
Exit Domain Map:\x20
Live Map: 0 1 2\x20
Lock Resources: 10 (12)
MLEs: 0 (15)
  Blocking: 0 (3)
  Mastery: 0 (12)
  Migration: 0 (0)
Lists: Dirty=Empty  Purge=Empty  PendingASTs=Empty  PendingBASTs=Empty
Purge Count: 0  Refs: 1
Dead Node: 255
Recovery Pid: 1318  Master: 255  State: INACTIVE
Recovery Map:\x20
Recovery Node State:
"""


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
