"""The one function that writes to a LUN: what it refuses, and what is left when it is cut short."""

import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.lun.format_order import LEADER_GRAIN
from ocfs2lib.pillar import check
from support.devices import named
from support.devices import simulated_wwid
from support.images import MIB
from support.images import attached
from support.images import digest
from support.images import fsck
from support.images import own_uuid
from support.images import run
from support.images import sparse
from support.simulated import SimulatedCache
from support.simulated import SimulatedMaster

from .conftest import MINION

#: Below 1 GiB mkfs.ocfs2 1.8.7 takes blocks of 1 KiB, in which its own fsck finds fault.
SIZE = 2048 * MIB
WWID = "35000c50000000001"
TOKEN = "0" * 32
STALE = "f" * 32
UUID = own_uuid()

pytestmark = [
    pytest.mark.skipif(
        os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
        reason="needs root and loop devices",
    ),
    pytest.mark.usefixtures("sandbox"),
]


@pytest.fixture(scope="module")
def lun(sandbox):
    """A blank LUN of this host, with a name and a (simulated) WWID."""
    with (
        # In memory: these tests format a hundred times, and a disk would be all they wait for.
        tempfile.TemporaryDirectory(dir="/dev/shm") as memory,
        attached(sparse(Path(memory, "image"), SIZE)) as node,
        simulated_wwid(node, WWID),
        named(node) as device,
    ):
        image = Path(memory, "image")
        yield SimpleNamespace(image=image, node=node, wwid=WWID, device=device)


@pytest.fixture(autouse=True)
def blank(lun):
    sparse(lun.image, SIZE)


@pytest.fixture
def mkfs(modules, lun):
    """Call the function with a good order and a good token, but for what is given."""

    def call(token=TOKEN, mark=None, **changes):
        grain = {"cluster": "web", "wwid": lun.wwid, "token": TOKEN} if mark is None else mark
        modules["grains.set"](LEADER_GRAIN, grain, force=True)
        return modules["ocfs2_format.mkfs"]({**order(lun), **changes}, token=token)

    return call


def order(lun):
    return {
        "device": lun.device,
        "wwid": lun.wwid,
        "size": SIZE,
        "uuid": UUID,
        "label": "primary",
        "slots": 1,
        "cluster": "web",
        "fs_type": "datafiles",
        "leader": MINION,
        "verify": "samples",
        "again": False,
    }


def audit(minion):
    return [json.loads(line) for line in minion.audit.read_text().splitlines()]


def is_whole(image, uuid):
    """One good filesystem, as its own tools see it."""
    checked = fsck(image)
    assert "All passes succeeded." in checked
    assert not re.search(r"^\[[A-Z_]+\]", checked, re.MULTILINE), checked
    assert uuid in run("debugfs.ocfs2", "-R", "stats", str(image))
    assert "lost+found" in run("debugfs.ocfs2", "-R", "ls /", str(image))


def test_a_blank_lun_is_formatted_as_ordered(lun, mkfs, minion, modules):
    done = mkfs()
    assert done["made"] is True
    assert (done["volume"]["uuid"], done["volume"]["stamp"]) == (UUID, "o2cb/web")
    assert modules["grains.get"](LEADER_GRAIN) == {"cluster": "web"}
    assert modules["ocfs2_format.running"]() == {"wwid": None, "read": 0, "size": 0}
    granted, made = audit(minion)[-2:]
    assert [granted["verdict"], made["verdict"]] == ["granted", "done"]
    assert (granted["wwid"], granted["cluster"], granted["lun"]) == (lun.wwid, "web", lun.device)
    assert granted["evidence"] != made["evidence"]
    is_whole(lun.image, UUID)


def test_a_full_read_finds_the_byte_that_no_sample_would(lun, mkfs):
    # Between the ends, on no place where a format keeps a copy; 256 samples may hit it, rarely.
    with lun.image.open("r+b") as handle:
        handle.seek(123 * MIB + 77777)
        handle.write(b"\1")
    before = digest(lun.image)
    with pytest.raises(CommandExecutionError, match=rf"data at byte {123 * MIB + 77777}"):
        mkfs(verify="full")
    assert digest(lun.image) == before


