"""The dashboard, as Grafana would read it."""

import itertools
import json
import re

import pytest

from ocfs2lib.health import prometheus

from .conftest import DASHBOARD
from .conftest import panels

BOARD = json.loads(DASHBOARD.read_text())
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
#: Of Grafana itself; it needs no plugin.
KINDS = {"bargauge", "stat", "state-timeline", "table", "timeseries"}


def test_it_has_an_identity_of_its_own_and_no_source_of_somebody():
    assert BOARD["uid"] == "ocfs2-formula"
    assert "id" not in BOARD
    assert "__inputs" not in BOARD
    assert BOARD["schemaVersion"] >= 36


def test_its_variables_are_the_source_the_cluster_and_the_node():
    source, cluster, node = BOARD["templating"]["list"]
    assert (source["name"], source["type"], source["query"]) == (
        "datasource",
        "datasource",
        "prometheus",
    )
    assert [each["name"] for each in (cluster, node)] == ["cluster", "instance"]
    for each in (cluster, node):
        assert each["datasource"] == SOURCE
        metric = re.fullmatch(r"label_values\((\w+)(\{.+\})?, \w+\)", each["query"]["query"])[1]
        assert metric in prometheus.NAMES


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_asks_the_chosen_source_and_nodes(panel):
    assert panel["type"] in KINDS
    assert panel["description"]
    assert panel["datasource"] == SOURCE
    assert panel["targets"]
    for target in panel["targets"]:
        assert target["datasource"] == SOURCE
        assert '"$instance"' in target["expr"] or "ALERTS" in target["expr"]
    references = [target["refId"] for target in panel["targets"]]
    assert len(references) == len(set(references))


def test_panels_have_numbers_and_do_not_cover_each_other():
    numbers = [panel["id"] for panel in panels()]
    assert len(numbers) == len(set(numbers))
    for one, other in itertools.combinations([panel["gridPos"] for panel in panels()], 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart
    assert all(0 <= panel["gridPos"]["x"] <= 24 - panel["gridPos"]["w"] for panel in panels())


def test_it_shows_every_side_of_a_cluster():
    shown = json.dumps(panels())
    for name in (
        "ocfs2_cluster_online",
        "ocfs2_mounted",
        "ocfs2_heartbeat_late_seconds",
        "ocfs2_heartbeat_limit_seconds",
        "ocfs2_peer_connected",
        "ocfs2_slots_used",
        "ocfs2_setting_drift",
        "node_filesystem_avail_bytes",
    ):
        assert name in shown
