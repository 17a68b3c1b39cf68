"""The beacon, under Salt's own machinery for beacons, on a kernel that is simulated by files."""

import logging
import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import salt.beacons

from ocfs2lib.health.events import KINDS
from support.kernel_files import DEBUG
from support.kernel_files import UUID
from support.kernel_files import put
from support.node_files import SETTINGS

from .conftest import MINION
from .conftest import REPOSITORY

INTERVAL = 15
TAG = f"salt/beacon/{MINION}/ocfs2/"


@pytest.fixture
def opts(modules):
    """The minion's options; it has the beacon beside its modules."""
    directory = Path(modules.opts["extension_modules"], "beacons")
    directory.mkdir(exist_ok=True)
    shutil.copy(REPOSITORY / "_beacons" / "ocfs2.py", directory)
    # In this process, the tests hold modules of the formula that the beacon would take away.
    return {**modules.opts, "multiprocessing": False}


class Minion:
    """What a minion does with its beacons, each second; without the seconds."""

    def __init__(self, opts, modules, **config):
        self._opts = opts
        config = {"interval": INTERVAL, **config}
        self._config = [{key: value} for key, value in config.items()]
        self._beacons = salt.beacons.Beacon({**opts, "beacons": {}}, modules)
        self._second()

    def _second(self):
        return self._beacons.process({"ocfs2": list(self._config)}, self._opts["grains"]) or []

    def look(self):
        """The events of one interval: ``{what comes after the minion's name in a tag: data}``."""
        events = [event for _ in range(INTERVAL) for event in self._second()]
        assert not [event for event in events if "error" in event]
        return {event["tag"].removeprefix(TAG): event["data"] for event in events}


@pytest.fixture
def minion_with(opts, modules):
    """A function that makes a :class:`Minion` of a configuration."""
    return lambda **config: Minion(opts, modules, **config)


@pytest.fixture
def no_log():
    """Nobody takes down Salt's finest log lines, as in a daemon with its default settings."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


pytestmark = pytest.mark.usefixtures("mounted", "files", "no_log")


def test_the_first_look_tells_what_is_wrong_and_the_second_nothing(minion_with, mounted):
    node = minion_with()
    events = node.look()
    assert set(events) == {"mount-lost", "peer-lost", "slots-high"}
    assert events["mount-lost"]["path"] == "/san/primary"
    assert events["peer-lost"]["peer"] == "host3"
    assert events["slots-high"]["path"] == mounted
    assert {event["id"] for event in events.values()} == {MINION}
    assert all(event["message"].endswith("salt-run ocfs2.status") for event in events.values())
    assert node.look() == {}
    assert node.look() == {}


def test_what_changes_is_told_and_what_changes_back(minion_with, kernel):
    node = minion_with(mounts=["/san/other"], slots=1)
    node.look()
    late = DEBUG / f"o2hb/{UUID}/elapsed_time_in_ms"
    put(late, "31000\n")
    kernel("heartbeat/dead_threshold", 30)
    events = node.look()
    assert set(events) == {"heartbeat-late", "drift"}
    assert "31 of the 58 s" in events["heartbeat-late"]["message"]
    assert events["drift"]["setting"] == "heartbeat_threshold"
    put(late, "900\n")
    kernel("heartbeat/dead_threshold", 31)
    assert set(node.look()) == {"heartbeat-back", "drift-gone"}


def test_the_metrics_are_left_at_each_look(minion_with, tmp_path):
    node = minion_with(metrics=str(tmp_path))
    node.look()
    assert "} 1.204\n" in (tmp_path / "ocfs2.prom").read_text()
    put(DEBUG / f"o2hb/{UUID}/elapsed_time_in_ms", "907\n")
    node.look()
    assert "} 0.907\n" in (tmp_path / "ocfs2.prom").read_text()


def test_metrics_that_can_not_be_left_keep_no_event_back(minion_with, tmp_path):
    assert "mount-lost" in minion_with(metrics=str(tmp_path / "missing")).look()


def test_files_that_nobody_can_read_keep_no_event_back(minion_with):
    put(SETTINGS, "O2CB_ENABLED=$(date)\n")
    assert "mount-lost" in minion_with().look()


@pytest.mark.parametrize(
    "config", [{"interval": 0.5}, {"space": 90}, {"colour": "red"}, {"mounts": "/san"}]
)
def test_a_bad_configuration_is_not_run(minion_with, validate, config):
    assert minion_with(**config).look() == {}
    good, reason = validate([{"interval": INTERVAL, **config}])
    assert not good
    assert "Fix: " in reason


@pytest.fixture
def validate(opts, modules):
    """What Salt asks about a configuration before it runs the beacon."""
    return salt.beacons.Beacon({**opts, "beacons": {}}, modules).beacons["ocfs2.validate"]


def test_an_edited_configuration_is_judged_anew(validate):
    config = [{"interval": 15}]
    assert validate(config) == (True, "Valid.")
    # Salt goes on with the very list.
    config[0]["interval"] = 1
    assert validate(config)[0] is False
    assert validate([{"interval": 15}])[0] is True


def test_the_room_on_a_mounted_volume_is_watched(minion_with, in_fstab):
    Path(in_fstab, "file").write_bytes(bytes(16 << 20))
    node = minion_with(space=0.0001, slots=1)
    events = node.look()
    assert set(events) == {"peer-lost", "slots-high", "space-high"}
    assert events["space-high"]["path"] == in_fstab
    assert node.look() == {}


@pytest.mark.campaign  # a figure that depends on the machine
@pytest.mark.parametrize("config", [{}, {"metrics": "/run"}])
def test_a_minute_of_it_costs_less_than_50_ms(minion_with, config):
    """Of one processor, with what Salt itself does each second for any beacon."""
    node = minion_with(**config)
    node.look()
    # The cheapest one: in the others, this process had to share its caches.
    cost = min(_minute(node) for _ in range(5))
    print(f"{cost * 1000:.1f} ms a minute")
    assert cost < 0.05


def _minute(node):
    begin = time.process_time()
    for _ in range(60 // INTERVAL):
        node.look()
    return time.process_time() - begin


FORKED = """
import os, shutil, sys
from pathlib import Path
import salt.beacons, salt.config, salt.loader

