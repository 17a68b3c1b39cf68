"""The rule of how long a way to a LUN may keep I/O waiting."""

import math

import pytest

from ocfs2lib import heartbeat
from ocfs2lib.san import timeout_budget
from ocfs2lib.san.timeout_budget import MULTIPATH

THRESHOLDS = (7, 8, 13, 16, 31, 46, 61, 121, heartbeat.MAX_THRESHOLD)


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("interval", [1, 2, 5, 10, 20])
def test_the_checks_are_as_many_as_fit(threshold, interval):
    checks = timeout_budget.path_checks(interval, threshold)
    assert checks == 0 or timeout_budget.fits(checks * interval, MULTIPATH, threshold)
    assert not timeout_budget.fits((checks + 1) * interval, MULTIPATH, threshold)
    total = timeout_budget.DETECTION[MULTIPATH] + checks * interval + 1
    assert checks == 0 or total < heartbeat.write_limit(threshold)


@pytest.mark.parametrize(
    ("interval", "threshold", "checks"),
    [(5, 31, 6), (5, 61, 16), (10, 31, 3), (5, 7, 0), (1, 31, 31)],
)
def test_figures(interval, threshold, checks):
    assert timeout_budget.path_checks(interval, threshold) == checks


@pytest.mark.parametrize("way", timeout_budget.DETECTION)
@pytest.mark.parametrize("threshold", [16, 31, 61, 121])
def test_what_a_transport_is_told_fits(way, threshold):
    assert timeout_budget.fits(timeout_budget.waiting(way, threshold) - 1, way, threshold)


@pytest.mark.parametrize("way", timeout_budget.DETECTION)
@pytest.mark.parametrize("waits", [0, 1, 30, 60, 120, 600])
def test_the_threshold_that_is_needed_is_enough_and_the_least(way, waits):
    needed = timeout_budget.needed_threshold(waits, way)
    assert timeout_budget.fits(waits, way, needed)
    assert needed == 7 or not timeout_budget.fits(waits, way, needed - 1)


def test_for_ever_fits_nowhere():
    assert timeout_budget.needed_threshold(math.inf, MULTIPATH) is None
