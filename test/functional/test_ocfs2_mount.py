"""/etc/fstab and the mount table, with Salt's own mount module; the kernel has no OCFS2 here."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib.node import service_dropins
from ocfs2lib.pillar import check
from ocfs2lib.system import systemd

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


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=False)


@contextlib.contextmanager
def mounted(path, fstype="tmpfs"):
    """A filesystem on a directory, which is unmounted if the test has not done that."""
    subprocess.run(["mount", "-t", fstype, fstype, str(path)], check=True)
    try:
        yield
    finally:
        run("umount", str(path))


@pytest.fixture
def place(tmp_path):
    """A directory on the host's own filesystem; what is immutable in it can be removed after."""
    if run("chattr", "+i", str(tmp_path)).returncode:
        pytest.skip(f"the filesystem of {tmp_path} knows no chattr +i")
    run("chattr", "-i", str(tmp_path))
    yield tmp_path
    run("chattr", "-R", "-i", str(tmp_path))


@pytest.fixture
def point(place):
    """A mount point that does not exist yet."""
    return place / "san" / "primary"


@pytest.fixture
def described(place, config):
    """The mount point of the pillar, where a pillar may have it."""
    subprocess.run(["mount", "--bind", str(place), "/mnt"], check=True)
    config["luns"]["primary"]["mount"]["path"] = "/mnt/primary"
    yield Path("/mnt/primary")
    subprocess.run(["umount", "/mnt"], check=True)


def immutable(path):
    return "i" in run("lsattr", "-d", str(path)).stdout.split()[0]


def refuses_writes(path):
    with pytest.raises(PermissionError):
        (path / "disk.qcow2").touch()
    return not list(path.iterdir())


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


def test_an_unmounted_mount_point_is_protected(modules, point):
    point.mkdir(parents=True)
    with mounted(point):
        assert modules["ocfs2_mount.unmount"](str(point)) is True
        assert (os.path.ismount(point), immutable(point)) == (False, True)
    assert refuses_writes(point)


@contextlib.contextmanager
def looked_at(path, monkeypatch, directory):
    """Have a process look at a path until somebody has tried to unmount it."""
    look = "import os, sys; os.open(sys.argv[1], os.O_PATH); print(flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", look, str(path)], **pipes) as process:
        process.stdout.readline()
        umount = directory / "umount"
        end = f"kill {process.pid} && while kill -0 {process.pid}; do :; done"
        umount.write_text(f'#!/bin/sh\n{shutil.which("umount")} "$@"\nrc=$?\n{end}\nexit $rc\n')
        umount.chmod(0o755)
        monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
        reaper = threading.Thread(target=process.wait)
        reaper.start()
        yield
        reaper.join()


def test_who_only_looked_at_it_does_not_keep_it_mounted(modules, point, monkeypatch, tmp_path):
    point.mkdir(parents=True)
    with mounted(point), looked_at(point, monkeypatch, tmp_path):
        assert modules["ocfs2_mount.unmount"](str(point)) is True
        assert not os.path.ismount(point)


def test_files_that_a_mount_has_hidden_are_told_after_the_unmount(modules, point):
    point.mkdir(parents=True)
    (point / "disk").touch()
    with mounted(point):
        with pytest.raises(CommandExecutionError, match=f"{point} was unmounted. {point} holds"):
            modules["ocfs2_mount.unmount"](str(point))
        assert not os.path.ismount(point)


def test_unmounting_what_does_not_exist_makes_nothing(modules, point):
    assert modules["ocfs2_mount.unmount"](str(point)) is True
    assert not point.exists()


def test_release_names_who_holds_the_mount(modules, point):
    point.mkdir(parents=True)
    with mounted(point):
        with (
            (point / "open").open("w"),
            pytest.raises(CommandExecutionError, match=rf"{point} is in use by .*{os.getpid()}"),
        ):
            modules["ocfs2_mount.release"](str(point), ["libvirtd.service"])
        assert os.path.ismount(point)
        assert modules["ocfs2_mount.release"](str(point), ["libvirtd.service"]) is True
    assert immutable(point)


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


# Services that are bound to a mount; what systemd makes of it is in test_ocfs2_services.py.


DROP_IN = Path(service_dropins.DROP_INS.replace("*", "libvirtd.service"))
STALE = Path(service_dropins.DROP_INS.replace("*", "gone.service"))


@pytest.fixture
def bound(config):
    """The pillar, with a service for the LUN."""
    config["luns"]["primary"]["mount"]["services"] = ["libvirtd.service"]
    yield config
    for path in (DROP_IN, STALE):
        shutil.rmtree(path.parent, ignore_errors=True)


