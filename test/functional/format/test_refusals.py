"""What the function refuses, and that nothing is written then."""

import os
import shutil
import time
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from functional.conftest import MINION
from ocfs2lib.lun.format_order import LEADER_GRAIN
from support.devices import named
from support.formats import SIZE
from support.formats import STALE
from support.formats import TOKEN
from support.formats import WWID
from support.formats import audited
from support.images import MIB
from support.images import attached
from support.images import digest
from support.images import run
from support.images import sparse

from .conftest import order


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
    assert audited(minion)[-1]["verdict"] == "refused"


def test_a_permission_is_good_for_one_attempt(lun, mkfs, modules):
    with pytest.raises(CommandExecutionError, match="G1"):
        mkfs(size=SIZE + 512)
    with pytest.raises(CommandExecutionError, match="G6"):
        modules["ocfs2_format.mkfs"](order(lun), token=TOKEN)


@pytest.mark.parametrize("given", [-10, 3700, 10**9, None, "now"])
def test_a_permission_is_not_good_for_ever(lun, mkfs, given):
    then = int(time.time()) - given if isinstance(given, int) else given
    mark = {"cluster": "web", "wwid": lun.wwid, "token": TOKEN, "time": then}
    before = digest(lun.image)
    with pytest.raises(CommandExecutionError, match="is not of the last 60 minutes"):
        mkfs(mark=mark)
    assert digest(lun.image) == before


@pytest.fixture
def read_only_grains(minion, tmp_path):
    """The file of the grains lies on a filesystem that takes no writes."""
    path, place = Path(minion.grains.path), tmp_path / "grains"
    mark = {"cluster": "web", "wwid": WWID, "token": TOKEN, "time": int(time.time())}
    minion.grains.put(LEADER_GRAIN, mark)
    shutil.move(path, place)
    path.symlink_to(place)
    run("mount", "--bind", str(tmp_path), str(tmp_path))
    run("mount", "-o", "remount,bind,ro", str(tmp_path))
    yield mark
    run("umount", str(tmp_path))
    path.unlink()


def test_a_permission_that_can_not_be_spent_is_none(lun, modules, minion, read_only_grains):
    before = digest(lun.image)
    with pytest.raises(CommandExecutionError, match=r"cannot be spent: .*Read-only file"):
        modules["ocfs2_format.mkfs"](order(lun), token=TOKEN)
    assert digest(lun.image) == before
    assert minion.grains.get(LEADER_GRAIN) == read_only_grains


def test_all_objections_are_named_at_once(lun, mkfs):
    run("mkfs.ext4", "-q", "-F", str(lun.image))
    before = digest(lun.image)
    with pytest.raises(CommandExecutionError) as refused:
        mkfs(size=SIZE + 512, token=STALE)
    text = str(refused.value)
    for words in ("G6: ", "G1: ", "G3: ", "it holds ext4", f"pillar says {SIZE + 512}"):
        assert words in text
    assert digest(lun.image) == before


def test_a_full_read_finds_the_byte_that_no_sample_would(lun, mkfs):
    # Between the ends, on no place where a format keeps a copy; 256 samples may hit it, rarely.
    with lun.image.open("r+b") as handle:
        handle.seek(123 * MIB + 77777)
        handle.write(b"\1")
    before = digest(lun.image)
    with pytest.raises(CommandExecutionError, match=rf"data at byte {123 * MIB + 77777}"):
        mkfs(verify="full")
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