def test_a_full_read_of_zeros_is_followed_by_the_format(lun, mkfs):
    assert mkfs(verify="full")["made"] is True
    is_whole(lun.image, UUID)


def test_the_same_order_again_leaves_the_whole_volume_alone(lun, mkfs):
    mkfs()
    before = digest(lun.image)
    assert mkfs()["made"] is False
    assert mkfs(token=STALE)["made"] is False
    assert digest(lun.image) == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"token": "guessed"}, "G6"),
        ({"token": ""}, "G6"),
        ({"mark": {}}, "G6"),
        ({"mark": True}, "G6"),
        ({"mark": {"wwid": "35000c50000000002", "token": TOKEN}}, "G6"),
        ({"leader": "host2.domain.com"}, "G6"),
        ({"wwid": "35000c50000000002"}, "G1"),
        ({"size": SIZE + 512}, "G1"),
        ({"device": "/dev/mapper/nosuch"}, "G1"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_written(lun, mkfs, minion, changes, words):
    before = digest(lun.image)
    with pytest.raises(CommandExecutionError, match=rf"Refused: .*{words}: {MINION}"):
        mkfs(**changes)
    assert digest(lun.image) == before
    assert audit(minion)[-1]["verdict"] == "refused"


def test_a_permission_is_good_for_one_attempt(lun, mkfs, modules):
    with pytest.raises(CommandExecutionError, match="G1"):
        mkfs(size=SIZE + 512)
    with pytest.raises(CommandExecutionError, match="G6"):
        modules["ocfs2_format.mkfs"](order(lun), token=TOKEN)


def test_all_objections_are_named_at_once(lun, mkfs):
    run("mkfs.ext4", "-q", "-F", str(lun.image))
    before = digest(lun.image)
    with pytest.raises(CommandExecutionError) as refused:
        mkfs(size=SIZE + 512, token=STALE)
    text = str(refused.value)
    for words in ("G6: ", "G1: ", "G3: ", "it holds ext4", f"pillar says {SIZE + 512}"):
        assert words in text
    assert digest(lun.image) == before


def test_without_an_audit_log_nothing_is_formatted(lun, mkfs, minion):
    minion.audit.unlink(missing_ok=True)
    minion.audit.mkdir()
    try:
        with pytest.raises(CommandExecutionError, match=r"audit log .* cannot be written"):
            mkfs()
    finally:
        minion.audit.rmdir()
    assert digest(lun.image) == digest(sparse(lun.image.parent / "other", SIZE))


def test_two_formats_on_one_node_exclude_each_other(lun, mkfs, modules, monkeypatch):
    seen = []

    def second(*_):
        seen.append(modules["ocfs2_format.running"]()["wwid"])
        with pytest.raises(CommandExecutionError, match="another format is running here"):
            mkfs()
        return "debugfs.ocfs2"

    monkeypatch.setattr("salt.utils.path.which", second)
    monkeypatch.setattr("salt.utils.path.which", lambda *_: second() and "tool", raising=True)
    seen.clear()
    mkfs()
    assert seen
    assert set(seen) == {lun.wwid}


def test_a_format_that_outlived_its_job_is_not_joined_by_another(lun, mkfs, modules, tmp_path):
    mkfs()
    sparse(lun.image, SIZE)
    slow = "inject=pwrite64:delay_enter=30000000:when=70"
    argv = ["strace", "-f", "-o", str(tmp_path / "trace"), "-e", slow, "mkfs.ocfs2", "-U", UUID]
    image = str(sparse(tmp_path / "image", SIZE))
    with subprocess.Popen([*argv, image], stdin=subprocess.DEVNULL) as maker:
        try:
            while modules["ocfs2_format.running"]()["wwid"] != WWID:
                assert maker.poll() is None
            before = digest(lun.image)
            with pytest.raises(CommandExecutionError, match="another format is running here"):
                mkfs()
            assert digest(lun.image) == before
        finally:
            maker.kill()
    # Whoever traced it is gone: it goes on, and comes to its end.
    deadline = time.monotonic() + 60
    while modules["ocfs2_format.running"]()["wwid"]:
        assert time.monotonic() < deadline
    assert mkfs()["made"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"device": "/dev/sda"},
        {"label": "-F"},
        {"uuid": "1"},
        {"slots": 256},
        {"slots": True},
        {"size": 0},
        {"cluster": "web --force"},
        {"fs_type": "-F"},
        {"verify": "no"},
        {"again": "yes"},
        {"force": True},
    ],
)
def test_no_order_that_pillar_could_not_give_is_taken(mkfs, changes):
    with pytest.raises(SaltInvocationError, match="Refused: "):
        mkfs(**changes)


