"""A format of a partition: the table and the neighbours stay as they were, bit for bit."""

import contextlib
import hashlib
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from salt.exceptions import CommandExecutionError

from support.devices import named
from support.devices import partitioned
from support.devices import write_table
from support.formats import SIZE
from support.formats import TOKEN
from support.formats import UUID
from support.formats import WWID
from support.images import MIB
from support.images import digest
from support.images import run
from support.images import sparse
from support.zoo import noise

from .conftest import order

UUID_OF_PART = "0b1d5e3c-6f5a-4c53-9a55-0d6b8e1f2a33"
START = 4 * MIB
GPT = f"label: gpt\nsize=2M\nstart=8192,size={SIZE // MIB}M,uuid={UUID_OF_PART}\nsize=20M\n"
MBR = f"label: dos\nlabel-id: 0x1a2b3c4d\nsize=2M\nstart=8192,size={SIZE // MIB}M\nsize=20M\n"


def outside(image):
    """The checksum of every byte of a LUN that is none of its second partition."""
    found = hashlib.sha256()
    with image.open("rb") as file:
        found.update(file.read(START))
        file.seek(START + SIZE)
        found.update(file.read())
    return found.hexdigest()


@contextlib.contextmanager
def lun_with(table, *options):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        image = sparse(Path(memory, "image"), SIZE + 64 * MIB)
        with partitioned(image, table, WWID, *options) as disk:
            for number in (1, 3):
                Path(disk.parts[number]).write_bytes(noise(2 * MIB, number))
            with named(disk.parts[2]) as device:
                partuuid = UUID_OF_PART if table == GPT else "1a2b3c4d-02"
                yield SimpleNamespace(
                    disk=disk, image=image, device=device, wwid=f"{WWID}-partuuid-{partuuid}"
                )


@pytest.fixture
def mkfs_on(modules):
    def call(lun, **changes):
        modules["ocfs2_format.mark"]("web", lun.wwid, TOKEN)
        return modules["ocfs2_format.mkfs"]({**order(lun), **changes}, token=TOKEN)

    return call


@pytest.mark.parametrize(
    ("table", "sector"),
    [
        pytest.param(GPT, "512", id="gpt"),
        pytest.param(MBR, "4096", id="mbr-4096"),
        pytest.param(GPT, "4096", id="gpt-4096", marks=pytest.mark.slow),
        pytest.param(MBR, "512", id="mbr", marks=pytest.mark.slow),
    ],
)
def test_a_blank_partition_is_formatted_and_nothing_beside_it(sandbox, mkfs_on, table, sector):
    with lun_with(table, "--sector-size", sector) as lun:
        before = outside(lun.image)
        done = mkfs_on(lun)
        run("sync", "-f", str(lun.image))
        assert (done["made"], done["volume"]["uuid"]) == (True, UUID)
        assert outside(lun.image) == before
        assert UUID in run("debugfs.ocfs2", "-R", "stats", lun.disk.parts[2])
        # The same order again finds it whole.
        assert mkfs_on(lun)["made"] is False


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wwid": WWID}, f"G1: .* is {WWID}-partuuid-.*, not {WWID}"),
        ({"wwid": f"{WWID}-partuuid-1a2b3c4d-01"}, "G1: .* is .*, not "),
        ({"size": SIZE + 64 * MIB}, "G1: .* pillar says"),
    ],
)
def test_what_is_not_the_partition_that_is_meant_is_refused(sandbox, mkfs_on, changes, words):
    with lun_with(GPT) as lun:
        before = digest(lun.image)
        marked = SimpleNamespace(device=lun.device, wwid=changes.get("wwid", lun.wwid))
        with pytest.raises(CommandExecutionError, match=f"Refused: .*{words}"):
            mkfs_on(marked, **changes)
        assert digest(lun.image) == before


def test_the_whole_lun_is_not_formatted_for_its_partition(sandbox, mkfs_on):
    with lun_with(GPT) as lun, named(lun.disk.node) as whole:
        before = digest(lun.image)
        marked = SimpleNamespace(device=whole, wwid=lun.wwid)
        with pytest.raises(CommandExecutionError, match=rf"G1: .* is {WWID}, not .*holds gpt"):
            mkfs_on(marked, size=SIZE + 64 * MIB)
        assert digest(lun.image) == before


def test_a_partition_of_a_changed_table_is_not_formatted(sandbox, mkfs_on):
    with lun_with(GPT) as lun:
        write_table(lun.disk.node, GPT.replace("start=8192", "start=10240"))
        before = digest(lun.image)
        with pytest.raises(CommandExecutionError, match="has not read it again"):
            mkfs_on(lun)
        assert digest(lun.image) == before
