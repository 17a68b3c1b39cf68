"""What multipathd prints, in the words of multipath-tools 0.9.4."""

import math

import pytest

from ocfs2lib.parsers import multipathd

WWID = "35000c50000000001"
MAPS = (
    f"{WWID}|primary|dm-0|12 chk|1 queue_if_no_path|2|NETAPP,LUN\n"
    "35000c50000000002|b|dm-1|-|0|0|IET,VIRTUAL-DISK\n"
)
PATHS = f"{WWID}|sda|active|ready\n{WWID}|sdb|failed|faulty\n|sdc|undef|unchecked\n"
CONFIG = """\
defaults {
	verbosity 2
	polling_interval 5
	max_polling_interval 20
"""


def test_maps():
    assert multipathd.parse_maps(MAPS) == {
        WWID: {
            "name": "primary",
            "node": "/dev/dm-0",
            "queueing": "12 chk",
            "living": True,
            "array": "NETAPP,LUN",
        },
        "35000c50000000002": {
            "name": "b",
            "node": "/dev/dm-1",
            "queueing": "off",
            "living": False,
            "array": "IET,VIRTUAL-DISK",
        },
    }
    queues = MAPS.replace("|-|0|", "|-|1 queue_if_no_path|")
    assert multipathd.parse_maps(queues)["35000c50000000002"]["queueing"] == "on"


def test_paths_of_no_lun_are_left_out():
    assert multipathd.parse_paths(PATHS) == {WWID: {"sda": "ok", "sdb": "failed faulty"}}


@pytest.mark.parametrize("text", ["", "no paths\n", "timeout\n", "a|b\n", "error -1 receiving\n"])
def test_what_is_no_table_is_empty(text):
    assert multipathd.parse_maps(text) == multipathd.parse_paths(text) == {}


def test_the_polling_interval():
    assert multipathd.polling_interval(CONFIG) == 5
    quoted = CONFIG.replace(" 5\n", ' "15"\n')
    assert multipathd.polling_interval(quoted) == 15
    assert multipathd.polling_interval("") is None


@pytest.mark.parametrize(
    ("queueing", "interval", "seconds"),
    [
        ("12 chk", 5, 60),
        ("12 chk", None, None),
        ("40 sec", None, 40),
        ("off", 5, 0),
        ("on", 5, math.inf),
        ("rubbish", 5, None),
        ("-3 chk", 5, None),
    ],
)
def test_how_long_io_waits(queueing, interval, seconds):
    assert multipathd.seconds_without_path(queueing, interval) == seconds


def test_what_a_file_says_of_each_map():
    text = """multipaths {
    multipath {
        wwid "3600"
        alias "a"
        no_path_retry 6
    }
    multipath {
        wwid 3601
        no_path_retry "fail"
    }
    multipath {
        wwid 3602
    }
}
"""
    assert multipathd.retries_of(text) == {"3600": "6", "3601": "fail"}


@pytest.mark.parametrize(
    ("queueing", "retries", "right"),
    [("6 chk", "6", True), ("6 chk", "5", False), ("off", "fail", True), ("on", "6", False)],
)
def test_whether_a_map_does_what_the_file_says(queueing, retries, right):
    assert multipathd.is_queueing(queueing, retries) is right