def test_a_name_that_leads_elsewhere_by_now_is_refused(lun, modules, tmp_path):
    handle = os.open(lun.device, os.O_RDONLY | os.O_DIRECT)
    try:
        with attached(sparse(tmp_path / "other", SIZE)) as other, named(other) as name:
            facts = modules["ocfs2.probe"](name, prove_blank=True, handle=handle)
    finally:
        os.close(handle)
    assert "changed hands" in facts["unreadable"]
    assert facts["written"] is None


def test_without_modprobe_nothing_is_formatted(lun, mkfs, monkeypatch):
    before = digest(lun.image)
    # Not by another PATH: Salt looks into /sbin and /usr/sbin whatever that says.
    monkeypatch.setattr(
        "salt.utils.path.which", lambda tool: None if tool == "modprobe" else shutil.which(tool)
    )
    with pytest.raises(CommandExecutionError, match=r"G9: .*modprobe is missing"):
        mkfs()
    assert digest(lun.image) == before


GRANT = {
    "uuid": UUID,
    "token": TOKEN,
    "leader": MINION,
    "again": False,
    "job": "",
    "operator": "",
}


def test_a_dry_run_writes_nothing(lun, modules, states_test, described):
    mark = {"cluster": "ocfs2", "wwid": lun.wwid, "token": TOKEN}
    modules["grains.set"](LEADER_GRAIN, mark, force=True)
    before = digest(lun.image)
    ret = states_test["ocfs2.formatted"]("primary", described, GRANT)
    assert (ret["result"], list(ret["changes"])) == (None, [lun.device])
    assert digest(lun.image) == before
    assert modules["grains.get"](LEADER_GRAIN) == mark


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


# The state machine, cut anywhere.


class OneHost:
    """A node whose LUN, state and modules are real; its minion answers at once."""

    def __init__(self, minion, config):
        self._minion, self._config = minion, config

    def census_of(self, lun):
        facts = self._minion.modules["ocfs2.probe"](lun.device, prove_blank=True)
        formatting = self._minion.modules["ocfs2_format.running"]()["wwid"]
        return {**facts, "formatting": formatting}

    def carry_out(self, fun, arg, kwarg):
        if fun != "state.apply":
            return self._minion.modules[fun](*arg, **kwarg)
        sent = kwarg["pillar"]["ocfs2_format"]
        return self._minion.states["ocfs2.formatted"](sent["lun"], self._config, sent["grant"])


@pytest.fixture
def described(config, lun):
    described = config["luns"]["primary"]
    described.update(device=lun.device, wwid=lun.wwid, size=SIZE, format="once", type="datafiles")
    config["nodes"] = {MINION: config["nodes"][MINION]}
    described["slots"] = 1
    return config


@pytest.fixture
def master(described, minion):
    return SimulatedMaster(
        check.parse(described), {MINION: OneHost(minion, described)}, SimulatedCache()
    )


@pytest.fixture(scope="module")
def killed_before_write(sandbox, tmp_path_factory):
    """Have the next mkfs.ocfs2 killed before its n-th write; in this module's own PATH."""
    directory = tmp_path_factory.mktemp("bin")
    wrapper, real = directory / "mkfs.ocfs2", shutil.which("mkfs.ocfs2")
    calls = "pwrite64,pwritev,write,fallocate,ioctl"

    def kill(number):
        inject = f"pwrite64,pwritev:signal=KILL:when={number}"
        trace = directory / "trace"
        wrapper.write_text(
            f"#!/bin/sh\nexec strace -f -o {trace} -e trace={calls} -e inject={inject} "
            f'{real} "$@"\n'
        )
        wrapper.chmod(0o755)
        return trace

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
        kill.disarm = lambda: wrapper.unlink(missing_ok=True)
        yield kill
        kill.disarm()


