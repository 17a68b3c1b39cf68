"""The one file of multipath that the formula writes."""

import pytest

from ocfs2lib.parsers import multipathd
from ocfs2lib.pillar import check
from ocfs2lib.san import multipath_conf
from support import pillars

WWID = "3600a0b8000123456000abcd012345678"


class LunOfPillar:
    def __init__(self, device, wwid=WWID):
        self.device, self.wwid = device, wwid


@pytest.mark.parametrize(
    ("device", "alias"),
    [
        ("/dev/mapper/primary", "primary"),
        (f"/dev/mapper/{WWID}", None),
        (f"/dev/disk/by-id/dm-uuid-mpath-{WWID}", None),
        (f"/dev/disk/by-id/wwn-0x{WWID[1:]}", None),
    ],
)
def test_a_map_is_called_as_the_device_is(device, alias):
    assert multipath_conf.maps([LunOfPillar(device)]) == {WWID: alias}


@pytest.mark.parametrize("wwid", ["eui.0025", "uuid.12", "nvme.1", "virtio-a", "drbd-r0-0"])
def test_what_is_never_a_map(wwid):
    assert multipath_conf.maps([LunOfPillar("/dev/x", wwid)]) == {}


@pytest.mark.parametrize("name", ["primary-part1", "data1p1"])
def test_a_partition_needs_the_map_of_the_whole_lun(name):
    partition = f"{WWID}-partuuid-458e997a-4863-4b3d-ab36-f01667ebb761"
    whole = name.rpartition("p1")[0] if name.endswith("p1") else "primary"
    assert multipath_conf.maps([LunOfPillar(f"/dev/mapper/{name}", partition)]) == {WWID: whole}


def test_the_file_shows_its_arithmetic():
    desired = check.parse(pillars.pillar())
    text = multipath_conf.render(desired.luns, 5, 31)
    assert "18 s + 6 x 5 s + 1 s = 49 s" in text
    assert "(31 - 1) x 2 s = 60 s" in text
    assert multipathd.retries_of(text) == {lun.wwid: "6" for lun in desired.luns}
    assert '        alias "primary"\n' in text


def test_a_short_threshold_leaves_no_time_for_a_check():
    text = multipath_conf.render(check.parse(pillars.pillar()).luns, 5, 7)
    assert set(multipathd.retries_of(text).values()) == {"fail"}
    assert "no check of 5 s fits" in text
