"""The witness of I/O: its arithmetic, and its two programs on a local directory."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from operations import records
from operations import verdict
from operations.verdict import Clock
from operations.verdict import Sample
from support.until import until

PROGRAMS = Path(records.__file__).parent
#: A mount point wherever tests run.
MOUNT = Path("/dev/shm")  # noqa: S108
SECOND = 1_000_000_000
PERIOD = (1000.0, 1100.0)


def moments(begin, end):
    """Ten a second, as seconds since the boot."""
    return [begin + tenth / 10 for tenth in range(round((end - begin) * 10) + 1)]


def log(times, boot="one", first=1, stop=True):
    """What a writer puts down that acknowledges a record at each of these seconds."""
    lines = [records.seal("start", boot, int(times[0] * SECOND), int((500 + times[0]) * SECOND))]
    lines += [
        records.seal(first + count, int(moment * SECOND)) for count, moment in enumerate(times)
    ]
    if stop:
        lines.append(records.seal("stop", int(times[-1] * SECOND)))
    return b"".join(lines).decode()


def line(sequence, boot="one", node="host1"):
    return records.seal(node, sequence, boot, 0, 0).rstrip(b"\n")


def found(lines):
    check = records.TrafficCheck("host1")
    check.feed(lines)
    return {**check.report(), "shrunk": []}


def judge(text, report=None, seen=None, number=1, now=None):
    """The verdict on a node that had booted when the host's clock showed 900."""
    if report is None:
        stretches, _ = verdict.parse_log(text)
        numbers = [each for stretch in stretches for each in stretch.sequences]
        report = found([line(each) for each in sorted(set(numbers))])
    seen = [report] if seen is None else seen
    clock = Clock([Sample("one", 0.0, 900.0, 0.1), Sample("two", 0.0, 950.0, 0.1)])
    return verdict.judge(number, text, report, seen, clock, PERIOD, now)


def whole(*nodes):
    return verdict.Verdict({node.number: node for node in nodes}, PERIOD)


def test_nothing_is_wrong():
    node = judge(log(moments(100, 200)))
    whole(node).assert_nothing_lost()
    assert (node.acknowledged, node.lost, node.gaps, node.watched) == (1001, (), [], 1001)
    assert node.longest_gap == pytest.approx(0.1, abs=1e-6)
    assert node.rate == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize("lost", [[1], [5, 6], [11], list(range(1, 12))])
def test_an_acknowledged_record_that_is_not_in_the_file_is_lost(lost):
    there = [line(each) for each in range(1, 12) if each not in lost]
    node = judge(log(moments(100, 101)), found(there), [found([line(1)])])
    assert node.lost == tuple(lost)
    with pytest.raises(AssertionError, match=f"node 1: {len(lost)} lost"):
        whole(node).assert_nothing_lost()


def test_a_record_that_nobody_has_acknowledged_may_be_there_or_not():
    text = log(moments(100, 101), stop=False) + log(moments(60, 61), "two", 14)
    lines = [line(each) for each in range(1, 13)] + [line(each, "two") for each in range(14, 25)]
    node = judge(text, found(lines))
    whole(node).assert_nothing_lost()
    assert found(lines)["holes"] == [[13, 13]]


def test_a_number_acknowledged_twice_is_a_repetition():
    text = log(moments(100, 101)) + log(moments(60, 61), "two", 11)
    node = judge(text)
    assert node.repeated == (11,)
    with pytest.raises(AssertionError, match="1 repeated"):
        whole(node).assert_nothing_lost()


@pytest.mark.parametrize("numbers", [[1, 2, 2, 3], [1, 2, 3, 2]])
def test_a_number_that_is_in_the_file_twice_is_a_repetition(numbers):
    assert found([line(each) for each in numbers])["repeated"] == [2]
    node = judge(log(moments(100, 100.2)), found([line(each) for each in numbers]))
    assert node.repeated == (2,)


