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


def _nothing(site):
    """The node is back by itself."""


#: What happens, the verdict, and what has to be done in the end.
ENDS = {
    "no-disk": (_no_disk, "disk", _nothing),
    "no-network": (_no_network, "network", _nothing),
    "no-power": (_no_power, "cut", _nothing),
    # The guests have nothing that keeps the last words of a kernel.
    "panic": (_panic, "cut", _nothing),
    "order": (_order, "shutdown", _nothing),
    "stood-still": (_stood_still, "frozen", _no_power),
}


@pytest.mark.parametrize("end", ENDS)
def test_it_is_known_why_a_node_went_down(site, rows, end):
    bring_about, verdict, mend = ENDS[end]
    bring_about(site)
    case, rc = site.explain(VICTIM)
    rows.append((end, case["verdict"], str(case["sure"]), case["summary"]))
    assert (_last(case), rc) == (verdict, 0), case
    assert case["advice"]
    mend(site)
    status, _ = site.wait_for(lambda status: status["findings"] == [])
    assert status["state"] == "healthy"


def _last(case):
    """The verdict about its last restart; a shutdown in order stands behind what is worse."""
    ends = [(case["last"] or 0, case["verdict"])]
    return max(ends + [(each["time"], each["verdict"]) for each in case["others"]])[1]
