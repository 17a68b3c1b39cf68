import dataclasses

import pytest

import ocfs2_order
import ocfs2_volume

from . import answers

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
}
VOLUME = ocfs2_volume.Volume(
    uuid=answers.UUID,
    label="primary",
    slots=5,
    size=1 << 40,
    block_size=4096,
    cluster_size=4096,
    stack="o2cb",
    cluster="ocfs2",
    global_heartbeat=False,
)


def order(**changes):
    return ocfs2_order.FormatOrder(**{**ORDER, **changes})


def test_the_arguments_of_mkfs():
    assert order().arguments() == [
        *("-U", answers.UUID, "-L", "primary", "-N", "5", "-T", "vmstore"),
        *("--cluster-stack=o2cb", "--cluster-name=ocfs2"),
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
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
    with pytest.raises(ValueError, match=name):
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
    ],
)
def test_the_leader_refuses_what_it_sees_itself(changes, guard):
    (refusal,) = order().refusals("host0.example.com", answers.lun(PILLAR, **changes))
    assert (refusal.guard, refusal.node) == (guard, "host0.example.com")


def test_the_ordered_volume_reads_back():
    assert order().differences(VOLUME) == []


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
    (difference,) = order().differences(dataclasses.replace(VOLUME, **{name: value}))
    assert difference.startswith(f"{name} is {value!r}, ordered was ")


def test_no_volume_does_not_read_back():
    assert order().differences(None) == ["no OCFS2 superblock"]
