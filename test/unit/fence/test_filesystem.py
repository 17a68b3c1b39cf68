"""Why a node restarted that its own filesystem stopped, or that went together with all others."""

import pytest

from ocfs2lib.fence import cause
from support.fencing import advised
from support.fencing import explain
from support.fencing import panics
from support.fencing import shown
from support.simulated_logs import PANIC
from support.simulated_logs import WELL
from support.simulated_logs import SimulatedLogs

#: As Linux 6.1 says it: drivers/md/dm-mpath.c, block/blk-core.c, fs/jbd2, fs/ocfs2/super.c.
NO_PATH = (
    "device-mapper: multipath: 253:1: Failing path 8:16.",
    "device-mapper: multipath: 253:1: Failing path 8:32.",
    "I/O error, dev dm-1, sector 5242896 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2",
)
JOURNAL = "Aborting journal on device dm-1-57."
ABORT = "OCFS2: abort (device dm-1): ocfs2_start_trans: Detected aborted journal"
DAMAGE = "OCFS2: ERROR (device dm-1): ocfs2_validate_inode_block: Invalid dinode #131: OCFS2"
FORCED = PANIC + "OCFS2: (device dm-1): panic forced after error"
HEARTBEAT = "(o2hb-458E997A48,1234,0):o2hb_do_disk_heartbeat:1078 ERROR: status = -5"


def test_the_filesystem_stops_a_node_because_of_io():
    cluster = SimulatedLogs()
    panics(cluster, "host2", WELL, *NO_PATH, JOURNAL, ABORT, FORCED)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.FILESYSTEM, True)
    assert found.summary == (
        "The filesystem on dm-1 stopped it: ocfs2_start_trans: Detected aborted journal."
        " Before that, reads or writes of the LUN had failed."
    )
    assert "multipath -ll" in advised(found)
    assert "not because of the cluster" not in shown(found)


def test_a_journal_that_ends_with_the_abort_is_enough():
    cluster = SimulatedLogs()
    for second, text in enumerate((*NO_PATH, JOURNAL, ABORT)):
        cluster.say("host2", WELL + second, text)
    cluster.evict("host2", WELL + 66)
    cluster.restart("host2", WELL + 5, WELL + 200)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.FILESYSTEM, False)
    assert "power" not in shown(found)
    assert "multipath -ll" in advised(found)


def test_an_abort_long_before_the_end_is_not_the_end():
    cluster = SimulatedLogs()
    cluster.say("host2", WELL - 300, ABORT)
    cluster.cut("host2", WELL)
    assert explain(cluster).verdict == cause.CUT


def test_the_filesystem_stops_a_node_because_of_damage():
    cluster = SimulatedLogs()
    panics(cluster, "host2", WELL, DAMAGE, FORCED)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.FILESYSTEM, True)
    assert "Invalid dinode #131" in found.summary
    assert "ocfs2.orch.fsck" in advised(found)
    assert "multipath" not in advised(found)


def test_a_bug_of_the_filesystem_is_quoted():
    cluster = SimulatedLogs()
    bug = "kernel BUG at fs/ocfs2/dlmglue.c:1234!"
    panics(cluster, "host2", WELL, bug, "Oops: invalid opcode", PANIC + "Fatal exception")
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.PANIC, True)
    assert found.summary == f"Its kernel crashed: {bug}"
    assert bug in [each.text for each in found.evidence]
    assert "bug tracker" in advised(found)


def all_end(cluster, *texts, seconds=1):
    """Every node says the same and is gone, the last so many seconds after the first."""
    names = list(cluster.numbers)
    for place, name in enumerate(names):
        end = WELL + seconds * place / (len(names) - 1)
        for text in texts:
            cluster.say(name, end - 1, text)
    for place, name in enumerate(names):
        end = WELL + seconds * place / (len(names) - 1)
        cluster.restart(name, end, end + 300)


@pytest.mark.parametrize("clock", [{}, {"host1": 40, "host2": -30}])
def test_all_nodes_at_once_is_the_power_or_the_array(clock):
    cluster = SimulatedLogs(clock=clock)
    all_end(cluster)
    found = explain(cluster, clock=clock)
    assert (found.verdict, found.sure) == (cause.CUT, False)
    assert "so do those of all others (host1, host3), at the same time" in found.summary
    assert "for all nodes at once" in advised(found)
    assert "it was in no cluster" not in shown(found)


def test_an_array_that_is_away_is_no_reason_to_wait_longer():
    cluster = SimulatedLogs()
    all_end(cluster, *NO_PATH, HEARTBEAT, ABORT, seconds=2)
    found = explain(cluster)
    assert found.verdict == cause.FILESYSTEM
    assert "look at the array and the fabric" in advised(found)
    assert "heartbeat_threshold" not in advised(found)


def test_heartbeats_of_all_nodes_that_fail_are_no_reason_to_wait_longer():
    cluster = SimulatedLogs()
    all_end(cluster, HEARTBEAT, seconds=2)
    found = explain(cluster)
    assert found.verdict == cause.DISK
    assert "look at the array and the fabric" in advised(found)
    assert "heartbeat_threshold" not in advised(found)


def test_one_node_that_goes_on_is_no_failure_of_all():
    cluster = SimulatedLogs()
    for name in ("host1", "host2"):
        cluster.restart(name, WELL, WELL + 300)
    assert explain(cluster).verdict == cause.UNKNOWN


def test_restarts_one_after_the_other_are_not_at_once():
    cluster = SimulatedLogs()
    for place, name in enumerate(cluster.numbers):
        cluster.restart(name, WELL + 400 * place, WELL + 400 * place + 60)
    assert explain(cluster).verdict == cause.UNKNOWN


def test_of_a_flood_of_evictions_the_newest_are_told():
    cluster = SimulatedLogs()
    for number in range(4000):
        text = "o2cb: o2dlm has evicted node 1 from domain 458E997A48634B3DAB36F01667EBB761"
        cluster.say("host1", WELL - 60 * number, text)
    found = explain(cluster)
    assert found.last == WELL
    assert len(found.others) < 100
