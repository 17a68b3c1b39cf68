"""The volume of pillar.example is mounted, and comes back after a restart."""

import pytest


@pytest.fixture(scope="module")
def lun(section):
    return section["luns"]["primary"]


def test_the_volume_is_mounted(host, lun):
    mount = host.mount_point(lun["mount"]["path"])
    assert (mount.exists, mount.filesystem) == (True, "ocfs2")
    assert set(lun["mount"]["options"]) <= set(mount.options)


def test_it_is_the_volume_that_was_described(host, lun):
    device = host.check_output(f"findmnt -n -o SOURCE {lun['mount']['path']}")
    assert host.check_output(f"blkid -o value -s LABEL {device}") == lun["label"]


def test_it_takes_files(host, lun):
    file = f"{lun['mount']['path']}/kitchen"
    assert host.check_output(f"echo written > {file} && sync && cat {file} && rm {file}") == (
        "written"
    )


def test_it_is_in_fstab(host, lun):
    fields = [line.split() for line in host.file("/etc/fstab").content_string.splitlines()]
    found = [line for line in fields if line[1:3] == [lun["mount"]["path"], "ocfs2"]]
    assert len(found) == 1
    assert "_netdev" in found[0][3].split(",")


def test_the_second_run_sees_it_mounted(second_run):
    assert second_run["ocfs2-mount-primary"]["result"] is True
