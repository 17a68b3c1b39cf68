"""Holds are files, and the next boot is read from what is installed."""

import os
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib.kernel import MODULES
from support.devices import mounted_tmpfs
from support.images import run

NONE = {"cluster": None, "luns": {}}
HOLD, HOLDS = Path("/etc/ocfs2/hold"), Path("/etc/ocfs2/hold.d")
ALL = [f"kernel/fs/ocfs2/{module}.ko" for module in MODULES]
SYSCTL = "/etc/sysctl.d/60-ocfs2.conf"


@pytest.fixture
def present(sandbox, modules):
    assert modules["ocfs2_hold.present"]() == NONE
    yield modules["ocfs2_hold.present"]
    for path in (HOLD, *HOLDS.glob("*")):
        path.unlink(missing_ok=True)


def test_a_hold_stays_until_it_is_released(modules, present):
    assert modules["ocfs2_hold.put"]("a retune") is True
    assert modules["ocfs2_hold.put"]("an fsck", "primary") is True
    assert present() == {"cluster": "a retune", "luns": {"primary": "an fsck"}}
    assert HOLD.read_text() == "a retune\n"
    assert (HOLDS / "primary").read_text() == "an fsck\n"
    assert modules["ocfs2_hold.release"]() is True
    assert present() == {"cluster": None, "luns": {"primary": "an fsck"}}
    assert modules["ocfs2_hold.release"](lun="primary") is True
    assert present() == NONE


def test_repetitions_are_fine(modules, present):
    for reason in ("one", "two"):
        assert modules["ocfs2_hold.put"](reason, "primary") is True
    assert present()["luns"] == {"primary": "two"}
    for _ in range(2):
        assert modules["ocfs2_hold.release"]("primary") is True
    assert present() == NONE


def test_a_hold_that_is_just_being_written_does_not_count(modules, present):
    HOLDS.mkdir(parents=True, exist_ok=True)
    (HOLDS / ".primary.x1").write_text("half")
    assert present() == NONE
    (HOLDS / ".primary.x1").unlink()


@pytest.fixture
def boot(sandbox):
    """An empty /boot and /lib/modules; a container lacks the latter, and may keep the directory."""
    if any(os.path.islink(link) for link in ("/vmlinuz", "/boot/vmlinuz")):
        pytest.skip("this host has links to its kernels")
    modules = Path(os.path.realpath("/lib/modules"))
    modules.mkdir(exist_ok=True)
    with mounted_tmpfs(Path("/boot")), mounted_tmpfs(modules):
        yield Path("/boot")


def install(boot, release, *modules):
    """A kernel with modules that modprobe finds, built into it."""
    (boot / f"vmlinuz-{release}").touch()
    directory = Path("/lib/modules", release)
    directory.mkdir()
    (directory / "modules.builtin").write_text("".join(f"{each}\n" for each in modules))
    (directory / "modules.order").touch()
    run("depmod", release)


def test_the_newest_kernel_is_what_the_next_boot_may_start(modules, boot):
    install(boot, "6.1.0-9-amd64")
    install(boot, "6.1.0-18-amd64", *ALL)
    (boot / "config-6.1.0-99-amd64").touch()
    assert modules["ocfs2_reboot.kernels"]() == {"6.1.0-18-amd64": []}


def test_so_is_the_one_that_a_link_leads_to(modules, boot):
    install(boot, "6.1.0-9-cloud-amd64", *ALL[:-1])
    install(boot, "6.1.0-18-amd64", *ALL)
    (boot / "vmlinuz").symlink_to("vmlinuz-6.1.0-9-cloud-amd64")
    assert modules["ocfs2_reboot.kernels"]() == {
        "6.1.0-18-amd64": [],
        "6.1.0-9-cloud-amd64": ["ocfs2_stack_o2cb"],
    }


def test_a_host_that_is_started_from_elsewhere_starts_what_runs(modules, boot):
    assert modules["ocfs2_reboot.kernels"]() == {os.uname().release: [*MODULES]}


def test_without_modprobe_no_kernel_is_known_to_have_the_modules(modules, monkeypatch):
    monkeypatch.setattr("salt.utils.path.which", lambda tool: None)
    (missing,) = set(map(tuple, modules["ocfs2_reboot.kernels"]().values()))
    assert missing == MODULES


@pytest.mark.usefixtures("kernel")
def test_a_node_whose_next_boot_lacks_the_modules_is_refused(states_test, config, boot):
    install(boot, "6.1.0-18-amd64", *ALL)
    assert states_test["ocfs2.kernel"](SYSCTL, config)["result"] is not False
    install(boot, "6.1.0-19-cloud-amd64")
    ret = states_test["ocfs2.kernel"](SYSCTL, config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert ret["comment"] == (
        "The next boot may start kernel 6.1.0-19-cloud-amd64, which lacks ocfs2, ocfs2_dlmfs, "
        "ocfs2_stack_o2cb. Fix: install and boot the distribution's full kernel "
        "(linux-image-amd64), not a cloud one."
    )


def test_a_boot_has_an_id_of_its_own(modules):
    found = modules["ocfs2_reboot.boot_id"]()
    assert found == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def test_an_order_for_another_boot_restarts_nothing(modules):
    with pytest.raises(CommandExecutionError, match="has restarted since boot 0000"):
        modules["ocfs2_reboot.now"]("0000")
