"""What a format makes of a blank LUN, and that there is only one format at a time."""

import multiprocessing

import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib.lun.format_order import LEADER_GRAIN
from support.formats import SIZE
from support.formats import STALE
from support.formats import UUID
from support.formats import WWID
from support.formats import audited
from support.formats import is_whole
from support.images import BLOCK
from support.images import digest
from support.images import inode
from support.images import put
from support.images import sparse
from support.until import until


def test_a_blank_lun_is_formatted_as_ordered(lun, mkfs, minion, modules):
    done = mkfs()
    assert done["made"] is True
    assert (done["volume"]["uuid"], done["volume"]["stamp"]) == (UUID, "o2cb/web")
    assert minion.grains.get(LEADER_GRAIN) == {"cluster": "web"}
    assert modules["ocfs2_format.running"]() == {"wwid": None, "read": 0, "size": 0}
    granted, made = audited(minion)[-2:]
    assert [granted["verdict"], made["verdict"]] == ["granted", "done"]
    assert (granted["wwid"], granted["cluster"], granted["lun"]) == (lun.wwid, "web", lun.device)
    assert granted["evidence"] != made["evidence"]
    assert modules["ocfs2_format.reached"]()[UUID] == "done"
    is_whole(lun.image, UUID)


def test_a_full_read_of_zeros_is_followed_by_the_format(lun, mkfs):
    assert mkfs(verify="full")["made"] is True
    is_whole(lun.image, UUID)


def test_the_same_order_again_leaves_the_whole_volume_alone(lun, mkfs):
    mkfs()
    before = digest(lun.image)
    assert mkfs()["made"] is False
    assert mkfs(token=STALE)["made"] is False
    assert digest(lun.image) == before


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


def test_a_format_that_outlived_its_job_is_not_joined_by_another(
    lun, mkfs, minion, modules, put_before_mkfs, tmp_path
):
    go = tmp_path / "go"
    minion.audit.unlink(missing_ok=True)
    # A minute at the most. Nor does it wait once a second one is allowed, as it must not be.
    allowed = f"$(grep -c granted {minion.audit})"
    put_before_mkfs(
        f"for _ in $(seq 1200); do [ -e {go} -o {allowed} -gt 1 ] && break; sleep 0.05; done"
    )

    def await_work(formatting):
        until(lambda: modules["ocfs2_volume.at_work"]() == formatting, formatting, 60, 0.02)

    job = multiprocessing.get_context("fork").Process(target=mkfs)
    job.start()
    await_work([{"volume": UUID, "task": "mkfs"}])
    job.kill()
    job.join()
    assert modules["ocfs2_format.running"]()["wwid"] == WWID
    before = digest(lun.image)
    with pytest.raises(CommandExecutionError, match="another format is running here"):
        mkfs()
    assert digest(lun.image) == before
    go.touch()
    await_work([])
    assert modules["ocfs2_format.running"]()["wwid"] is None
    # It came to its end although nobody waited for it.
    is_whole(lun.image, UUID)
    assert mkfs()["made"] is False


def test_a_volume_whose_journal_is_none_is_not_called_finished(lun, master, modules):
    master.orchestrate()
    assert modules["ocfs2.probe"](lun.device)["half_made"] is False
    put(lun.image, inode(lun.image, "//journal:0000"), bytes(BLOCK))
    assert modules["ocfs2.probe"](lun.device)["half_made"] is None


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
