"""From a node's kernel, which is simulated, to the log of events, by a real minion and master."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.kernel_files import DEBUG
from support.kernel_files import UUID
from support.kernel_files import put
from support.until import until

from .conftest import ROOT
from .conftest import TIME_LIMIT

MINION = "host1.domain.com"


def _config(root, name, kinds, **options):
    """The directory with the configuration of a daemon that has the formula's code."""
    extmods = root / "extmods"
    extmods.mkdir(parents=True)
    for kind in kinds:
        (extmods / kind).symlink_to(ROOT / f"_{kind}")
    config = {
        "root_dir": str(root),
        "sock_dir": str(root / "s"),
        "extension_modules": str(extmods),
        "log_file": str(root / "log" / name),
        "enable_fqdns_grains": False,
        "enable_gpu_grains": False,
        **options,
    }
    put(root / "etc" / name, json.dumps(config))
    return root / "etc"


@contextlib.contextmanager
def _daemon(program, config):
    with (config / "output").open("wb") as output:
        argv = [Path(sys.executable).with_name(program), "-c", config]
        process = subprocess.Popen(argv, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        process.wait(TIME_LIMIT)


@pytest.fixture
def log(tmp_path_factory, volume, files):
    """The log of events of a master, whose one minion watches the simulated node."""
    # The names of their sockets must not get long.
    root = tmp_path_factory.mktemp("m")
    reactor = [{"salt/beacon/*/ocfs2/*": ["salt://ocfs2/reactor/notify.sls"]}]
    master = _config(
        root / "master",
        "master",
        ("runners", "utils"),
        interface="127.0.0.1",
        auto_accept=True,
        worker_threads=2,
        file_roots={"base": [str(ROOT)]},
        reactor=reactor,
    )
    minion = _config(
        root / "minion",
        "minion",
        ("beacons", "modules", "utils"),
        id=MINION,
        master="127.0.0.1",
        beacons={"ocfs2": [{"interval": 5}]},
    )
    with _daemon("salt-master", master), _daemon("salt-minion", minion):
        yield root / "master" / "log" / "ocfs2-events.log"


def _entries(log, count):
    """The lines of the log, as soon as there are so many."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [json.loads(line) for line in lines] if len(lines) >= count else None


def test_what_happens_on_a_node_is_read_on_the_master_once(log):
    first = until(lambda: _entries(log, 2))
    put(DEBUG / f"o2hb/{UUID}/elapsed_time_in_ms", "31000\n")
    *before, late = until(lambda: _entries(log, 3))
    assert before == first
    tags = [entry["tag"].rpartition("/") for entry in first]
    assert {tag[0] for tag in tags} == {f"salt/beacon/{MINION}/ocfs2"}
    assert {tag[2] for tag in tags} == {"mount-lost", "peer-lost"}
    assert {entry["node"] for entry in first} == {MINION}
    assert late["tag"].endswith("/heartbeat-late")
    assert late["message"].startswith(f"no heartbeat was written to volume {UUID} for 31 of the")
    assert late["message"].endswith(". Next: salt-run ocfs2.status")
