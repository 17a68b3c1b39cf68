"""A real Prometheus and node_exporter, on loopback, and the files of this repository for them."""

import contextlib
import json
import socket
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
import yaml

from functional.conftest import files
from functional.conftest import kernel
from functional.conftest import minion
from functional.conftest import modules
from functional.conftest import mounted
from functional.conftest import sandbox
from functional.conftest import volume
from support.until import until

#: The fixtures of the functional tests: a node with a simulated kernel.
__all__ = ["files", "kernel", "minion", "modules", "mounted", "sandbox", "volume"]

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".venv-prometheus" / "usr" / "bin"
MONITORING = ROOT / "monitoring"
RULES = MONITORING / "ocfs2.rules.yml"
DASHBOARD = MONITORING / "grafana-dashboard.json"
#: Seconds that a daemon may take for anything.
TIME_LIMIT = 120


def alerts():
    """The alert rules."""
    return [
        rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
    ]


def panels():
    """The panels of the dashboard."""
    return json.loads(DASHBOARD.read_text())["panels"]


def expressions():
    """``{name: PromQL}`` of every alert, and of every panel with all clusters and nodes chosen."""
    found = {rule["alert"]: rule["expr"] for rule in alerts()}
    for panel in panels():
        for target in panel["targets"]:
            expression = target["expr"].replace("$instance", ".*").replace("$cluster", ".*")
            found[f"{panel['title']} {target['refId']}"] = expression
    return found


@pytest.fixture(scope="session")
def tools():
    """Where ``make`` has unpacked the packages of Debian."""
    if not TOOLS.is_dir():
        pytest.skip("needs make test-monitoring")
    return TOOLS


@pytest.fixture
def promtool(tools):
    """A function that runs promtool and returns how it ended."""

    def run(*arguments, **options):
        argv = [tools / "promtool", *arguments]
        return subprocess.run(argv, capture_output=True, text=True, check=False, **options)

    return run


class Daemon:
    """A process that listens on a free port of loopback; ``ready`` is a page that says so."""

    def __init__(self, argv, log, ready):
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.address = f"127.0.0.1:{server.getsockname()[1]}"
        argv = [*argv, f"--web.listen-address={self.address}"]
        with log.open("wb") as output:
            self._process = subprocess.Popen(argv, stdout=output, stderr=output)
        self._log, self._ready = log, ready

    def __enter__(self):
        until(self._is_ready)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(TIME_LIMIT)

    def _is_ready(self):
        assert self._process.poll() is None, self._log.read_text()
        with contextlib.suppress(OSError):
            return self.get(self._ready)
        return None

    def get(self, path, **query):
        """The text of a page."""
        url = f"http://{self.address}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=TIME_LIMIT) as answer:
            return answer.read().decode()

    def ask(self, path, **query):
        """The ``data`` of an answer of Prometheus' API."""
        return json.loads(self.get(f"/api/v1/{path}", **query))["data"]