root, repository = map(Path, sys.argv[1:])
for kind in ("beacons", "modules", "utils"):
    shutil.copytree(repository / f"_{kind}", root / kind)
opts = salt.config.minion_config(None)
opts.update(
    id="host1", root_dir=str(root), cachedir=str(root / "cache"), extension_modules=str(root),
    file_client="local", enable_fqdns_grains=False,
)
opts["grains"] = salt.loader.grains(opts)
functions = salt.loader.minion_mods(opts, utils=salt.loader.utils(opts))
beacons = salt.beacons.Beacon({**opts, "beacons": {}}, functions)
looks = 0
for _ in range(40):
    looks += bool(beacons.process({"ocfs2": [{"interval": 15}]}, opts["grains"]))
assert looks, "the beacon has seen nothing"
left = [name for name in sys.modules if name.partition(".")[0] == "ocfs2lib"]
assert not left, f"the beacon leaves {left} to the jobs"

# The master syncs a newer formula, and then has this minion run a job.
for name in ("modules/ocfs2_health.py", "utils/ocfs2lib/version.py"):
    path = root / name
    path.write_text(path.read_text().replace("1.0.0", "9.9.9").replace('"cluster"', '"CLUSTER"'))
if not os.fork():
    assert "9.9.9" in functions["ocfs2_metrics.text"].__globals__["version"].VERSION
    assert "CLUSTER" in functions["ocfs2_health.facts"]()
    os._exit(0)
assert os.wait()[1] == 0, "the job runs the code that the beacon has loaded"
"""


def test_a_job_runs_the_code_that_was_synced_and_not_that_of_the_beacon(tmp_path):
    """A minion forks its jobs from the process in which its beacons run."""
    script = tmp_path / "minion.py"
    script.write_text(textwrap.dedent(FORKED))
    # The modules of the formula come from the loader alone, as on a node.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    argv = [sys.executable, str(script), str(tmp_path / "root"), str(REPOSITORY)]
    (tmp_path / "root").mkdir()
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_kind_of_event_is_documented():
    document = (REPOSITORY / "docs" / "monitoring.rst").read_text()
    for kinds in KINDS.items():
        assert all(f"``{kind}``" in document for kind in kinds)
