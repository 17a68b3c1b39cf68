"""A mount point that nothing is mounted on: nobody can write to it."""

import subprocess

import pytest
from salt.exceptions import CommandExecutionError

from support.mount_points import immutable
from support.mount_points import mounted
from support.mount_points import refuses_writes


def test_a_mount_that_did_not_happen_is_an_error(modules, point):
    with pytest.raises(CommandExecutionError, match=f"{point} is not mounted"):
        modules["ocfs2_mount.mount"](str(point))
    assert immutable(point)
    assert refuses_writes(point)


def test_root_can_not_write_to_a_protected_mount_point(modules, point):
    assert modules["ocfs2_mountpoint.protected"](str(point)) is None
    assert modules["ocfs2_mountpoint.protect"](str(point)) is True
    assert (immutable(point), refuses_writes(point)) == (True, True)
    assert modules["ocfs2_mountpoint.protected"](str(point)) is True
    assert modules["ocfs2_mountpoint.protect"](str(point)) is True
    with mounted(point):
        (point / "disk.qcow2").touch()
    assert refuses_writes(point)


@pytest.mark.parametrize("function", ["ocfs2_mount.mount", "ocfs2_mountpoint.protect"])
def test_a_directory_that_holds_files_is_refused_and_left_alone(modules, point, function):
    point.mkdir(parents=True)
    for number in range(7):
        (point / f"disk{number}\n").touch()
    with pytest.raises(CommandExecutionError) as caught:
        modules[function](str(point))
    said = str(caught.value)
    assert (
        f"{point} holds 'disk0\\n', 'disk1\\n', 'disk2\\n', 'disk3\\n', 'disk4\\n', 2 more" in said
    )
    assert said.endswith("Fix: move it away.")
    assert (immutable(point), len(list(point.iterdir()))) == (False, 7)
    assert modules["ocfs2_mountpoint.protected"](str(point)) is False
    assert modules["ocfs2_mountpoint.hidden"](str(point)) == said


def test_files_in_a_protected_directory_are_refused_with_the_way_to_get_at_them(modules, point):
    point.mkdir(parents=True)
    (point / "disk").touch()
    subprocess.run(["chattr", "+i", str(point)], check=True)
    with pytest.raises(CommandExecutionError, match=f"chattr -i {point}, then move it away"):
        modules["ocfs2_mount.mount"](str(point))
    assert immutable(point)


def test_what_lies_under_a_mount_is_not_guessed(modules, point):
    point.mkdir(parents=True)
    with mounted(point):
        assert modules["ocfs2_mountpoint.protected"](str(point)) is None
        for function in ("ocfs2_mount.mount", "ocfs2_mountpoint.protect"):
            with pytest.raises(CommandExecutionError, match=f"{point} is taken by tmpfs"):
                modules[function](str(point))
    assert not immutable(point)


def test_a_filesystem_that_can_not_protect_is_named(modules, point):
    point.mkdir(parents=True)
    with mounted(point, "ramfs"):
        below = point / "below"
        with pytest.raises(CommandExecutionError, match=f"{below} cannot be made immutable: "):
            modules["ocfs2_mount.mount"](str(below))
        assert modules["ocfs2_mountpoint.protected"](str(below)) is None


def test_a_file_in_the_place_of_a_mount_point_is_named(modules, point):
    point.parent.mkdir()
    point.touch()
    with pytest.raises(CommandExecutionError, match=f"{point} cannot be made"):
        modules["ocfs2_mountpoint.protect"](str(point))


def test_unmounted_protects_the_mount_point(states, states_test, config, described):
    fine = states["ocfs2.unmounted"](name="primary", config=config)
    assert (fine["result"], fine["changes"], described.exists()) == (True, {}, False)
    described.mkdir()
    dry = states_test["ocfs2.unmounted"](name="primary", config=config)
    assert (dry["result"], immutable(described)) == (None, False)
    wet = states["ocfs2.unmounted"](name="primary", config=config)
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    assert wet["changes"] == {"protected": {"old": False, "new": True}}
    assert f"chattr -i {described}" in wet["comment"]
    assert immutable(described)
    again = states["ocfs2.unmounted"](name="primary", config=config)
    assert (again["result"], again["changes"]) == (True, {})


def test_unmounted_refuses_files_in_the_mount_point(states, config, described):
    described.mkdir()
    (described / "disk").touch()
    ret = states["ocfs2.unmounted"](name="primary", config=config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert f"{described} holds 'disk'" in ret["comment"]


def test_the_path_of_a_lun_for_other_nodes_is_any_directory_here(
    modules, states, described, config
):
    config["luns"]["primary"]["nodes"] = ["host2.domain.com"]
    described.mkdir()
    (described / "of somebody").touch()
    ret = states["ocfs2.unmounted"](name="primary", config=config)
    assert (ret["result"], ret["changes"]) == (True, {})
    assert modules["ocfs2_mountpoint.protected"](str(described)) is False