@pytest.mark.parametrize(
    "bad", [line(2)[:-1] + b"_", line(2)[1:], b"", bytes(90), line(2, node="x")]
)
def test_a_line_that_is_no_record_of_the_node_is_corrupt(bad):
    report = found([line(1), bad, line(3)])
    assert (len(report["corrupt"]), report["torn"], report["holes"]) == (1, [], [[2, 2]])
    node = judge(log(moments(100, 100.2)), report)
    assert (len(node.corrupt), node.lost) == (1, (2,))
    with pytest.raises(AssertionError, match="1 corrupt"):
        whole(node).assert_nothing_lost()


def test_a_line_that_broke_off_when_the_node_died_is_not_corrupt():
    report = found([line(1), line(2)[:20], line(3, "two")])
    assert (report["corrupt"], len(report["torn"])) == ([], 1)


def test_of_two_such_lines_only_one_broke_off():
    report = found([line(1), line(2)[:20], line(2)[:20], line(3, "two")])
    assert (len(report["corrupt"]), len(report["torn"])) == (1, 1)


def test_a_last_line_that_can_not_be_read_is_corrupt():
    node = judge(log(moments(100, 100)), found([line(1), b"rubbish"]))
    assert node.corrupt == ("rubbish",)


def test_what_a_node_saw_meanwhile_counts_too():
    good = found([line(1), line(2)])
    seen = [{**good, "corrupt": ["bad"], "repeated": [2], "shrunk": [[9, 3]]}]
    node = judge(log(moments(100, 100.1)), good, seen)
    assert (node.corrupt, node.repeated, node.shrunk) == (("bad",), (2,), ([9, 3],))
    with pytest.raises(AssertionError, match="1 shrunk"):
        whole(node).assert_nothing_lost()


def test_a_witness_that_saw_nothing_is_none():
    with pytest.raises(AssertionError, match="acknowledged nothing"):
        whole(judge("")).assert_nothing_lost()
    with pytest.raises(AssertionError, match="nobody has read"):
        whole(judge(log(moments(100, 101)), seen=[])).assert_nothing_lost()


def test_a_line_of_the_log_that_broke_off_acknowledges_nothing():
    text = log(moments(100, 101), stop=False)[:-12] + "\n" + log(moments(60, 61), "two", 12)
    node = judge(text)
    assert (node.acknowledged, len(node.unreadable)) == (21, 1)


def test_a_gap_is_found_with_its_time():
    node = judge(log(moments(100, 130) + moments(132.5, 200)))
    (gap,) = node.gaps
    assert (gap.start, gap.seconds) == (pytest.approx(1030), pytest.approx(2.5))
    assert whole(node).longest_gap(1) == pytest.approx(2.5)


def test_no_gap_is_seen_between_two_lives_of_a_writer():
    node = judge(log(moments(100, 110), stop=False) + log(moments(120, 130), "two", 102))
    assert node.longest_gap == pytest.approx(0.1, abs=1e-6)
    assert node.rate == pytest.approx(10, abs=0.2)
    assert [life[0] for life in node.stretches] == pytest.approx([1000, 1070])


def test_a_writer_that_hangs_has_a_gap():
    text = log(moments(100, 110), stop=False)
    assert judge(text).longest_gap == pytest.approx(0.1, abs=1e-6)
    assert judge(text, now=("two", 130.0)).longest_gap == pytest.approx(0.1, abs=1e-6)
    assert judge(text, now=("one", 130.0)).longest_gap == pytest.approx(20)


def test_a_writer_that_hangs_until_it_is_told_to_end_has_a_gap():
    text = log(moments(100, 110), stop=False) + records.seal("stop", 115 * SECOND).decode()
    assert judge(text).longest_gap == pytest.approx(5)


def test_a_period_leaves_out_what_is_outside():
    node = judge(log(moments(100, 130) + moments(132, 150) + moments(155, 200)))
    for period, longest in (((1000, 1020), 0.1), ((1020, 1140), 5), ((1131, 1131.5), 0.0)):
        part = whole(node).between(*period)
        assert part.longest_gap(1) == pytest.approx(longest, abs=1e-6)
    # What the period cuts counts as a whole.
    assert whole(node).between(1031, 1031.5).longest_gap(1) == pytest.approx(2)
    assert len(whole(node).between(1010, 1019.95).nodes[1].times) == 100


