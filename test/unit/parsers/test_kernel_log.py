"""Which lines of a kernel's log matter, and how many of them are told."""

import json
import random

import pytest

from ocfs2lib.parsers import kernel_log
from support import simulated_logs

BOOT = "1" * 32
LATER = "2" * 32
CLUSTER = [
    simulated_logs.write_timeout(62.1),
    simulated_logs.write_error(),
    simulated_logs.too_few(1, 2, 3),
    simulated_logs.half_quorum(1, 2, 0),
    simulated_logs.lock_lost(1),
    simulated_logs.idle("host2", 1, 30.012),
    simulated_logs.RESTARTING,
    "o2dlm: Begin recovery on domain X for node 1",
    "ocfs2: Begin replay journal (node 1, slot 1) on device (253,1)",
    "(kworker/u8:1,53,1):dlm_send_remote_convert_request:398 ERROR: Error -112 when sending",
]
REST = [
    "device-mapper: multipath: 253:1: Failing path 8:16.",
    "sd 3:0:0:1: [sdc] tag#12 FAILED Result: hostbyte=DID_TRANSPORT_DISRUPTED",
    "blk_update_request: I/O error, dev sdb, sector 2048 op 0x1:(WRITE)",
    "I/O error, dev sdb, sector 2048 op 0x1:(WRITE) flags 0x800",
    " session1: session recovery timed out after 5 secs",
    " connection1:0: detected conn error (1022)",
    "rport-1:0-2: blocked FC remote port time out: removing target",
    "nvme nvme0: I/O 12 QID 1 timeout, aborting",
    "e1000e 0000:00:1f.6 eth0: NIC Link is Down",
    "bond0: (slave eth1): link status definitely down, disabling slave",
    "mlx5_core 0000:3b:00.0 ens1f0: Link up",
    "INFO: task jbd2/dm-1-12:234 blocked for more than 120 seconds.",
    "watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [kworker/1:2:612]",
    "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
    "BUG: kernel NULL pointer dereference, address: 0000000000000008",
    "Oops: 0000 [#1] PREEMPT SMP NOPTI",
    "mce: [Hardware Error]: Machine check events logged",
    simulated_logs.PANIC + "Fatal exception",
    "Journal stopped",
    "System is rebooting.",
    "Panic#1 Part1",
]
NOISE = [
    "",
    "IN=eth0 OUT= MAC=52:54:00:12:34:56 SRC=10.0.0.1 DST=10.0.0.2 LEN=60 PROTO=TCP DPT=22",
    "audit: type=1400 audit(1700000000.1:2): apparmor=STATUS",
    "e1000e 0000:00:1f.6 eth0: renamed from eth1",
    "IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready",
    "debug: 3 bugs",
    "EXT4-fs (sda1): mounted filesystem with ordered data mode",
]


def row(text, time=1, boot=BOOT):
    """One row of journalctl, which prints microseconds as a text."""
    fields = {"MESSAGE": text, "_BOOT_ID": boot, "__REALTIME_TIMESTAMP": str(round(time * 1e6))}
    return json.dumps({"__CURSOR": "s=1", "__MONOTONIC_TIMESTAMP": "12", **fields})


def line(text, time=1, boot=BOOT):
    return {"boot": boot, "time": time, "text": text}


@pytest.mark.parametrize("text", CLUSTER + REST)
def test_what_matters(text):
    assert kernel_log.matters(text)


@pytest.mark.parametrize("text", NOISE)
def test_what_does_not(text):
    assert not kernel_log.matters(text)


def test_rows_of_journalctl():
    text = "\n".join((row("one", 1.5), row("two", 2, LATER)))
    assert kernel_log.rows(text) == [line("one", 1.5), line("two", 2.0, LATER)]


def test_a_text_that_is_no_utf_8_comes_as_numbers():
    text = row(list(b"o2net: \xff\x1b[2J"))
    assert kernel_log.rows(text) == [line("o2net: \N{REPLACEMENT CHARACTER}?[2J", 1.0)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "-- Journal begins at Thu 2026-01-15 --",
        "{" * 10_000,
        "[" * 100_000,
        row(None),
        row(12),
        row([256]),
        row(["a"]),
        row(["1", {}]),
        row({"a": 1}),
        row("one", boot="x"),
        row("one", boot=None),
        row("one").replace('"1000000"', '"-1"'),
        row("one").replace('"1000000"', "true"),
        row("one").replace('"1000000"', f'"{"9" * 5000}"'),
        row("one").replace("__REALTIME_TIMESTAMP", "_"),
    ],
)
def test_what_is_no_row_is_left_out(text):
    assert kernel_log.rows(f"{text}\n{row('good')}\n{text}") == [line("good", 1.0)]


