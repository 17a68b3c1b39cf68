"""What the logs of all writers and the files on the volume come to; pure."""

from bisect import bisect_left
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from .records import unseal

#: Seconds between two acknowledgements that are worth a line.
_GAP = 0.5
_SECOND = 1_000_000_000


class Sample(NamedTuple):
    """At ``host`` seconds of the host's clock, give or take ``error``, a boot was so old."""

    boot: str
    uptime: float
    host: float
    error: float


class Clock:
    """
    Turns the age of a boot into the time of the host.

    A guest's own wall clock starts at each boot from one that shows whole seconds, and drifts.
    """

    def __init__(self, samples):
        self._boots = {}
        for sample in sorted(samples, key=lambda sample: sample.uptime):
            self._boots.setdefault(sample.boot, []).append(sample)

    def host(self, boot, uptime, offset):
        """
        When it was, by the host's clock. Between two samples the drift is taken as even.

        ``offset`` is what the wall clock of a boot says that nobody has taken a sample of.
        """
        if boot not in self._boots:
            return uptime + offset
        samples = self._boots[boot]
        after = bisect_left([sample.uptime for sample in samples], uptime)
        one, other = samples[max(0, after - 1)], samples[min(after, len(samples) - 1)]
        offset = one.host - one.uptime
        if other.uptime > one.uptime:
            drift = (other.host - other.uptime - offset) / (other.uptime - one.uptime)
            offset += drift * (uptime - one.uptime)
        return uptime + offset


@dataclass
class Stretch:
    """One life of a writer: numbers and times of what it acknowledged; seconds of its boot."""

    boot: str
    start: float
    #: What the node's wall clock is ahead of the age of its boot.
    offset: float
    sequences: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    #: None if it did not end in order.
    stop: float | None = None


def parse_log(log):
    """The lives of a writer, and the lines that are none of its own, apart from an empty one."""
    stretches, unreadable = [], []
    for line in log.encode().splitlines():
        words = unseal(line)
        if words and words[0] == "start":
            start, wall = (int(word) / _SECOND for word in words[2:])
            stretches.append(Stretch(words[1], start, wall - start))
        elif words and words[0] == "stop":
            stretches[-1].stop = int(words[1]) / _SECOND
        elif words and words[0].isdecimal():
            stretches[-1].sequences.append(int(words[0]))
            stretches[-1].times.append(int(words[1]) / _SECOND)
        elif line and not words:
            unreadable.append(line.decode(errors="replace"))
    return stretches, unreadable


class Gap(NamedTuple):
    """Nothing was acknowledged from ``start`` to ``end``, both by the host's clock."""

    start: float
    end: float

    @property
    def seconds(self):
        return self.end - self.start


@dataclass(frozen=True)
class NodeVerdict:
    """
    What became of the records of one node, all times by the host's clock.

    ``lost`` are the numbers that were acknowledged and are not in the file, ``repeated`` those that
    were acknowledged or are in the file more than once, ``corrupt`` the lines of the file that are
    no records, but for ``torn``, lines that broke off when the node died. ``shrunk`` are from and
    to how many bytes the file became shorter before the eyes of another node. ``watched`` is the
    last number that another node saw while it followed the file. ``stretches`` are the times of
    what was acknowledged, for each life of the writer, from its start to its end.
    """

    number: int
    acknowledged: int
    lost: tuple[int, ...]
    repeated: tuple[int, ...]
    corrupt: tuple[str, ...]
    torn: tuple[str, ...]
    shrunk: tuple
    unreadable: tuple[str, ...]
    watched: int
    stretches: tuple[tuple[float, ...], ...]
    period: tuple[float, float]

    @property
    def times(self):
        """When something was acknowledged in the period."""
        begin, end = self.period
        return [
            time for stretch in self.stretches for time in stretch[1:-1] if begin <= time <= end
        ]

    @property
    def all_gaps(self):
        begin, end = self.period
        gaps = [Gap(*pair) for stretch in self.stretches for pair in pairwise(stretch)]
        return [gap for gap in gaps if gap.end > begin and gap.start < end]

    @property
    def gaps(self):
        """The gaps above half a second within a life of the writer."""
        return [gap for gap in self.all_gaps if gap.seconds > _GAP]

    @property
    def longest_gap(self):
        """In seconds; a gap that the period cuts counts as a whole."""
        return max((gap.seconds for gap in self.all_gaps), default=0.0)

    @property
    def rate(self):
        """Acknowledgements in each second of the writer's lives."""
        begin, end = self.period
        lives = [(max(begin, life[0]), min(end, life[-1])) for life in self.stretches]
        seconds = sum(max(0.0, last - first) for first, last in lives)
        return len(self.times) / seconds if seconds else 0.0


