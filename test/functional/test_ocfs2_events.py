"""What becomes of an event on the master, with Salt's own reactor and loader of runners."""

import json
import re
from types import SimpleNamespace

import pytest
import salt.config
import salt.loader
import salt.utils.data
import salt.utils.reactor

from .conftest import REPOSITORY

NOTIFY = REPOSITORY / "ocfs2" / "reactor" / "notify.sls"
TAG = "salt/beacon/host1/ocfs2/mount-lost"
EVENT = {"id": "host1", "path": "/san/primary", "message": "/san/primary is not mounted"}
#: What a stolen minion might send.
HOSTILE = [
    "x\n- fun: ocfs2.forget",
    "x\nother:\n  local.state.apply:\n    - tgt: '*'",
    "{{ salt['cmd.run']('touch /tmp/x') }}",
    "{% set x = salt.cmd.run('id') %}",
    '", fun: "ocfs2.forget',
    "'\\\"]}#",
    "\x1b[2J\x00\x7f\x85\u2028\ud800",
    "x" * 100_000,
    ["ocfs2.forget"],
    {"fun": "ocfs2.forget"},
    None,
    5,
]


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    """A throw-away master with this repository synced; ``log`` is its log of events."""
    root = tmp_path_factory.mktemp("master")
    (root / "log").mkdir()
    (root / "extmods").mkdir()
    for kind in ("runners", "utils"):
        (root / "extmods" / kind).symlink_to(REPOSITORY / f"_{kind}")
    opts = salt.config.master_config(None)
    opts.update(
        id="master",
        root_dir=str(root),
        cachedir=str(root / "cache"),
        sock_dir=str(root / "sock"),
        pki_dir=str(root / "pki"),
        extension_modules=str(root / "extmods"),
        log_file=str(root / "log" / "master"),
        file_client="local",
        enable_fqdns_grains=False,
    )
    runner = salt.loader.runner(opts, utils=salt.loader.utils(opts))
    return SimpleNamespace(
        note=runner["ocfs2.note"],
        reactor=salt.utils.reactor.Reactor(opts),
        log=root / "log" / "ocfs2-events.log",
    )


@pytest.fixture
def note(master):
    """The function of the runner, with an empty log."""
    master.log.unlink(missing_ok=True)
    return master.note


def entries(master):
    return [json.loads(line) for line in master.log.read_text().splitlines()]


def test_an_event_becomes_a_line(master, note):
    (chunk,) = master.reactor.reactions(TAG, dict(EVENT), [str(NOTIFY)])
    assert (chunk["state"], chunk["fun"]) == ("runner", "ocfs2.note")
    assert note(**salt.utils.data.repack_dictlist(chunk["args"]))
    (entry,) = entries(master)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry.pop("time"))
    assert entry == {"node": "host1", "tag": TAG, "message": EVENT["message"]}


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("where", ["id", "message", "path", "tag", "fun", "state"])
def test_no_event_can_call_anything_else(master, note, where, hostile):
    tag = f"salt/beacon/host1/ocfs2/{hostile}" if where == "tag" else TAG
    (chunk,) = master.reactor.reactions(tag, {**EVENT, where: hostile}, [str(NOTIFY)])
    known = {"state", "fun", "args", "name", "order", "__id__", "__sls__"}
    assert (chunk["state"], chunk["fun"], set(chunk) - known) == ("runner", "ocfs2.note", set())
    arguments = salt.utils.data.repack_dictlist(chunk["args"])
    assert set(arguments) == {"tag", "message", "node"}
    assert all(isinstance(each, str) for each in arguments.values())
    assert note(**arguments)
    line = master.log.read_text()
    assert line.count("\n") == 1
    assert line[:-1].isprintable()
    assert line.isascii()
    assert len(line) < 10_000


def test_the_sls_names_one_function():
    called = re.findall(r"^ +((?:runner|wheel|local|caller|cmd)\.\S+):", NOTIFY.read_text(), re.M)
    assert called == ["runner.ocfs2.note"]


def test_events_are_for_root_to_read(master, note):
    note(TAG)
    assert master.log.stat().st_mode & 0o777 == 0o600


def test_the_log_does_not_fill_the_disk(master, note):
    note(TAG, "the first")
    with master.log.open("a") as log:
        log.truncate((10 << 20) + 1)
    note(TAG, "the second")
    assert [entry["message"] for entry in entries(master)] == ["the second"]
    assert "the first" in master.log.with_name("ocfs2-events.log.1").read_text()
