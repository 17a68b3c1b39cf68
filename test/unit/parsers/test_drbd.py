"""What drbdsetup prints of DRBD 8.4 and 9, and what it means for two primaries."""

import pytest

from ocfs2lib.parsers import drbd
from support.drbd_outputs import GOOD_9
from support.drbd_outputs import GOOD_84
from support.drbd_outputs import SHOW_84


def troubles(text, minor=0):
    return drbd.volumes(text)[minor].troubles


@pytest.mark.parametrize("text", [GOOD_84, GOOD_9])
def test_both_sides_may_write(text):
    found = drbd.volumes(text)[0]
    assert (found.resource, found.volume, found.troubles) == ("r0", 0, ())


def test_a_minor_leads_to_its_resource_and_volume():
    found = drbd.volumes(GOOD_84)
    assert {minor: (each.resource, each.volume) for minor, each in found.items()} == {
        0: ("r0", 0),
        5: ("r0", 1),
        1: ("other", 0),
    }


@pytest.mark.parametrize(
    ("old", "new", "trouble"),
    [
        ("role:Primary suspended:no", "role:Secondary suspended:no", "DRBD r0/0 is Secondary here"),
        (
            "minor:0 disk:UpToDate",
            "minor:0 disk:Outdated",
            "disk of DRBD r0/0 is Outdated here",
        ),
        ("suspended:no", "suspended:fencing", "keeps I/O waiting here (suspended: fencing)"),
        (
            "Connected role:Primary",
            "Connected role:Secondary",
            "peer of DRBD r0/0 is Secondary",
        ),
        ("peer-disk:UpToDate", "peer-disk:Outdated", "its peer of DRBD r0/0 is Outdated"),
        (
            "replication:Established peer-disk:UpToDate",
            "replication:SyncSource peer-disk:Inconsistent",
            "its peer of DRBD r0/0 is Inconsistent (SyncSource)",
        ),
        (
            "connection:Connected role:Primary",
            "connection:Connecting role:Unknown",
            "DRBD r0/0 is not connected to its peer (Connecting)",
        ),
        (
            "connection:Connected role:Primary",
            "connection:StandAlone role:Unknown",
            "DRBD r0/0 is StandAlone, as after a split brain",
        ),
    ],
)
def test_each_side_that_is_not_ready_is_named(old, new, trouble):
    assert old in GOOD_84
    (found,) = troubles(GOOD_84.replace(old, new, 1))
    assert trouble in found


@pytest.mark.parametrize("name", ["resource", "connection", "peer-device"])
def test_what_is_not_said_is_not_taken_for_good(name):
    text = "".join(
        line for line in GOOD_84.splitlines(True) if not line.startswith(f"exists {name} name:r0")
    )
    assert troubles(text)


def test_one_of_two_peers_is_named():
    (found,) = troubles(
        GOOD_9.replace(
            "host3 volume:0 replication:Established peer-disk:UpToDate",
            "host3 volume:0 replication:Off peer-disk:DUnknown",
        )
    )
    assert found == "its peer host3 of DRBD r0/0 is DUnknown (Off)"


@pytest.mark.parametrize("text", ["", "exists -\n", "exists\n", "exists device\n", "garbage"])
def test_without_a_device_there_is_none(text):
    assert drbd.volumes(text) == {}


def test_the_settings_of_each_resource():
    assert drbd.settings(SHOW_84) == {
        "r0": {
            "protocol": ["C"],
            "allow_two_primaries": ["yes"],
            "fencing": ["dont-care", "resource-and-stonith"],
        },
        "other": {"protocol": ["A"], "allow_two_primaries": ["no"], "fencing": []},
    }
    assert drbd.settings("") == {}
