"""The metrics of a node with a simulated kernel, all the way through the real daemons."""

import json
import re
from types import SimpleNamespace

import pytest

from ocfs2lib.health.prometheus import NAMES
from support.kernel_files import UUID
from support.until import until

from .conftest import DASHBOARD
from .conftest import RULES
from .conftest import Daemon
from .conftest import expressions

#: Panels that have nothing to show here: no volume has the type ocfs2 in the table of mounts.
EMPTY = {"Room that is taken A"}

pytestmark = pytest.mark.usefixtures("mounted", "files")


@pytest.fixture
def exporter(tools, modules, tmp_path):
    """node_exporter, which reads what the formula has written."""
    directory = tmp_path / "textfiles"
    directory.mkdir()
    modules["ocfs2_metrics.write"](str(directory))
    argv = [
        tools / "prometheus-node-exporter",
        "--collector.disable-defaults",
        "--collector.filesystem",
        "--collector.textfile",
        f"--collector.textfile.directory={directory}",
    ]
    with Daemon(argv, tmp_path / "exporter.log", "/metrics") as daemon:
        yield daemon


@pytest.fixture
def prometheus(tools, exporter, tmp_path):
    """Prometheus, which has scraped it and evaluated the rules of this repository."""
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(RULES)],
        "scrape_configs": [
            {"job_name": "node", "static_configs": [{"targets": [exporter.address]}]}
        ],
    }
    (tmp_path / "prometheus.yml").write_text(json.dumps(config))
    argv = [
        tools / "prometheus",
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'tsdb'}",
    ]
    with Daemon(argv, tmp_path / "prometheus.log", "/-/ready") as daemon:
        until(lambda: daemon.ask("alerts")["alerts"])
        yield daemon


def value(prometheus, query):
    """The one value of a query."""
    (sample,) = prometheus.ask("query", query=query)["result"]
    return float(sample["value"][1])


def test_promtool_finds_nothing_against_the_metrics(promtool, modules):
    done = promtool("check", "metrics", input=modules["ocfs2_metrics.text"]())
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_node_exporter_shows_every_sample(exporter, modules):
    page = exporter.get("/metrics")
    assert "node_textfile_scrape_error 0" in page
    assert re.search(r'node_textfile_mtime_seconds\{file=".*/ocfs2\.prom"\}', page)
    # It sorts the labels.
    shown = {_sample(line) for line in page.splitlines() if line.startswith("ocfs2_")}
    text = modules["ocfs2_metrics.text"]()
    written = {_sample(line) for line in text.splitlines() if not line.startswith("#")}
    assert {name for name, _ in shown} == set(NAMES)
    assert shown == written


def _sample(line):
    name, _, rest = line.partition("{")
    return name, frozenset(rest.rpartition("}")[0].split(","))


def test_prometheus_has_the_values(prometheus):
    assert value(prometheus, 'ocfs2_cluster_online{cluster="ocfs2"}') == 1
    assert value(prometheus, f'ocfs2_heartbeat_late_seconds{{uuid="{UUID}"}}') == 1.204
    assert value(prometheus, 'ocfs2_peer_connected{peer="host3"}') == 0
    assert value(prometheus, "count({__name__=~'ocfs2_.+'})") > 20


def test_prometheus_raises_the_alerts_of_this_node_in_plain_words(prometheus, exporter):
    expected = {"OCFS2NotMounted", "OCFS2PeerDisconnected", "OCFS2SlotsHigh"}
    found = until(lambda: _alerts(prometheus, expected))
    # The one connection is quiet for as long as this takes.
    assert set(found) - {"OCFS2PeerQuiet"} == expected
    lost = found["OCFS2NotMounted"]
    assert (lost.state, lost.labels["severity"]) == ("pending", "critical")
    assert lost.annotations["summary"] == f"/san/primary is not mounted on {exporter.address}"
    assert found["OCFS2SlotsHigh"].annotations["summary"].startswith("100% of the slots of ")
    for alert in found.values():
        assert not re.search(r"<no value>|error expanding", str(alert.annotations))


def _alerts(prometheus, expected):
    alerts = prometheus.ask("alerts")["alerts"]
    found = {each["labels"]["alertname"]: SimpleNamespace(**each) for each in alerts}
    return found if expected <= set(found) else None


def test_prometheus_takes_every_expression_and_has_data_for_the_dashboard(prometheus):
    titles = {f"{panel['title']} " for panel in json.loads(DASHBOARD.read_text())["panels"]}
    empty = set()
    for name, expression in expressions().items():
        result = prometheus.ask("query", query=expression)["result"]
        if not result and any(name.startswith(title) for title in titles):
            empty.add(name)
    assert empty == EMPTY


def test_every_metric_in_an_expression_is_one_that_somebody_makes(exporter):
    page = exporter.get("/metrics")
    made = {line.split()[2] for line in page.splitlines() if line.startswith("# TYPE ")}
    made |= set(NAMES)
    used = set()
    for expression in expressions().values():
        used |= set(re.findall(r"\b(?:ocfs2|node)_\w+", re.sub(r'"[^"]*"', "", expression)))
    assert used
    assert used - made == set()
