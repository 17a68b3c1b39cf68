"""/etc/fstab and the mount table, with Salt's own mount module; the kernel has no OCFS2 here."""

import os
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.usefixtures("sandbox"),
]

FSTAB = Path("/etc/fstab")
DEVICE, MOUNT = "/dev/mapper/primary", "/san/primary"
OPTIONS = ["_netdev", "heartbeat=local"]


@pytest.fixture(autouse=True)
def fstab():
    FSTAB.write_text("# kept\n/dev/vda / ext4 defaults 0 1\n")


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


def test_a_mount_that_did_not_happen_is_an_error(modules, tmp_path):
    with pytest.raises(CommandExecutionError, match=f"{tmp_path} is not mounted"):
        modules["ocfs2_mount.mount"](str(tmp_path))


def test_the_users_of_a_path_are_named(modules, tmp_path):
    with (tmp_path / "open").open("w"):
        (user,) = modules["ocfs2_mount.users"](str(tmp_path))
    assert user.endswith(f"(pid {os.getpid()})")
    assert modules["ocfs2_mount.users"](str(tmp_path)) == []
