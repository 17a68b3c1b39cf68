"""A mkfs.ocfs2 that fails: whether it has written anything is known, and said."""

import os

import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib.lun import ledger
from ocfs2lib.system import block_device
from ocfs2lib.system.format_refused import FormatRefused
from support.formats import SIZE
from support.formats import audited
from support.formats import is_whole
from support.images import digest
from support.images import sparse

#: Of a volume that no other test has begun to make.
OWN = "0F" * 16
FAILS = "echo 'mkfs.ocfs2: no memory' >&2; exit 1"
#: The last word is the device; zeros, so that its content does not tell.
WRITES = 'dd if=/dev/zero of="${@: -1}" bs=512 count=1 oflag=direct status=none; ' + FAILS


def test_one_that_has_written_nothing_is_a_refusal_with_its_message(
    lun, mkfs, minion, modules, put_before_mkfs
):
    put_before_mkfs(FAILS)
    with pytest.raises(FormatRefused, match=r"no memory\. Nothing was written") as failed:
        mkfs(uuid=OWN)
    assert "(exit code 1)" in str(failed.value)
    assert failed.value.contents == ""
    assert audited(minion)[-1]["verdict"] == "unwritten"
    assert OWN not in modules["ocfs2_format.reached"]()
    assert digest(lun.image) == digest(sparse(lun.image.parent / "other", SIZE))


def test_one_that_has_written_anything_leaves_the_outcome_unknown(
    lun, mkfs, minion, put_before_mkfs
):
    put_before_mkfs(WRITES)
    with pytest.raises(CommandExecutionError, match="What became of the LUN is UNKNOWN") as failed:
        mkfs()
    assert not isinstance(failed.value, FormatRefused)
    assert audited(minion)[-1]["verdict"] == "failed"


def test_what_waits_in_the_page_cache_counts_as_written(lun):
    with block_device.opened(lun.node) as handle:
        before = block_device.written(handle)
        file = os.open(lun.node, os.O_WRONLY)
        os.pwrite(file, bytes(4096), 0)
        os.close(file)
        assert block_device.written(handle) == before + 8


def test_where_it_cannot_be_told_the_outcome_is_unknown(lun, mkfs, put_before_mkfs, monkeypatch):
    put_before_mkfs(FAILS)
    monkeypatch.setattr(block_device, "written", lambda handle: None)
    with pytest.raises(CommandExecutionError, match="What became of the LUN is UNKNOWN"):
        mkfs()


def test_the_next_orchestration_formats_it(lun, master, put_before_mkfs):
    put_before_mkfs(FAILS)
    volumes, (failure,) = master.orchestrate()
    assert volumes == {}
    assert "no memory. Nothing was written" in failure
    assert master.ledger.fetch(lun.wwid).state == ledger.NEVER
    put_before_mkfs("")
    volumes, failures = master.orchestrate()
    assert failures == []
    is_whole(lun.image, volumes["primary"].uuid)
