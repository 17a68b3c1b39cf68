"""The state that formats: its dry run, and the grant and the pillar that it needs."""

import pytest

from functional.conftest import MINION
from ocfs2lib.lun.format_order import LEADER_GRAIN
from support.formats import TOKEN
from support.formats import UUID
from support.images import digest
from support.images import run

GRANT = {
    "uuid": UUID,
    "token": TOKEN,
    "leader": MINION,
    "again": False,
    "job": "",
    "operator": "",
}


def test_a_dry_run_writes_nothing(lun, minion, modules, states_test, described):
    modules["ocfs2_format.mark"]("ocfs2", lun.wwid, TOKEN)
    mark = minion.grains.get(LEADER_GRAIN)
    before = digest(lun.image)
    ret = states_test["ocfs2.formatted"]("primary", described, GRANT)
    assert (ret["result"], list(ret["changes"])) == (None, [lun.device])
    assert digest(lun.image) == before
    assert minion.grains.get(LEADER_GRAIN) == mark
    assert mark["token"] == TOKEN


def test_a_dry_run_over_data_is_refused(lun, states_test, described):
    run("mkfs.ext4", "-q", "-F", str(lun.image))
    ret = states_test["ocfs2.formatted"]("primary", described, GRANT)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert "it holds ext4" in ret["comment"]


@pytest.mark.parametrize("grant", [{}, {"uuid": UUID}, {"uuid": "-F", "token": "", "again": 1}])
def test_a_broken_grant_is_refused(states, described, grant):
    ret = states["ocfs2.formatted"]("primary", described, grant)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert ret["comment"].startswith("Not formatted. ")


def test_what_pillar_does_not_allow_is_not_formatted(states, described):
    described["luns"]["primary"]["format"] = "never"
    ret = states["ocfs2.formatted"]("primary", described, GRANT)
    assert ret["result"] is False
    assert "G5: luns:primary:format is never" in ret["comment"]


def test_a_node_that_is_not_to_have_the_lun_does_not_format_it(lun, states, described):
    described["nodes"]["host2.domain.com"] = {"number": 200, "address": "192.168.100.200"}
    described["luns"]["primary"]["nodes"] = ["host2.domain.com"]
    before = digest(lun.image)
    ret = states["ocfs2.formatted"]("primary", described, GRANT)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert "This minion is none of the LUN's nodes" in ret["comment"]
    assert digest(lun.image) == before
