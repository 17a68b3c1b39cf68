"""Each event of the beacon is brought about on a guest, and comes once; so does its counterpart."""

import time

import pytest
import salt.config
import salt.utils.event

from faults.arena import host

from .breakages import BREAKAGES

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

TITLES = ("Event", "Seconds", "What it says", "Counterpart", "Seconds")
INTERVAL = 5
#: Three nodes take more of the slots than that on both volumes, two nodes only on one of them.
CONFIG = [{"interval": INTERVAL}, {"slots": 0.35}]
#: Looks after which nothing new is to come.
QUIET = 12
LIMIT = 400

#: What is broken; the event, its counterpart, and the nodes that send them.
EVENTS = {
    "read-only": ("read-only", "read-write", (3,)),
    "live-differs": ("drift", "drift-gone", (3,)),
    "heartbeat-late": ("heartbeat-late", "heartbeat-back", (3,)),
    "not-mounted": ("mount-lost", "mount-back", (3,)),
    "cluster-offline": ("slots-back", "slots-high", (1, 2)),
    "space-low": ("space-high", "space-back", (1, 2, 3)),
    "node-silent": ("peer-lost", "peer-returned", (1, 2)),
}


class Bus:
    """What the beacons of the nodes send to the master."""

    def __init__(self, site):
        options = salt.config.master_config(str(site.lab.state / "master" / "etc" / "master"))
        self._bus = salt.utils.event.get_master_event(options, options["sock_dir"], listen=True)

    def close(self):
        self._bus.destroy()

    def next(self, seconds):
        """The next event, as ``(minion id, word, data)``; None if none comes within the time."""
        event = self._bus.get_event(wait=seconds, tag="salt/beacon/", full=True)
        if event is None:
            return None
        _, _, minion, _, word = event["tag"].split("/")
        return minion, word, event["data"]

    def wait_for(self, word, nodes):
        """Wait until all these nodes have sent a word; returns all that came, in their order."""
        missing, came = set(map(host, nodes)), []
        deadline = time.monotonic() + LIMIT
        while missing:
            event = self.next(max(1, deadline - time.monotonic()))
            assert event, f"{missing} did not send {word}: {came}"
            came.append(event)
            if event[1] == word:
                missing.discard(event[0])
        return came

    def fall_silent(self):
        """Wait until nothing has come for some looks; returns what came before."""
        came = []
        while event := self.next(QUIET * INTERVAL):
            came.append(event)
        return came


@pytest.fixture(scope="module")
def bus(site, request):
    """All nodes have the beacon and have told what they found at first."""
    bus = Bus(site)
    request.addfinalizer(bus.close)
    site.pillar["beacons"] = {"ocfs2": CONFIG}
    site.describe()
    assert site.lab.salt("*", "saltutil.refresh_pillar").rc == 0
    bus.wait_for("slots-high", (1, 2, 3))
    yield bus
    del site.pillar["beacons"]
    site.describe()
    assert site.lab.salt("*", "saltutil.refresh_pillar").rc == 0


def test_nothing_is_sent_while_nothing_changes(bus):
    bus.fall_silent()
    assert bus.next(2 * QUIET * INTERVAL) is None


@pytest.mark.parametrize("name", EVENTS)
def test_it_is_told_once_when_it_comes_and_once_when_it_goes(site, bus, rows, name):
    (breakage,) = [each for each in BREAKAGES if str(each) == name]
    word, counterpart, nodes = EVENTS[name]
    bus.fall_silent()
    begin = time.monotonic()
    try:
        breakage.bring_about(site)
        came = bus.wait_for(word, nodes)
        seconds = time.monotonic() - begin
    finally:
        begin = time.monotonic()
        breakage.put_right(site)
    after = bus.wait_for(counterpart, nodes)
    back = time.monotonic() - begin
    said = next(data["message"] for _, each, data in came if each == word)
    rows.append((word, f"{seconds:.0f}", said, counterpart, f"{back:.0f}"))
    every = [(minion, each) for minion, each, _ in (*came, *after, *bus.fall_silent())]
    for node in nodes:
        assert (every.count((host(node), word)), every.count((host(node), counterpart))) == (1, 1)
