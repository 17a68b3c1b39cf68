"""Each way in which a node can go down is brought about on a guest, and explained."""

import pytest

from .breakage import LUN

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

TITLES = ("What happened", "Verdict", "Proved", "What it says")
VICTIM = 3


def _no_disk(site):
    lab = site.lab
    site.cut_off(
        VICTIM,
        lambda: [lab.cut_path(VICTIM, LUN, path) for path in (0, 1)],
        lambda: [lab.restore_path(VICTIM, LUN, path) for path in (0, 1)],
    )


def _no_network(site):
    lab = site.lab
    site.cut_off(VICTIM, lambda: lab.cut_link(VICTIM), lambda: lab.restore_link(VICTIM))


def _no_power(site):
    site.restart(VICTIM)


def _panic(site):
    _told(site, "echo c > /proc/sysrq-trigger")


def _order(site):
    _told(site, "systemctl reboot")


def _told(site, what):
    """The node does it by itself: whoever tells it waits for an answer."""
    later = ["systemd-run", "--on-active=1", "sh", "-c", what]
    site.cut_off(VICTIM, lambda: site.must(VICTIM, *later))


def _stood_still(site):
    site.stand_still(VICTIM)
    # It writes to what the others took over, and learns that its locks are not its own.
    site.lab.run(VICTIM, ["timeout", "20", "sh", "-c", "date > /san/primary/ghost; sync"], 60)
    site.restart(VICTIM)


ENDS = {
    "no-disk": (_no_disk, "disk"),
    "no-network": (_no_network, "network"),
    "no-power": (_no_power, "cut"),
    # The guests have nothing that keeps the last words of a kernel.
    "panic": (_panic, "cut"),
    "order": (_order, "shutdown"),
    "stood-still": (_stood_still, "frozen"),
}


@pytest.mark.parametrize("end", ENDS)
def test_it_is_known_why_a_node_went_down(site, rows, end):
    bring_about, verdict = ENDS[end]
    bring_about(site)
    case, rc = site.explain(VICTIM)
    rows.append((end, case["verdict"], str(case["sure"]), case["summary"]))
    assert (_last(case), rc) == (verdict, 0), case
    assert case["advice"]
    status, _ = site.wait_for(lambda status: status["findings"] == [])
    assert status["state"] == "healthy"


def _last(case):
    """The verdict about its last restart; a shutdown in order stands behind what is worse."""
    ends = [(case["last"] or 0, case["verdict"])]
    return max(ends + [(each["time"], each["verdict"]) for each in case["others"]])[1]
