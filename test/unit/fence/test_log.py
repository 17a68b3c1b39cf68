"""What one line of a log tells of."""

import pytest

from ocfs2lib.fence import log
from support import simulated_logs
from support.simulated_logs import PANIC
from support.simulated_logs import PANICING


@pytest.mark.parametrize(
    ("text", "kind", "node", "values"),
    [
        (
            simulated_logs.write_timeout(62.1),
            "write timeout",
            None,
            {"device": "dm-1", "ms": 62100},
        ),
        (simulated_logs.idle("host3", 2, 30.012), "idle", 2, {"s": 30, "ms": 12}),
        (simulated_logs.lock_lost(7), "lock lost", 7, {}),
        (
            simulated_logs.too_few(1, 2, 3),
            "too few",
            None,
            {"connected": 1, "needed": 2, "beating": 3},
        ),
        (PANIC + PANICING, "panic", None, {"reason": PANICING}),
        ("watchdog: BUG: soft lockup - CPU#1 stuck for 26s!", "stalled", None, {}),
        ("e1000e 0000:00:1f.6 eth0: NIC Link is Down", "link", None, {}),
    ],
)
def test_what_a_line_says(text, kind, node, values):
    event = log.event(text, 5.0, "b")
    assert (event.kind, event.node, event.values) == (kind, node, values)
    assert (event.text, event.time, event.boot) == (text, 5.0, "b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o2net: Connection to node host2 (num x) at 1.2.3.4:7777 has been idle for 30.1 secs.",
        "prefix of a firewall: o2cb: o2dlm has evicted node 1 from domain X",
        "o2dlm: Node 9999 leaves domain X",
        "e1000e eth0: NIC Link is Up",
        "fencing this node because it is only connected to many nodes",
    ],
)
def test_a_line_that_tells_of_nothing(text):
    assert log.event(text) is None
