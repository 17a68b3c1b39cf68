"""Services and their mounts under a systemd of its own, in namespaces beside those of the host."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from support.prefork import Prefork
from support.until import until

from .conftest import MINION
from .conftest import REPOSITORY

SYSTEMD = Path("/lib/systemd/systemd")
#: What salt-call imports once it runs.
IMPORTS = ("salt.cli.call", "salt.cli.caller", "salt.minion", "salt.state")
FIRST, SECOND, IDLE = "first.service", "second.service", "idle.service"

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(not SYSTEMD.exists(), reason="systemd is not installed"),
    pytest.mark.skipif(
        "cgroup2" not in Path("/proc/filesystems").read_text(), reason="needs cgroup2"
    ),
]

# A cgroup that its systemd takes for the root of all.
ENTER = """
mount --make-rprivate /
mount -t cgroup2 cgroup2 {root}/cgroup
mkdir {root}/cgroup/{name}
echo $$ >{root}/cgroup/{name}/cgroup.procs
exec unshare --mount --pid --cgroup --net --uts --ipc --fork sh -ec '{boot}'
"""
BOOT = """
mount -t proc proc /proc
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs /run
mount --bind {root}/etc /etc
mount --bind {root}/srv /srv
export container=test
exec {systemd} --system --unit=test.target --log-target=console
"""
LEAVE = """
mount --make-rprivate /
mount -t cgroup2 cgroup2 {root}/cgroup
find {root}/cgroup/{name} -depth -type d -exec rmdir {{}} +
"""
# What the formula asks of systemd.
START = """
import sys
_, library, unit = sys.argv
sys.path.insert(0, library)
from ocfs2lib.system import systemd
print(systemd.active(unit))
systemd.unit("start", unit)
"""
# It stands in the mount of the LUN, as a hypervisor does with the disks of its guests.
SERVICE = """
[Unit]
DefaultDependencies=no
[Service]
ExecStart=/bin/sh -c 'cd {path} && exec sleep 1000'
[Install]
WantedBy=multi-user.target
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A host that a systemd has booted: ``inside`` runs a command there, ``call`` a function of the
    formula."""
    root = tmp_path_factory.mktemp("host")
    words = {"root": root, "name": f"ocfs2-formula-{os.getpid()}", "systemd": SYSTEMD}
    for path in ("cgroup", "etc", "srv/first", "srv/second", "tree"):
        (root / path).mkdir(parents=True)
    _etc(root / "etc")
    boot = ENTER.format(boot=BOOT.format(**words), **words)
    with (root / "log").open("w") as log:
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-ec", boot], stdout=log, stderr=log
        )
    try:
        until(lambda: _init(process), f"systemd ({root / 'log'})")
        enter = ["nsenter", "--target", str(_init(process)), "--all"]
        with Prefork("salt.scripts:salt_call", IMPORTS, prefix=enter) as commands:
            yield _host(root, enter, commands)
    finally:
        # With the first process of their namespace all others end.
        os.kill(_init(process) or process.pid, signal.SIGKILL)
        process.wait(timeout=30)
        subprocess.run(["unshare", "--mount", "sh", "-ec", LEAVE.format(**words)], check=True)
        subprocess.run(["chattr", "-R", "-i", str(root / "srv")], check=False)


def _init(process):
    """The systemd that has come of a process, or None."""
    for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        # Until it runs, there are tools that come and go.
        with contextlib.suppress(FileNotFoundError):
            if Path(f"/proc/{pid}/comm").read_text() == "systemd\n":
                return int(pid)
    return None


def _etc(etc):
    subprocess.run(["cp", "-a", "/etc/.", str(etc)], check=True)
    subprocess.run(["rm", "-rf", str(etc / "systemd/system")], check=True)
    units = etc / "systemd/system"
    units.mkdir()
    (units / "test.target").write_text("[Unit]\nDefaultDependencies=no\n")
    for name, path in ((FIRST, "first"), (SECOND, "second"), (IDLE, "first")):
        (units / name).write_text(SERVICE.format(path=f"/srv/{path}"))
    (etc / "fstab").write_text("")


def _host(root, enter, commands):
    for kind in ("_modules", "_states", "_utils"):
        (root / "tree" / kind).symlink_to(REPOSITORY / kind)
    (root / "salt").mkdir()
    conf = {
        "id": MINION,
        "root_dir": str(root / "salt"),
        "file_client": "local",
        "file_roots": {"base": [str(root / "tree")]},
        "log_file": "log",
        "enable_fqdns_grains": False,
    }
    (root / "salt/minion").write_text(yaml.safe_dump(conf))

    def inside(*argv):
        return subprocess.run([*enter, *argv], capture_output=True, text=True, check=False)

    def call(function, *args):
        words = [json.dumps(arg) if not isinstance(arg, str) else arg for arg in args]
        argv = ["salt-call", "--local", f"--config-dir={root / 'salt'}", "--out=json"]
        done = commands.call([*argv, function, *words])
        return json.loads(done.stdout)["local"] if not done.returncode else done.stderr

    def state(service):
        return inside("systemctl", "is-active", service).stdout.strip()

    def main(service):
        return inside("systemctl", "show", "--property=MainPID", "--value", service).stdout.strip()

    booted = ("systemctl", "is-system-running")
    until(lambda: inside(*booted).stdout == "running\n", "the end of the boot")
    call("saltutil.sync_all")
    return SimpleNamespace(inside=inside, call=call, state=state, main=main)


@pytest.fixture
def pillar(config):
    """Two LUNs; the second service needs both."""
    lun = config["luns"].pop("primary")
    for number, (key, names) in enumerate((("first", [FIRST, SECOND, IDLE]), ("second", [SECOND]))):
        config["luns"][key] = {
            **lun,
            "device": f"/dev/mapper/{key}",
            "wwid": f"3600a0b8000123456000abcd01234567{number}",
            "mount": {"path": f"/srv/{key}", "services": names},
        }
    return config


BOUND = {FIRST: ["/srv/first"], SECOND: ["/srv/first", "/srv/second"], IDLE: ["/srv/first"]}


@pytest.mark.slow
def test_services_come_and_go_with_their_mounts(host, pillar):
    for service in (FIRST, SECOND):
        assert host.inside("systemctl", "enable", "--now", service).returncode == 0
    # A service that runs without its LUN is stopped, and cannot be started.
    changed = host.call("state.single", "ocfs2.services", "name=x", f"config={json.dumps(pillar)}")
    assert [each["result"] for each in changed.values()] == [True]
    until(lambda: host.state(FIRST) == host.state(SECOND) == "inactive", "the end of services")
    assert "srv-first.mount not found" in host.inside("systemctl", "start", FIRST).stderr
    assert host.call("ocfs2_mount.start", BOUND) == []

    host.inside("mount", "-t", "tmpfs", "tmpfs", "/srv/first")
    assert host.call("ocfs2_mount.ready", BOUND, ["/srv/second"]) == [FIRST, SECOND]
    assert host.call("ocfs2_mount.start", BOUND) == [FIRST]
    host.inside("mount", "-t", "tmpfs", "tmpfs", "/srv/second")
    assert host.call("ocfs2_mount.start", BOUND) == [SECOND]
    assert host.call("ocfs2_mount.start", BOUND) == []
    assert [host.state(each) for each in BOUND] == ["active", "active", "inactive"]

    # Somebody else uses the mount: nobody is stopped.
    before = [host.main(each) for each in BOUND]
    held = "cd /srv/first && { sleep 1000 >/dev/null 2>&1 & echo $!; }"
    pid = host.inside("sh", "-c", held).stdout.strip()
    said = host.call("ocfs2_mount.release", "/srv/first", list(BOUND))
    assert f"/srv/first is in use by sleep (pid {pid}); stop them first" in said
    assert [host.main(each) for each in BOUND] == before
    host.inside("kill", pid)

    # What no process shows keeps it mounted: who was stopped for nothing runs again.
    host.inside("mkdir", "/srv/first/inner")
    host.inside("mount", "-t", "tmpfs", "tmpfs", "/srv/first/inner")
    said = host.call("ocfs2_mount.release", "/srv/first", list(BOUND))
    assert "/srv/first is still mounted, used by umount: /srv/first: target is busy" in said
    assert [host.state(each) for each in BOUND] == ["active", "active", "inactive"]
    assert host.main(FIRST) != before[0]
    host.inside("umount", "/srv/first/inner")

    assert host.call("ocfs2_mount.release", "/srv/first", list(BOUND)) is True
    assert [host.state(each) for each in BOUND] == ["inactive"] * 3
    mounts = host.inside("cat", "/proc/mounts").stdout
    assert ("/srv/first" in mounts, "/srv/second" in mounts) == (False, True)
    assert "not permitted" in host.inside("touch", "/srv/first/disk").stderr


def test_a_mount_that_goes_by_itself_takes_its_service_along(host, pillar):
    changed = host.call("state.single", "ocfs2.services", "name=x", f"config={json.dumps(pillar)}")
    assert [each["result"] for each in changed.values()] == [True]
    host.inside("mount", "-t", "tmpfs", "tmpfs", "/srv/first")
    assert host.inside("systemctl", "start", IDLE).returncode == 0
    assert host.inside("umount", "--lazy", "/srv/first").returncode == 0
    until(lambda: host.state(IDLE) == "inactive", "the end of the service")
    none = {**pillar, "luns": {"first": {**pillar["luns"]["first"], "mount": {"path": "/srv/x"}}}}
    changed = host.call("state.single", "ocfs2.services", "name=x", f"config={json.dumps(none)}")
    assert [len(each["changes"]) for each in changed.values()] == [3]
    assert host.inside("systemctl", "start", IDLE).returncode == 0


def test_a_service_that_does_not_start_is_quoted(host):
    said = host.inside(sys.executable, "-c", START, str(REPOSITORY / "_utils"), "none.service")
    assert said.stdout == "False\n"
    assert "none.service not found" in said.stderr