def test_services_get_drop_ins_and_lose_them(states, states_test, bound):
    STALE.parent.mkdir(parents=True)
    STALE.write_text("# of a service that is no longer named")
    other = STALE.with_name("other.conf")
    other.touch()
    dry = states_test["ocfs2.services"](name="services", config=bound)
    assert (dry["result"], DROP_IN.exists(), STALE.exists()) == (None, False, True)
    wet = states["ocfs2.services"](name="services", config=bound)
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    assert set(wet["changes"]) == {str(DROP_IN), str(STALE)}
    assert DROP_IN.read_text() == service_dropins.files(check.parse(bound))[str(DROP_IN)]
    assert (STALE.exists(), other.exists()) == (False, True)
    again = states["ocfs2.services"](name="services", config=bound)
    assert (again["result"], again["changes"]) == (True, {})
    bound["luns"]["primary"]["mount"]["services"] = []
    assert states["ocfs2.services"](name="services", config=bound)["result"] is True
    assert not DROP_IN.exists()


def test_services_that_can_not_be_written_are_named(states, bound):
    DROP_IN.parent.parent.mkdir(parents=True, exist_ok=True)
    DROP_IN.parent.touch()
    ret = states["ocfs2.services"](name="services", config=bound)
    DROP_IN.parent.unlink()
    assert (ret["result"], ret["changes"]) == (False, {})
    assert str(DROP_IN) in ret["comment"]


def test_services_refuse_an_invalid_pillar(states, bound):
    bound["luns"]["primary"]["mount"]["services"] = ["libvirtd"]
    ret = states["ocfs2.services"](name="services", config=bound)
    assert ret["result"] is False
    assert "ocfs2:luns:primary:mount:services:0" in ret["comment"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_finds_no_fault_with_a_drop_in(states, bound):
    bound["luns"]["primary"]["mount"]["path"] = "/san/a-b+c@d"
    unit = DROP_IN.parent.with_suffix("")
    unit.write_text("[Service]\nExecStart=/bin/true\n")
    assert states["ocfs2.services"](name="services", config=bound)["result"] is True
    verdict = run("systemd-analyze", "--man=no", "verify", str(unit))
    # It has read the drop-in: the mount that the service now needs is in no fstab here.
    assert (verdict.returncode, verdict.stderr.count("\n")) == (1, 1), verdict.stderr
    assert r"Unit san-a\x2db\x2bc\x40d.mount not found" in verdict.stderr
    (unit.parent / r"san-a\x2db\x2bc\x40d.mount").write_text(
        "[Mount]\nWhat=/dev/mapper/primary\nWhere=/san/a-b+c@d\n"
    )
    verdict = run("systemd-analyze", "--man=no", "verify", str(unit))
    (unit.parent / r"san-a\x2db\x2bc\x40d.mount").unlink()
    unit.unlink()
    assert (verdict.returncode, verdict.stderr) == (0, "")


def test_nobody_is_started_where_systemd_does_not_run(modules):
    if systemd.booted():
        pytest.skip("systemd runs here")
    assert systemd.active("libvirtd.service") is False
    assert modules["ocfs2_mount.start"]({"libvirtd.service": ["/"]}) == []


# Emptying a node.


@pytest.fixture
def command(tmp_path):
    """A function that makes an executable script and returns its path."""

    def written(text):
        path = tmp_path / "drain"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    return written


def test_a_drain_that_ends_well(modules, command, tmp_path):
    assert modules["ocfs2_drain.run"](command(f'echo "$#" >{tmp_path}/arguments'), 60) is True
    assert (tmp_path / "arguments").read_text() == "0\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo two guests are left; exit 3", r"failed \(exit code 3\): two guests are left"),
        ("echo no host takes them >&2; exit 1", r"failed \(exit code 1\): no host takes them"),
        ("exec sleep 60", "Timed out after 1 seconds"),
    ],
)
def test_a_drain_that_fails_is_quoted(modules, command, text, said):
    with pytest.raises(CommandExecutionError, match=f"This node is not drained: .*{said}"):
        modules["ocfs2_drain.run"](command(text), 1)


def test_a_drain_that_is_not_there_is_named(modules, tmp_path):
    with pytest.raises(CommandExecutionError, match=f"{tmp_path}/none"):
        modules["ocfs2_drain.run"](f"{tmp_path}/none", 1)


def test_the_users_of_a_path_are_named(modules, tmp_path):
    with (tmp_path / "open").open("w"):
        (user,) = modules["ocfs2_users.of"](str(tmp_path))
    assert user.endswith(f"(pid {os.getpid()})")
    assert modules["ocfs2_users.of"](str(tmp_path)) == []
