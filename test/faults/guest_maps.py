"""What a LUN behind a bad path is taken for. Runs in a guest, on the kernel's own device-mapper.

It is given the LUN as a SCSI disk and makes maps on it that look like those of multipath. For each
case it asks ``ocfs2.probe`` what the map is, does something to it, has ``ocfs2_format.mkfs`` format
it, and prints what both said and how many sectors were written to the disks.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import salt.client
from salt.exceptions import SaltException

SECTOR = 512
MIB = (1 << 20) // SECTOR
MAP = "faulty"
#: Where the smallest backup of an OCFS2 superblock is.
BACKUP = 1024 * MIB
#: Within the journals of a new volume.
JOURNAL = 20 * MIB
BLOCK = 8


class GuestLun:
    """A LUN, given as one of its SCSI disks."""

    def __init__(self, wwid):
        self.wwid = wwid
        self.disk = next(
            f"/dev/{each.name}"
            for each in Path("/sys/block").glob("sd*")
            if (each / "device/wwid").read_text().strip() == "naa." + wwid[1:]
        )
        self.sectors = int((Path("/sys/block") / Path(self.disk).name / "size").read_text())

    def written(self):
        """Sectors written to the disk so far."""
        return int((Path("/sys/block") / Path(self.disk).name / "stat").read_text().split()[6])

    def linear(self, start=0, length=None):
        return self.part(start, length, "linear {disk} {start}")

    def part(self, start, length, target):
        """A line of a table: ``target`` in place of sectors of the LUN."""
        length = self.sectors - start if length is None else length
        return f"{start} {length} " + target.format(disk=self.disk, start=start)

    def whole(self, target):
        return self.part(0, None, target)

    def but_for(self, start, length, target):
        """The LUN, but for a piece of it."""
        end = start + length
        return "\n".join(
            [self.linear(0, start), self.part(start, length, target), self.linear(end)]
        )


class Map:
    """The map ``/dev/mapper/faulty``."""

    device = f"/dev/mapper/{MAP}"

    def create(self, wwid, table, *options):
        _dmsetup("create", MAP, "--uuid", f"mpath-{wwid}", *options, stdin=table)

    def become(self, table):
        """Another table under the map, at once and for those who have it open too."""
        _dmsetup("load", MAP, stdin=table)
        _dmsetup("resume", MAP)

    def remove(self):
        _dmsetup("remove", "--retry", MAP)


def _dmsetup(*argv, stdin=""):
    subprocess.run(["dmsetup", *argv], check=True, input=stdin, text=True)


class Bench:
    """The cases, each with a map that is made anew."""

    def __init__(self, blank, full, broken, slow):
        self.blank, self.full = GuestLun(blank), GuestLun(full)
        self.broken, self.slow = GuestLun(broken), GuestLun(slow)
        self.map = Map()
        self.salt = salt.client.Caller()

    def run(self, case):
        """Run a case: a function that makes the map and then goes on after a yield."""
        disks = (self.blank, self.full, self.broken, self.slow)
        before = [each.written() for each in disks]
        lun = getattr(self, WRITING.get(case, "blank"))
        steps = case(self, lun)
        next(steps)
        try:
            started = time.monotonic()
            found = self.salt.cmd("ocfs2.probe", self.map.device, prove_blank=True)
            next(steps, None)
            said = self._format(lun)
            seconds = time.monotonic() - started
        finally:
            self.map.remove()
        written = sum(each.written() for each in disks) - sum(before)
        return {"probe": found, "mkfs": said, "written": written, "seconds": seconds}

    def _format(self, lun):
        """The volume made, or why not."""
        self.salt.cmd("ocfs2_format.mark", "ocfs2", lun.wwid, "one")
        order = {
            "device": self.map.device,
            "wwid": lun.wwid,
            "size": lun.sectors * SECTOR,
            "uuid": "0123456789ABCDEF0123456789ABCDEF",
            "label": "faulty",
            "slots": 2,
            "cluster": "ocfs2",
            "fs_type": "datafiles",
            "leader": self.salt.cmd("grains.get", "id"),
        }
        try:
            return self.salt.cmd("ocfs2_format.mkfs", order, token="one")  # noqa: S106
        except (SaltException, OSError) as err:
            return f"{type(err).__name__}: {err}"


def every_read_fails(bench, lun):
    bench.map.create(lun.wwid, lun.whole("error"))
    yield


def a_place_of_a_backup_superblock_fails(bench, lun):
    bench.map.create(lun.wwid, lun.but_for(BACKUP, BLOCK, "error"))
    yield


def a_stretch_in_the_middle_fails(bench, lun):
    tenth = lun.sectors // 10 // BLOCK * BLOCK
    bench.map.create(lun.wwid, lun.but_for(5 * tenth, tenth, "error"))
    yield


def it_fails_after_the_first_look(bench, lun):
    bench.map.create(lun.wwid, lun.linear())
    yield
    bench.map.become(lun.whole("flakey {disk} {start} 0 1"))


def it_comes_and_goes(bench, lun):
    bench.map.create(lun.wwid, lun.whole("flakey {disk} {start} 10 600"))
    yield
    # Down: the next look begins with a read that fails.
    deadline = time.monotonic() + 30
    read = ["dd", f"if={bench.map.device}", "of=/dev/null", "bs=4k", "count=1", "iflag=direct"]
    while subprocess.run(read, capture_output=True, check=False).returncode == 0:
        assert time.monotonic() < deadline


def every_write_fails(bench, lun):
    bench.map.create(lun.wwid, lun.whole("flakey {disk} {start} 0 1 1 error_writes"))
    yield


def every_write_is_lost(bench, lun):
    bench.map.create(lun.wwid, lun.whole("flakey {disk} {start} 0 1 1 drop_writes"))
    yield


def it_shrinks_after_the_first_look(bench, lun):
    bench.map.create(lun.wwid, lun.linear())
    yield
    bench.map.become(lun.linear(0, lun.sectors - MIB))


def it_grows_after_the_first_look(bench, lun):
    bench.map.create(lun.wwid, lun.linear(0, lun.sectors - MIB))
    yield
    bench.map.become(f"{lun.linear()}\n{lun.sectors} {MIB} zero")


def it_turns_into_another_lun(bench, lun):
    bench.map.create(lun.wwid, lun.linear())
    yield
    bench.map.remove()
    bench.map.create(bench.full.wwid, bench.full.linear())


def its_path_leads_to_another_lun(bench, lun):
    bench.map.create(lun.wwid, lun.linear())
    yield
    bench.map.become(bench.full.linear())


def a_part_of_it_is_another_lun(bench, lun):
    foreign = bench.slow.disk
    bench.map.create(lun.wwid, lun.but_for(BACKUP, BLOCK, f"linear {foreign} {BACKUP}"))
    yield


def it_is_read_only(bench, lun):
    bench.map.create(lun.wwid, lun.linear(), "--readonly")
    yield


def it_holds_ext4_and_then_reads_as_zeros(bench, lun):
    bench.map.create(lun.wwid, bench.full.linear())
    yield
    bench.map.become(lun.whole("zero"))


def writes_to_a_journal_fail(bench, lun):
    target = "flakey {disk} {start} 0 1 1 error_writes"
    bench.map.create(lun.wwid, lun.but_for(JOURNAL, BLOCK, target))
    yield


def everything_is_slow(bench, lun):
    bench.map.create(lun.wwid, lun.whole("delay {disk} {start} 10"))
    yield


CASES = (
    every_read_fails,
    a_place_of_a_backup_superblock_fails,
    a_stretch_in_the_middle_fails,
    it_fails_after_the_first_look,
    it_comes_and_goes,
    every_write_fails,
    every_write_is_lost,
    it_shrinks_after_the_first_look,
    it_grows_after_the_first_look,
    it_turns_into_another_lun,
    its_path_leads_to_another_lun,
    a_part_of_it_is_another_lun,
    it_is_read_only,
    it_holds_ext4_and_then_reads_as_zeros,
    writes_to_a_journal_fail,
    everything_is_slow,
)
#: Those that do write, and to which LUN.
WRITING = {writes_to_a_journal_fail: "broken", everything_is_slow: "slow"}


def main(*wwids):
    """Run all cases on four LUNs: one that stays blank, one with data, two to format."""
    for module in ("dm-flakey", "dm-delay", "dm-zero"):
        subprocess.run(["modprobe", module], check=True)
    bench = Bench(*wwids)
    print(json.dumps({case.__name__: bench.run(case) for case in CASES}))


if __name__ == "__main__":
    main(*sys.argv[1:])
