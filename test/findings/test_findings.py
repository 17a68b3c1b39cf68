"""Each thing that can go wrong is brought about on a guest, found, and put right again."""

import json

import pytest

from .breakages import BREAKAGES

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

TITLES = ("Finding", "Severity", "Seconds", "What it says")


def test_a_healthy_cluster_shows_nothing(site, rows):
    status, seconds, rc = site.look()
    assert status["findings"] == []
    assert (status["state"], rc) == ("healthy", 0)
    rows.append(("(healthy)", "", f"{seconds:.0f}", f"the nodes took {status['seconds']} s"))


@pytest.mark.parametrize("breakage", BREAKAGES, ids=str)
def test_it_is_found_and_gone_once_it_is_put_right(site, rows, breakage):
    try:
        breakage.bring_about(site)
        status, seconds = site.wait_for(lambda status: _found(status, breakage))
    finally:
        breakage.put_right(site)
    for each in _found(status, breakage):
        rows.append((str(breakage), each["severity"], f"{seconds:.0f}", each["what"]))
    assert not list(filter(breakage.is_strange, status["findings"])), _said(status)
    site.wait_for(lambda status: status["findings"] == [])


def _found(status, breakage):
    return list(filter(breakage.is_about, status["findings"]))


def _said(status):
    return json.dumps(status["findings"], indent=1)