def test_the_moment_at_which_the_fewest_nodes_write():
    one = judge(log(moments(100, 200)), number=1)
    two = judge(log(moments(100, 140) + moments(150, 200)), number=2)
    three = judge(log(moments(100, 145) + moments(160, 200)), number=3)
    assert whole(one, two, three).least_writing() == (1, pytest.approx(1046))
    assert whole(one, two, three).between(1000, 1045).least_writing() == (2, pytest.approx(1041))
    assert whole(one, two, three).between(1000, 1040).least_writing()[0] == 3
    # With more patience nobody is missed at the same time.
    assert whole(one, two, three).least_writing(tolerance=4)[0] == 2
    assert whole(one, two, three).least_writing(tolerance=8)[0] == 3


def test_a_node_that_ends_early_is_missed_at_the_end():
    one, two = judge(log(moments(100, 200))), judge(log(moments(100, 150)), number=2)
    assert whole(one, two).least_writing() == (1, pytest.approx(1051))


def test_the_drift_of_a_clock_is_taken_out():
    clock = Clock([Sample("one", 200.0, 1102.0, 0.1), Sample("one", 100.0, 1000.0, 0.1)])
    assert clock.host("one", 150.0, 0) == pytest.approx(1051)
    assert clock.host("one", 90.0, 0) == pytest.approx(990)
    assert clock.host("one", 210.0, 0) == pytest.approx(1112)
    assert clock.host("another", 210.0, 7.0) == 217.0


def test_a_number_is_not_used_again():
    acknowledged = log(moments(100, 101)).encode()
    assert records.last_sequence(b"", b"") == 0
    assert records.last_sequence(acknowledged, b"") == 11
    assert records.last_sequence(acknowledged, line(12) + b"\n") == 12
    assert records.last_sequence(acknowledged + records.seal("failed", 12, 5), line(11)) == 12
    # The end of a log may begin within a line.
    assert records.last_sequence(acknowledged[-60:], line(99)[5:]) == 11


@pytest.fixture
def volume():
    with tempfile.TemporaryDirectory(dir=MOUNT) as path:
        yield Path(path)


