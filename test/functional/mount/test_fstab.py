"""The line of a LUN in /etc/fstab, and the mount table."""

from support.mount_points import FSTAB

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
