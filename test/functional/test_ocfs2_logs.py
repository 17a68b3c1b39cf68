"""The kernel's messages of a node: from real journals and what pstore would have kept."""

import itertools
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.fence import cause
from ocfs2lib.fence import explanation
from support import simulated_logs
from support.simulated_logs import WELL

#: It makes a journal of a text.
REMOTE = Path("/lib/systemd/systemd-journal-remote")
FIRST, SECOND = "1" * 32, "2" * 32
KERNEL = {"_TRANSPORT": "kernel"}
STOPPED = {"_TRANSPORT": "driver", "MESSAGE_ID": "d93fb3c9c24d451a97cea615ce59c00b"}
SHUTDOWN = {"_TRANSPORT": "journal", "MESSAGE_ID": "98268866d1d54a499c4e98921d93bc40"}

pytestmark = pytest.mark.skipif(not shutil.which("journalctl"), reason="needs journalctl")


def entry(boot, time, message, **fields):
    """One message as ``journalctl --output=export`` has it."""
    message = message if isinstance(message, bytes) else message.encode()
    fields = {
        "__REALTIME_TIMESTAMP": round(time * 1e6),
        # Any that grows; each boot has its own.
        "__MONOTONIC_TIMESTAMP": round((time - WELL + 200_000) * 1e6),
        "_BOOT_ID": boot,
        **(fields or KERNEL),
    }
    text = "".join(f"{name}={value}\n" for name, value in fields.items()).encode()
    return text + b"MESSAGE\n" + len(message).to_bytes(8, "little") + message + b"\n\n"


@pytest.fixture
def journal(tmp_path):
    """A function that makes a journal of messages, oldest first, and returns its directory."""
    if not REMOTE.exists():
        pytest.skip("systemd-journal-remote is not installed")
    numbers = itertools.count()

    def make(*entries, name="node"):
        directory = tmp_path / name
        directory.mkdir(exist_ok=True)
        file = directory / f"{next(numbers)}.journal"
        argv = [REMOTE, "-o", file, "-"]
        subprocess.run(argv, input=b"".join(entries), check=True, capture_output=True)
        return str(directory)

    return make


@pytest.fixture
def kernel(modules):
    return modules["ocfs2_logs.kernel"]


def texts(answer):
    return [line["text"] for line in answer["lines"]]


def test_messages_across_restarts(kernel, journal):
    directory = journal(
        entry(FIRST, WELL, "Linux version 6.1.0"),
        entry(FIRST, WELL + 1.5, simulated_logs.idle("host2", 1, 30.012)),
        entry(FIRST, WELL + 2, "ocfs2 says a user", _TRANSPORT="syslog"),
        entry(FIRST, WELL + 3, "IN=eth0 OUT= SRC=10.0.0.1"),
        entry(FIRST, WELL + 9, "bye", _TRANSPORT="stdout"),
        entry(SECOND, WELL + 60, "Linux version 6.1.0"),
        entry(SECOND, WELL + 70, "System is rebooting.", **SHUTDOWN),
        entry(SECOND, WELL + 71, "Journal stopped", **STOPPED),
    )
    answer = kernel(WELL, directory=directory)
    del answer["pstore"]  # that of this host
    assert answer == {
        "boots": [
            {"id": FIRST, "first": WELL, "last": WELL + 9},
            {"id": SECOND, "first": WELL + 60, "last": WELL + 71},
        ],
        "lines": [
            {"boot": FIRST, "time": WELL + 1.5, "text": simulated_logs.idle("host2", 1, 30.012)},
            {"boot": SECOND, "time": WELL + 70, "text": "System is rebooting."},
            {"boot": SECOND, "time": WELL + 71, "text": "Journal stopped"},
        ],
        "cut": False,
        "persistent": True,
    }


def test_only_what_is_not_too_old(kernel, journal):
    directory = journal(
        entry(FIRST, WELL, "o2net: old"),
        entry(SECOND, WELL + 60, "o2net: at the time"),
        entry(SECOND, WELL + 61, "o2net: new"),
    )
    answer = kernel(int(WELL + 60), directory=directory)
    assert texts(answer) == ["o2net: at the time", "o2net: new"]
    assert [boot["id"] for boot in answer["boots"]] == [FIRST, SECOND]
    later = kernel(WELL + 100, directory=directory)
    assert (later["lines"], later["cut"]) == ([], False)
    assert [boot["id"] for boot in later["boots"]] == [SECOND]


def test_the_limit_leaves_out_the_oldest(kernel, journal):
    directory = journal(*(entry(FIRST, WELL + each, f"o2hb: {each}") for each in range(9)))
    answer = kernel(WELL, limit=3, directory=directory)
    assert texts(answer) == ["o2hb: 6", "o2hb: 7", "o2hb: 8"]
    assert answer["cut"]
    assert not kernel(WELL, limit=10, directory=directory)["cut"]


def test_noise_does_not_use_up_the_limit(kernel, journal):
    noise = [entry(FIRST, WELL + each, f"IN=eth0 SPT={each}") for each in range(1, 200)]
    directory = journal(entry(FIRST, WELL, "O2NET: in capitals"), *noise)
    assert texts(kernel(WELL, limit=5, directory=directory)) == ["O2NET: in capitals"]


def test_odd_messages(kernel, journal):
    directory = journal(
        entry(FIRST, WELL, b"o2net: \xff\xfe\x1b[2J"),
        entry(FIRST, WELL + 1, "o2net: " + "x" * 100_000),
        entry(FIRST, WELL + 2, "o2net: two\nlines \N{SNOWMAN}"),
        entry(FIRST, WELL + 3, ""),
    )
    odd = "\N{REPLACEMENT CHARACTER}" * 2
    # What is too long journalctl does not print.
    assert texts(kernel(WELL, directory=directory)) == [
        f"o2net: {odd}?[2J",
        "o2net: two lines \N{SNOWMAN}",
    ]


