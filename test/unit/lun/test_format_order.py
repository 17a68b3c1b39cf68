import pytest

from ocfs2lib.errors import ArgumentInvalid
from ocfs2lib.lun import format_order
from support import answers

PILLAR = answers.desired()
ORDER = {
    "device": "/dev/mapper/primary",
    "wwid": PILLAR.luns[0].wwid,
    "size": PILLAR.luns[0].size,
    "uuid": answers.UUID,
    "label": "primary",
    "slots": 5,
    "cluster": "ocfs2",
    "fs_type": "vmstore",
    "leader": "host0.example.com",
}


def order(**changes):
    return format_order.FormatOrder(**{**ORDER, **changes})


def test_the_arguments_of_mkfs():
    assert order().arguments() == [
        *("-U", answers.UUID, "-L", "primary", "-N", "5", "-T", "vmstore", "-J", "block64"),
        *("--cluster-stack=o2cb", "--cluster-name=ocfs2"),
    ]


CHOSEN = {
    "block_size": 2048,
    "cluster_size": 1 << 16,
    "journal_size": 1 << 25,
    "features": ["usrquota", "noinline-data"],
}


def test_the_arguments_of_mkfs_for_what_is_chosen():
    arguments = order(**CHOSEN).arguments()
    assert arguments[8:-2] == [
        *("-J", "size=33554432,block64", "-b", "2048", "-C", "65536"),
        "--fs-features=usrquota,noinline-data",
    ]
    assert arguments[-2:] == order().arguments()[-2:]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("block_size", 8192),
        ("block_size", "4096"),
        ("block_size", 4096.0),
        ("cluster_size", 2048),
        ("cluster_size", 1 << 21),
        ("cluster_size", True),
        ("journal_size", (4 << 20) - 512),
        ("journal_size", 4 << 30),
        ("journal_size", (4 << 20) + 1),
        ("features", "usrquota"),
        ("features", ["local"]),
        ("features", [["usrquota"]]),
        ("features", None),
        ("device", "/dev/sda"),
        ("device", "/dev/mapper/../sda"),
        ("device", "/dev/mapper/-F"),
        ("device", "/dev/mapper/a\n"),
        ("device", None),
        ("wwid", ""),
        ("wwid", "-F"),
        ("uuid", answers.UUID.lower()),
        ("uuid", answers.UUID[:-1]),
        ("label", ""),
        ("label", "-F"),
        ("label", "two words"),
        ("label", "x" * 64),
        ("slots", 0),
        ("slots", 256),
        ("slots", "5"),
        ("slots", True),
        ("size", 0),
        ("size", 1.5),
        ("cluster", "x" * 17),
        ("cluster", "web-1"),
        ("fs_type", "datafiles --force"),
    ],
)
def test_no_order_that_pillar_could_not_give(name, value):
    with pytest.raises(ArgumentInvalid, match=name):
        order(**{name: value})


def test_a_blank_lun_is_not_refused():
    assert order().refusals("host0.example.com", answers.lun(PILLAR)) == []


@pytest.mark.parametrize(
    ("changes", "guard"),
    [
        ({"wwid": "3other"}, "G1"),
        ({"size": 1}, "G1"),
        ({"unreadable": "Input/output error"}, "G2"),
        ({"written": [0]}, "G3"),
        ({"written": None}, "G3"),
        ({"volume": answers.volume(PILLAR)}, "G3"),
        ({"busy": True}, "G7"),
        ({"read_only": True}, "G7"),
        ({"sector_size": 8192}, "G1"),
    ],
)
def test_the_leader_refuses_what_it_sees_itself(changes, guard):
    (refusal,) = order().refusals("host0.example.com", answers.lun(PILLAR, **changes))
    assert (refusal.guard, refusal.node) == (guard, "host0.example.com")


def made(**changes):
    """The ordered volume, whole; ``changes`` are the volume's."""
    volume = answers.volume(PILLAR, label="primary", slots=5, **changes)
    return answers.lun(PILLAR, volume=volume)


def test_the_ordered_volume_reads_back():
    assert order().is_complete(made())
    assert order().differences(made()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("uuid", "0" * 32),
        ("label", "other"),
        ("slots", 4),
        ("stack", "pcmk"),
        ("cluster", "web"),
        ("global_heartbeat", True),
    ],
)
def test_another_volume_does_not_read_back(name, value):
    facts = made()
    facts["volume"][name] = value
    (difference,) = order().differences(facts)
    assert difference.startswith(f"{name} is {value!r}, ordered was ")


def made_as_chosen(journals, **changes):
    features = ["sparse", "usrquota"]
    volume = {"block_size": 2048, "cluster_size": 1 << 16, "features": features, **changes}
    return {**made(**volume), "journals": journals}


def test_what_was_chosen_reads_back():
    assert order(**CHOSEN).differences(made_as_chosen([1 << 25] * 5)) == []
    # Rounded up to whole clusters.
    larger = {**CHOSEN, "journal_size": (1 << 25) - 512}
    assert order(**larger).differences(made_as_chosen([1 << 25] * 5)) == []


@pytest.mark.parametrize(
    ("changes", "journals", "words"),
    [
        ({"block_size": 4096}, [1 << 25], "block_size is 4096, ordered was 2048"),
        ({"cluster_size": 1 << 15}, [1 << 25], "cluster_size is 32768, ordered was 65536"),
        ({"features": []}, [1 << 25], "not as ordered in usrquota"),
        ({"features": ["usrquota", "inline-data"]}, [1 << 25], "in noinline-data"),
        ({}, [1 << 25, 1 << 24], "the journals have [33554432, 16777216] bytes"),
        ({}, [], "the journals have [] bytes"),
        ({}, None, "the journals have None bytes"),
    ],
)
def test_what_was_chosen_and_is_not_there_does_not_read_back(changes, journals, words):
    (difference,) = order(**CHOSEN).differences(made_as_chosen(journals, **changes))
    assert words in difference


@pytest.mark.parametrize("half_made", [True, None])
def test_a_volume_that_is_not_known_to_be_whole_does_not_read_back(half_made):
    facts = {**made(), "half_made": half_made}
    assert not order().is_complete(facts)
    assert "reached its end is not proven" in order().differences(facts)[0]


def test_no_volume_does_not_read_back():
    assert order().differences(answers.lun(PILLAR)) == ["no OCFS2 superblock"]


def test_what_can_not_be_read_does_not_read_back():
    facts = answers.lun(PILLAR, unreadable="Input/output error")
    assert order().differences(facts) == ["Input/output error"]


def left(**changes):
    """What a format of the ordered volume leaves when it is cut short."""
    return {**made(**changes), "half_made": True}


def test_what_a_format_left_is_formatted_over_only_at_the_masters_word():
    assert order(again=True).refusals("host0.example.com", left()) == []
    (refusal,) = order().refusals("host0.example.com", left())
    assert refusal.guard == "G3"


@pytest.mark.parametrize("half_made", [False, None])
def test_a_volume_that_may_be_whole_is_never_formatted_over(half_made):
    facts = {**left(), "half_made": half_made}
    (refusal,) = order(again=True).refusals("host0.example.com", facts)
    assert refusal.guard == "G3"


def test_what_another_format_left_is_not_formatted_over():
    (refusal,) = order(again=True).refusals("host0.example.com", left(uuid="0" * 32))
    assert refusal.guard == "G3"
