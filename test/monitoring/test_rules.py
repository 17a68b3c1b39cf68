"""The alert rules, as promtool and their readers see them."""

import re
import shutil

import pytest
import yaml

from ocfs2lib.health import prometheus

from .conftest import MONITORING
from .conftest import ROOT
from .conftest import RULES
from .conftest import alerts

TESTS = "ocfs2.rules.test.yml"
ALERTS = alerts()
NAMES = [rule["alert"] for rule in ALERTS]
ids = {"ids": NAMES}


def test_promtool_agrees_to_the_rules(promtool):
    done = promtool("check", "rules", str(RULES))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(ALERTS)} rules found" in done.stdout


def test_each_alert_fires_when_it_has_to(promtool):
    done = promtool("test", "rules", str(MONITORING / TESTS))
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_alert_is_left_untested():
    """Once it must fire, and once before that nothing may."""
    firing, quiet = set(), 0
    for each in yaml.safe_load((MONITORING / TESTS).read_text())["tests"]:
        for test in each["promql_expr_test"]:
            samples = test.get("exp_samples", [])
            quiet += not samples
            firing |= {re.search(r'alertname="(\w+)"', each["labels"])[1] for each in samples}
    assert firing == set(NAMES)
    assert quiet >= len(NAMES)


def test_an_alert_that_is_taken_out_is_missed(promtool, tmp_path):
    left = [rule for rule in alerts() if rule["alert"] != "OCFS2NodeGone"]
    (tmp_path / RULES.name).write_text(yaml.dump({"groups": [{"name": "ocfs2", "rules": left}]}))
    shutil.copy(MONITORING / TESTS, tmp_path)
    done = promtool("test", "rules", str(tmp_path / TESTS))
    assert done.returncode != 0
    assert "OCFS2NodeGone" in done.stdout + done.stderr


@pytest.mark.parametrize("rule", ALERTS, **ids)
def test_an_alert_says_what_is_wrong_and_what_to_type(rule):
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert set(rule["annotations"]) == {"summary", "description"}
    assert re.search(
        r"salt-run (ocfs2\.\w+|state\.orchestrate)|salt-call \w+\.\w+|multipath -ll|mount -o",
        rule["annotations"]["description"],
    )


@pytest.mark.parametrize("rule", ALERTS, **ids)
def test_an_alert_is_made_of_metrics_that_there_are(rule):
    names = set(re.findall(r"\bocfs2_\w+", re.sub(r'"[^"]*"', "", rule["expr"])))
    assert names <= set(prometheus.NAMES)


@pytest.mark.parametrize("rule", ALERTS, **ids)
def test_an_alert_is_documented(rule):
    assert f"``{rule['alert']}``" in (ROOT / "docs" / "monitoring.rst").read_text()


def test_every_metric_is_documented():
    document = (ROOT / "docs" / "monitoring.rst").read_text()
    assert [name for name in prometheus.NAMES if f"``{name}``" not in document] == []
