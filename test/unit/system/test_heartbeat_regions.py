"""What the kernel shows of the heartbeat of a volume, in directories like its own."""

import pytest

from ocfs2lib import kernel
from ocfs2lib.system import heartbeat_regions

UUID = "458E997A48634B3DAB36F01667EBB761"


@pytest.fixture
def debug(tmp_path, monkeypatch):
    """The directory of debugfs, with one region in it."""
    monkeypatch.setattr(kernel, "DEBUG", str(tmp_path))
    region = tmp_path / "o2hb" / UUID
    region.mkdir(parents=True)
    (region / "livenodes").write_text("0 2\n")
    (region / "elapsed_time_in_ms").write_text("1404\n")
    return region


def test_the_pulse_of_a_volume(debug):
    assert heartbeat_regions.pulse(UUID) == {"beating": [0, 2], "late_ms": 1404}


@pytest.mark.parametrize("text", ["", "never\n", "-1\n"])
def test_what_the_kernel_does_not_say_is_not_known(debug, text):
    (debug / "elapsed_time_in_ms").write_text(text)
    assert heartbeat_regions.pulse(UUID)["late_ms"] is None


def test_a_volume_without_a_region_has_no_pulse(debug):
    assert heartbeat_regions.pulse("0" * 32) == {"beating": [], "late_ms": None}


def test_a_volume_that_is_not_mounted_has_no_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel, "CLUSTERS", str(tmp_path))
    (tmp_path / "ocfs2" / "heartbeat").mkdir(parents=True)
    assert heartbeat_regions.of_cluster("ocfs2") == []
    assert heartbeat_regions.disk(UUID) is None