class Programs:
    """Writer and reader of one node; ``folder`` stands for the shared volume."""

    def __init__(self, folder, tmp_path):
        self.folder, self.file = folder, folder / "host1"
        self.log, self.read = tmp_path / "own" / "log", tmp_path / "own" / "read"

    def writer(self, mount=MOUNT, prefix=()):
        folder = os.path.relpath(self.folder, MOUNT)
        return self._run(*prefix, sys.executable, "writer.py", "host1", mount, folder, self.log)

    def reader(self):
        return self._run(sys.executable, "reader.py", self.file, self.read, 0.2)

    @staticmethod
    @contextlib.contextmanager
    def _run(*argv):
        words = [str(word) for word in argv]
        with subprocess.Popen(words, cwd=PROGRAMS, preexec_fn=_block_signals) as process:
            try:
                yield process
                process.terminate()
                assert process.wait(120) == 0
            finally:
                process.kill()

    def acknowledged(self):
        """The lives of the writer."""
        text = self.log.read_text() if self.log.exists() else ""
        return verdict.parse_log(text)[0]

    def wait(self, count, lives=1):
        """Wait until the last of so many lives has acknowledged so many records."""

        def ready():
            found = self.acknowledged()
            return len(found) == lives and len(found[-1].sequences) >= count

        until(ready)

    def look(self):
        """What a reader finds in the file."""
        argv = [sys.executable, "reader.py", str(self.file)]
        done = subprocess.run(argv, cwd=PROGRAMS, check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def reports(self):
        text = self.read.read_text() if self.read.exists() else ""
        return [json.loads(each) for each in text.splitlines()]

    def ask(self, reader):
        """The reader's report as of now."""
        known = len(self.reports())
        reader.send_signal(signal.SIGUSR1)
        until(lambda: len(self.reports()) > known)
        return self.reports()[-1]

    def judge(self):
        """The verdict by the real clock."""
        return verdict.judge(
            1, self.log.read_text(), self.look(), self.reports(), Clock([]), (0, 2**40)
        )


def _block_signals():
    """What is sent to a program before it waits for signals is kept for it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM])


@pytest.fixture
def programs(volume, tmp_path):
    return Programs(volume / "traffic", tmp_path)


def test_what_is_written_is_acknowledged_and_read(volume, programs):
    begin = time.time()
    with programs.writer():
        until(programs.file.exists)
        with programs.reader() as reader:
            programs.wait(20)
            programs.ask(reader)
    node = programs.judge()
    verdict.Verdict({1: node}, (0, 2**40)).assert_nothing_lost()
    assert node.acknowledged >= 20
    # Ten a second and no more; a busy machine may hold up any of them, but not all.
    assert node.rate < 11
    (times,) = node.stretches
    assert min(later - one for one, later in itertools.pairwise(times)) < 0.15
    assert begin - 0.1 < node.stretches[0][0] < node.stretches[0][-1] < time.time() + 0.1
    assert programs.look()["ranges"] == [[1, node.acknowledged]]
    assert [each.stop is None for each in programs.acknowledged()] == [False]


def test_a_writer_that_is_started_again_goes_on(programs):
    with programs.writer() as writer:
        programs.wait(3)
        writer.kill()
        writer.wait()
        writer.returncode = 0
    ends = programs.look()["newest"]
    with programs.writer():
        programs.wait(3, lives=2)
    one, two = programs.acknowledged()
    assert one.stop is None
    assert two.sequences[0] == ends + 1
    assert programs.look()["ranges"] == [[1, two.sequences[-1]]]


def test_a_line_that_broke_off_is_left_alone(programs):
    programs.folder.mkdir()
    programs.file.write_bytes(line(7, "before") + b"\n" + line(8, "before")[:20])
    programs.log.parent.mkdir()
    programs.log.write_bytes(records.seal("start", "before", 0, 0) + records.seal(7, 5)[:-3])
    with programs.writer():
        programs.wait(1, lives=2)
    assert programs.acknowledged()[-1].sequences[0] == 8
    report = programs.look()
    assert (report["torn"], report["corrupt"]) == ([line(8, "before")[:20].decode()], [])


def test_a_number_whose_write_failed_is_not_used_again(programs):
    with programs.writer(prefix=("prlimit", "--fsize=1000")) as writer:
        assert writer.wait(120) == 1
        writer.returncode = 0
    failed = programs.acknowledged()[0].sequences[-1] + 1
    assert programs.look()["ranges"] == [[1, failed - 1]]
    with programs.writer():
        programs.wait(1, lives=2)
    assert programs.acknowledged()[-1].sequences[0] == failed + 1


def test_nothing_is_written_while_nothing_is_mounted(programs, tmp_path):
    with programs.writer(mount=tmp_path):
        time.sleep(1)
    with programs.writer(mount=tmp_path / "absent"):
        time.sleep(0.5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "further", "name", "faults"),
    [
        (line(5), line(6), "holes", [[4, 4]]),
        (line(3), line(4), "repeated", [3]),
        (line(4)[:-1] + b"_", line(4), "corrupt", [line(4)[:-1].decode() + "_"]),
    ],
)
def test_a_reader_reports_at_once_what_must_not_be(programs, change, further, name, faults):
    programs.folder.mkdir()
    programs.file.write_bytes(b"".join(line(each) + b"\n" for each in (1, 2, 3)))
    with programs.reader() as reader:
        assert programs.ask(reader)[name] == []
        with programs.file.open("ab") as file:
            file.write(change + b"\n" + further[:9])
            file.flush()
            programs.ask(reader)
            file.write(further[9:] + b"\n")
        until(lambda: programs.reports()[-1][name] == faults)


def test_a_reader_reports_a_file_that_became_shorter(programs):
    programs.folder.mkdir()
    programs.file.write_bytes(line(1) + b"\n" + line(2) + b"\n")
    with programs.reader() as reader:
        assert programs.ask(reader)["newest"] == 2
        os.truncate(programs.file, 30)
        until(lambda: len(programs.reports()) == 2)
        assert reader.poll() is None
    assert programs.reports()[1]["shrunk"] == [[2 * len(line(1)) + 2, 30]]