def test_a_line_is_bounded_and_harmless():
    (found,) = kernel_log.rows(row("o2net: \x1b[31m\x07\n\tx\u202e" + "y" * 100_000))
    assert found["text"].startswith("o2net: ?[31m?  x")
    assert len(found["text"]) == 400
    assert "\x1b" not in found["text"]


def test_boots_as_journalctl_lists_them():
    listed = [
        {"index": -1, "boot_id": BOOT, "first_entry": 1_000_000, "last_entry": 2_500_000},
        {"index": 0, "boot_id": LATER, "first_entry": 3_000_000, "last_entry": 9_000_000},
    ]
    known = [{"id": BOOT, "first": 1, "last": 2.5}, {"id": LATER, "first": 3, "last": 9}]
    assert kernel_log.boots(json.dumps(listed), [], 0) == known
    # The boot before a restart that counts is needed as well.
    assert kernel_log.boots(json.dumps(listed), [], 2.9) == known
    assert kernel_log.boots(json.dumps(listed), [], 3.1) == known[1:]


def test_of_many_boots_the_last_are_told():
    lines = [line("a", each, f"{each:032x}") for each in range(1, 100)]
    boots = kernel_log.boots("[]", lines, 0)
    assert [boot["first"] for boot in boots] == list(range(36, 100))
    assert kernel_log.boots("[]", [], 0) == []


@pytest.mark.parametrize("text", ["", " 0 1111 Thu 2026-01-15", "{}", "[1, {}]", "[" * 100_000])
def test_where_journalctl_lists_no_boots_those_of_the_lines_are_known(text):
    lines = [line("a", 5), line("b", 7), line("c", 9, LATER)]
    assert kernel_log.boots(text, lines, 0) == [
        {"id": BOOT, "first": 5, "last": 7},
        {"id": LATER, "first": 9, "last": 9},
    ]


def test_what_pstore_kept():
    text = (
        "Panic#1 Part1\n"
        "<6>[  100.000001] eth0: renamed\n"
        f"<3>[ 1062.100000] {simulated_logs.write_timeout(62.1)}\n"
        f"[ 1062.100001][  T612] {simulated_logs.PANIC}x\x1b\n"
    )
    assert kernel_log.kept(text) == (
        f"Panic#1 Part1\n{simulated_logs.write_timeout(62.1)}\n{simulated_logs.PANIC}x?",
        False,
    )


def test_of_a_long_record_the_end_is_kept():
    text, cut = kernel_log.kept("\n".join(f"o2net: {number}" for number in range(10_000)))
    assert cut
    assert text.endswith("o2net: 9999")
    assert 4500 < len(text) < 6144


def test_a_fault_that_repeats_itself_hides_nothing():
    flood = [line(f"I/O error, dev sdb, sector {each} op 0x{each:x}", each) for each in range(5000)]
    lines = [line(CLUSTER[0], 0), *flood, line(CLUSTER[2], 5000)]
    fitted, cut = kernel_log.fitted(lines)
    assert not cut
    assert fitted == [lines[0], *flood[:10], *flood[-10:], lines[-1]]


def test_each_boot_and_each_node_counts_on_its_own():
    lines = [
        line(simulated_logs.idle(f"host{node}", node, 30.5), time, boot)
        for boot in (BOOT, LATER)
        for time in range(15)
        for node in (1, 2)
    ]
    assert kernel_log.fitted(lines) == (lines, False)


def test_an_answer_has_a_size_and_what_is_left_out_is_old():
    # No two of them are alike, and JSON writes each letter in six.
    number = random.Random(1)  # noqa: S311
    lines = [
        line("o2net: " + "".join(chr(number.randrange(0x400, 0x500)) for _ in range(300)), time)
        for time in range(400)
    ]
    fitted, cut = kernel_log.fitted(lines)
    assert cut
    assert fitted == lines[-len(fitted) :]
    assert 120_000 < len(json.dumps(fitted)) < 135_000


def test_what_does_not_matter_is_no_part_of_the_answer():
    noise = [line(text) for text in NOISE]
    assert kernel_log.fitted(noise) == ([], False)