def test_a_flood_stays_small(kernel, journal):
    text = "I/O error, dev sdb, sector {} op 0x1:(WRITE) " + "\N{SNOWMAN}" * 200 + "{:x}z"
    flood = [entry(FIRST, WELL + each, text.format(each, each)) for each in range(1, 3000)]
    directory = journal(entry(FIRST, WELL, "o2net: first"), *flood)
    answer = kernel(WELL, directory=directory)
    assert answer["cut"]
    assert len(json.dumps(answer)) < 256 * 1024
    assert texts(answer)[-1].startswith("I/O error, dev sdb, sector 2999 op")


def test_a_damaged_file_hides_no_other(kernel, journal):
    directory = journal(entry(FIRST, WELL, "o2net: good"))
    whole = next(Path(directory).iterdir()).read_bytes()
    for number, damaged in enumerate((b"", whole[:100], whole[:5000], b"x" * 9000)):
        Path(directory, f"damaged{number}.journal").write_bytes(damaged)
    assert texts(kernel(WELL, directory=directory)) == ["o2net: good"]


def test_an_empty_directory_and_none(kernel, tmp_path):
    answer = kernel(WELL, directory=str(tmp_path))
    assert (answer["boots"], answer["lines"], answer["cut"]) == ([], [], False)
    with pytest.raises(CommandExecutionError, match="nosuch"):
        kernel(WELL, directory=str(tmp_path / "nosuch"))


@pytest.mark.parametrize(
    "arguments",
    [
        {"since": "yesterday"},
        {"since": -1},
        {"since": True},
        {"since": float("nan")},
        {"since": 0, "limit": 0},
        {"since": 0, "limit": 1.5},
        {"since": 0, "limit": float("inf")},
        {"since": 0, "limit": "many"},
        {"since": 0, "directory": "here"},
        {"since": 0, "directory": ["/"]},
    ],
)
def test_arguments_that_are_none(kernel, arguments):
    with pytest.raises(SaltInvocationError):
        kernel(**arguments)


@pytest.fixture
def pstore(sandbox):
    """The two places of pstore, empty."""
    places = Path("/var/lib/systemd/pstore"), Path("/sys/fs/pstore")
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/sys/fs"], check=True)
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", places[0]], check=True)
    yield places
    subprocess.run(["umount", places[0], "/sys/fs"], check=True)


def record(path, text, time):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (time, time))


def test_what_pstore_kept(kernel, pstore, tmp_path):
    archive, firmware = pstore
    joined = archive / "1768471200/001/dmesg.txt"
    record(joined, f"Panic#1 Part1\n<0>[   62.100000] {simulated_logs.PANIC}joined\n", WELL)
    record(joined.with_name("dmesg-efi-176847120001001"), "o2net: a part of it", WELL)
    record(archive / "dmesg-ramoops-0", "noise\no2net: of ramoops", WELL - 10)
    record(firmware / "dmesg-erst-7", "o2net: not moved yet", WELL + 10)
    record(firmware / "dmesg-efi-1.enc.z", "o2net: compressed", WELL)
    record(firmware / "console-ramoops-0", "o2net: no dmesg", WELL)
    answer = kernel(0, directory=str(tmp_path))
    assert answer["pstore"] == [
        {"name": str(firmware / "dmesg-erst-7"), "time": WELL + 10, "text": "o2net: not moved yet"},
        {"name": str(joined), "time": WELL, "text": f"Panic#1 Part1\n{simulated_logs.PANIC}joined"},
        {"name": str(archive / "dmesg-ramoops-0"), "time": WELL - 10, "text": "o2net: of ramoops"},
    ]
    assert not answer["cut"]


def test_of_many_records_the_newest_are_told(kernel, pstore, tmp_path):
    archive, _ = pstore
    for number in range(40):
        lines = "".join(f"o2net: {number} {each}\n" for each in range(30_000))
        record(archive / f"dmesg-erst-{number}", lines, WELL + number)
    answer = kernel(0, directory=str(tmp_path))
    assert answer["cut"]
    assert [each["time"] for each in answer["pstore"]] == [WELL + 39 - each for each in range(16)]
    assert answer["pstore"][0]["text"].endswith("o2net: 39 29999")
    assert len(json.dumps(answer)) < 256 * 1024


def test_this_host(kernel):
    answer = kernel(time.time() - 3600, limit=50)
    assert set(answer) == {"boots", "lines", "pstore", "cut", "persistent"}
    assert len(answer["lines"]) <= 50


@pytest.mark.parametrize(
    ("what", "verdict"),
    [("lose_disk", cause.DISK), ("lose_network", cause.NETWORK), ("cut", cause.CUT)],
)
def test_why_a_node_restarted_by_its_journal_and_those_of_others(kernel, journal, what, verdict):
    cluster = simulated_logs.SimulatedLogs()
    getattr(cluster, what)("host2", WELL)
    logs = {}
    for name, log in cluster.logs().items():
        ends = [
            entry(boot["id"], boot[end], "hello", _TRANSPORT="stdout")
            for boot in log["boots"]
            for end in ("first", "last")
        ]
        lines = [entry(line["boot"], line["time"], line["text"]) for line in log["lines"]]
        stamp = b"__REALTIME_TIMESTAMP="
        ordered = sorted(ends + lines, key=lambda each: each[: len(stamp) + 16])
        logs[name] = kernel(WELL - 3600, directory=journal(*ordered, name=name))
    found = explanation.explain("host2", logs, cluster.settings)
    assert found == explanation.explain("host2", cluster.logs(), cluster.settings)
    assert found.verdict == verdict