@dataclass(frozen=True)
class Verdict:
    """What became of the records of all nodes in a period, as ``{number: NodeVerdict}``."""

    nodes: dict[int, NodeVerdict]
    period: tuple[float, float]

    def between(self, begin, end):
        """The same for gaps, rates and who was writing from ``begin`` to ``end`` alone."""
        nodes = {number: replace(node, period=(begin, end)) for number, node in self.nodes.items()}
        return Verdict(nodes, (begin, end))

    def longest_gap(self, node):
        return self.nodes[node].longest_gap

    def least_writing(self, tolerance=1.0):
        """
        How many nodes wrote at the moment when the fewest did, and when that was first.

        A node counts as writing within ``tolerance`` seconds of what it acknowledged.
        """
        begin, end = self.period
        changes = [(begin, 0)]
        for node in self.nodes.values():
            times = [time for life in node.stretches for time in life[1:-1]]
            for first, last in _spans(times, tolerance):
                if last > begin and first < end:
                    changes += [(max(first, begin), 1), (last, -1)]
        # All that changes at one moment counts together.
        counts, writing = {}, 0
        for moment, change in sorted(changes):
            writing += change
            counts[moment] = writing
        return min((count, moment) for moment, count in counts.items() if moment < end)

    def assert_nothing_lost(self):
        """AssertionError with all that is wrong with any record, of the whole time."""
        wrong = []
        for node in self.nodes.values():
            assert node.acknowledged, f"node {node.number} has acknowledged nothing"
            assert node.watched, f"nobody has read what node {node.number} wrote"
            for name in ("lost", "repeated", "corrupt", "shrunk"):
                found = getattr(node, name)
                if found:
                    wrong.append(f"node {node.number}: {len(found)} {name}: {found[:10]}")
        assert not wrong, "\n".join(wrong)

    def __str__(self):
        lines = []
        for node in self.nodes.values():
            counts = (f"{len(getattr(node, name))} {name}" for name in _COUNTED)
            gaps = ", ".join(f"{gap.seconds:.2f} s at {gap.start:.1f}" for gap in node.gaps)
            lines.append(
                f"node {node.number}: {node.acknowledged} acknowledged, {', '.join(counts)}, "
                f"{node.rate:.2f}/s, longest gap {node.longest_gap:.2f} s, gaps: {gaps or 'none'}"
            )
        count, moment = self.least_writing()
        lines.append(f"at least {count} of {len(self.nodes)} wrote, first at {moment:.1f}")
        return "\n".join(lines)


_COUNTED = ("lost", "repeated", "corrupt", "torn", "shrunk")


def _spans(times, tolerance):
    """Where any of ``times`` is at most ``tolerance`` away, as ``[first, last]``."""
    spans = []
    for time in sorted(times):
        if spans and time - tolerance <= spans[-1][1]:
            spans[-1][1] = time + tolerance
        else:
            spans.append([time - tolerance, time + tolerance])
    return spans


def judge(number, log, report, seen, clock, period, now=None):
    """
    The verdict on the node of this number.

    ``log`` is the text of its log, ``report`` what another node found in its file in the end and
    ``seen`` what others found while they followed it. ``now`` is ``(boot, uptime)`` if its writer
    should still be at it: a writer that hangs has no end in its log.
    """
    stretches, unreadable = parse_log(log)
    sequences = [each for stretch in stretches for each in stretch.sequences]
    followed = [report, *seen]
    return NodeVerdict(
        number=number,
        acknowledged=len(sequences),
        lost=tuple(each for each in sequences if not _within(each, report["ranges"])),
        repeated=_distinct(
            [*_falling(sequences), *(each for one in followed for each in one["repeated"])]
        ),
        corrupt=_distinct(
            [*(each for one in followed for each in one["corrupt"]), *report["unread"]]
        ),
        torn=tuple(report["torn"]),
        shrunk=tuple(each for one in followed for each in one["shrunk"]),
        unreadable=tuple(unreadable),
        watched=max((each["newest"] for each in seen), default=0),
        stretches=tuple(_on_host(stretch, clock, now) for stretch in stretches),
        period=period,
    )


def _within(number, ranges):
    index = bisect_left(ranges, number, key=lambda pair: pair[1])
    return index < len(ranges) and ranges[index][0] <= number


def _falling(sequences):
    return [later for one, later in pairwise(sequences) if later <= one]


def _distinct(items):
    return tuple(dict.fromkeys(items))


def _on_host(stretch, clock, now):
    """Start, acknowledgements and end of a life. One that was cut off ends with its last sign."""
    last = (stretch.times or [stretch.start])[-1]
    end = stretch.stop or last
    if stretch.stop is None and now and now[0] == stretch.boot:
        end = max(now[1], last)
    moments = [stretch.start, *stretch.times, end]
    return tuple(clock.host(stretch.boot, moment, stretch.offset) for moment in moments)