def test_an_orchestration_formats_a_blank_lun_and_leaves_it_alone_afterwards(lun, master):
    volumes, failures = master.orchestrate()
    assert failures == []
    is_whole(lun.image, volumes["primary"].uuid)
    assert [verdict for verdict, _, _ in master.audited] == ["granted", "done"]
    before = digest(lun.image)
    assert master.orchestrate() == ({}, [])
    assert digest(lun.image) == before
    sparse(lun.image, SIZE)
    volumes, (failure,) = master.orchestrate()
    assert volumes == {}
    assert "G4" in failure
    assert "an array can return zeros" in failure
    assert digest(lun.image) == digest(sparse(lun.image.parent / "other", SIZE))


def test_what_a_cut_format_left_is_not_touched_while_somebody_beats_on_it(
    lun, master, killed_before_write
):
    killed_before_write(70)
    master.orchestrate()
    killed_before_write.disarm()
    assert master.nodes[MINION].census_of(master.pillar.luns[0])["half_made"] is True
    gone = threading.Event()
    neighbour = threading.Thread(target=_beat, args=(lun.image, gone))
    neighbour.start()
    try:
        volumes, (failure,) = master.orchestrate()
    finally:
        gone.set()
        neighbour.join()
    assert volumes == {}
    assert "somebody writes to it" in failure
    volumes, failures = master.orchestrate()
    assert failures == []
    is_whole(lun.image, volumes["primary"].uuid)


def _beat(image, gone):
    """Write a heartbeat every two seconds, as a mounted host does, though to no node's block."""
    with image.open("r+b") as handle:
        while not gone.wait(2):
            handle.seek(5 * MIB)
            handle.write(os.urandom(512))
            handle.flush()


def _writes(trace):
    return len(re.findall(r"^\d+ +pwrite(?:64|v)\(", trace.read_text(), re.MULTILINE))


@pytest.mark.once
def test_mkfs_cut_before_any_of_its_writes_ends_in_one_volume_or_one_thing_to_do(
    lun, master, killed_before_write, monkeypatch
):
    # Nobody beats here, so nobody needs to wait for it, a hundred times.
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    ends = {}
    for number in _cuts():
        end = _cut(lun, master, killed_before_write, number)
        if not end:
            break
        ends[number] = end
    by_hand = list(ends.values()).count("cleared by hand")
    print(f"mkfs cut before {len(ends)} of {max(ends)} writes; {by_hand} had to be cleared by hand")
    assert max(ends) > 50
    assert len(ends) > by_hand > 0


def _cuts():
    """The writes before which mkfs.ocfs2 is killed; ``make test-faults`` takes every one."""
    every = os.environ.get("CUTS") == "every"
    return itertools.count(1) if every else itertools.count(1, 9)


def _cut(lun, master, killed_before_write, number):
    """Cut one format before a write and run again until it ends well; how, None if uncut."""
    sparse(lun.image, SIZE)
    master = SimulatedMaster(master.pillar, master.nodes, SimulatedCache())
    trace = killed_before_write(number)
    master.orchestrate()
    killed_before_write.disarm()
    if _writes(trace) < number:
        return None
    begun = master.ledger.fetch(lun.wwid)
    assert begun.state == "formatting"
    _, failures = master.orchestrate()
    if failures:
        (failure,) = failures
        assert "blkdiscard --zeroout" in failure
        sparse(lun.image, SIZE)
        assert master.orchestrate()[1] == []
    record = master.ledger.fetch(lun.wwid)
    assert (record.state, record.uuid) == ("formatted", begun.uuid)
    is_whole(lun.image, begun.uuid)
    return "cleared by hand" if failures else "made again"
