"""The line of a LUN in /etc/fstab, and the mount table."""

import os
import subprocess

import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib.parsers import fstab_file
from support.mount_points import FSTAB

GENERATOR = "/usr/lib/systemd/system-generators/systemd-fstab-generator"
DEVICE, MOUNT = "/dev/mapper/primary", "/san/primary"
OPTIONS = ["_netdev", "heartbeat=local"]


def test_fstab_takes_a_line_and_gives_it_back(modules):
    before = FSTAB.read_text()
    assert modules["ocfs2_mount.fstab"](MOUNT) is None
    modules["ocfs2_mount.set_fstab"](MOUNT, DEVICE, OPTIONS)
    assert modules["ocfs2_mount.fstab"](MOUNT) == {
        "device": DEVICE,
        "fstype": "ocfs2",
        "options": OPTIONS,
    }
    modules["ocfs2_mount.rm_fstab"](MOUNT)
    assert FSTAB.read_text() == before


def test_a_line_that_is_not_there_is_no_error(modules):
    assert modules["ocfs2_mount.rm_fstab"](MOUNT) is True


def test_unmounted_takes_the_line_away(modules, states, states_test, config):
    modules["ocfs2_mount.set_fstab"](MOUNT, DEVICE, OPTIONS)
    dry = states_test["ocfs2.unmounted"](name="primary", config=config)
    assert (dry["result"], modules["ocfs2_mount.fstab"](MOUNT) is None) == (None, False)
    wet = states["ocfs2.unmounted"](name="primary", config=config)
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    assert modules["ocfs2_mount.fstab"](MOUNT) is None
    again = states["ocfs2.unmounted"](name="primary", config=config)
    assert (again["result"], again["changes"]) == (True, {})


def test_the_mount_table_is_the_kernels(modules):
    root = modules["ocfs2_mount.at"]("/")
    assert root["path"] == "/"
    assert root in modules["ocfs2_mount.mounts"]()
    assert modules["ocfs2_mount.mounts"]("ocfs2") == []


def test_systemd_agrees_on_what_is_mounted(modules, tmp_path):
    """The real systemd-fstab-generator reads the same lines."""
    FSTAB.write_text(
        "/dev/mapper/a /san/a ocfs2 _netdev 0 0 # SAN\n"
        "/dev/mapper/b /san/b/ ocfs2\n"
        "/dev/mapper/c //san//c ocfs2 _netdev,noatime\n"
        "/dev/mapper/c /san/d\\040e ocfs2 ro\n"
        "/dev/mapper/other /san/a ocfs2 _netdev\n"
    )
    subprocess.run([GENERATOR, tmp_path, tmp_path, tmp_path], check=False, capture_output=True)
    units = {
        unit["Where"]: (unit["What"], unit["Type"])
        for unit in map(settings, tmp_path.glob("*.mount"))
    }
    read = modules["ocfs2_mount.fstabs"]()
    assert units == {path: (each["device"], each["fstype"]) for path, each in read.items()}
    assert len(units) == 4


def settings(unit):
    lines = unit.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


@pytest.mark.parametrize(
    "line",
    [
        f"{DEVICE} {MOUNT} ocfs2 _netdev 0 0 # SAN",
        f"{DEVICE} {MOUNT}/ ocfs2 _netdev 0 0",
        f"{DEVICE} //san//primary ocfs2",
        f"/dev/sdb {MOUNT} ocfs2\n{DEVICE} {MOUNT} ocfs2",
        f"{DEVICE} {MOUNT} _netdev,nointr 0 0",
    ],
)
def test_there_is_one_line_after_the_write(modules, line):
    others = b"# caf\xe9\n\tproc  /proc proc\n"
    FSTAB.write_bytes(others + line.encode() + b"\n# the end")
    assert modules["ocfs2_mount.set_fstab"](MOUNT, DEVICE, OPTIONS) is True
    text = FSTAB.read_bytes()
    assert text.startswith(others)
    assert text.endswith(b"\n# the end")
    assert [each.path for each in fstab_file.lines(text.decode("latin-1"))] == ["/proc", MOUNT]
    modules["ocfs2_mount.rm_fstab"](MOUNT)
    assert FSTAB.read_bytes() == others + b"# the end"


def test_a_line_of_another_filesystem_is_not_touched(modules):
    before = f"UUID=1 {MOUNT} ext4 defaults 0 2\n"
    FSTAB.write_text(before)
    with pytest.raises(CommandExecutionError, match="mounts UUID=1"):
        modules["ocfs2_mount.set_fstab"](MOUNT, DEVICE, OPTIONS)
    modules["ocfs2_mount.rm_fstab"](MOUNT)
    assert FSTAB.read_text() == before


def test_owner_mode_and_attributes_stay(modules):
    os.chmod(FSTAB, 0o640)
    os.chown(FSTAB, 0, 6)
    modules["ocfs2_mount.set_fstab"](MOUNT, DEVICE, OPTIONS)
    found = FSTAB.stat()
    assert (found.st_mode & 0o777, found.st_gid) == (0o640, 6)
