"""The real firewalld and ufw, in namespaces of the test, from a tree that is not installed.

There is no systemd: a ``systemctl`` of the test starts and stops these two, as their units do.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from support.o2cb import run
from support.second_host import PEER
from support.second_host import STRANGER
from support.until import until

#: Where ``make test-hosts`` unpacks their packages.
TREE = Path(__file__).resolve().parents[2] / ".venv-firewalls"
_BUS = """\
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>
"""
_PID = Path("/run/firewalld.test")
_UFW_STARTED = Path("/run/ufw.test")
_SYSTEMCTL = f"""\
#!/bin/sh
case "$*" in
    *firewalld.service*)
        case "$1" in stop|restart)
            kill "$(cat {_PID})" 2>/dev/null
            while kill -0 "$(cat {_PID})" 2>/dev/null; do :; done
        esac
        case "$1" in start|restart)
            firewalld --nofork --nopid </dev/null >/run/firewalld.log 2>&1 &
            echo $! >{_PID}
            until firewall-cmd --state >/dev/null 2>&1; do kill -0 $! || exit 1; done
        esac ;;
    "is-active ufw.service") [ -e {_UFW_STARTED} ] && echo active || echo inactive ;;
    *ufw.service)
        case "$1" in stop|restart) /usr/lib/ufw/ufw-init stop; rm -f {_UFW_STARTED} ;; esac
        case "$1" in
            start|restart) /usr/lib/ufw/ufw-init start quiet && touch {_UFW_STARTED} ;;
        esac ;;
    "--no-reload "*) SYSTEMD_OFFLINE=1 exec /usr/bin/systemctl "$@" ;;
esac
"""


def is_unpacked():
    """Tell whether there is anything to test."""
    return (TREE / "usr/sbin/firewalld").exists() and (TREE / "usr/sbin/ufw").exists()


@contextlib.contextmanager
def host_firewalls(place):
    """
    A host that has firewalld and ufw, neither of which runs; in the namespaces of the sandbox.

    place
        A directory of the test, for what is mounted over /usr, /etc and /run.
    """
    mounts = ["/usr", "/run", "/etc"]
    _mount("overlay", "overlay", "/usr", f"lowerdir={TREE}/usr:/usr")
    _mount("tmpfs", "tmpfs", "/run")
    shutil.copytree(TREE / "etc", place / "etc")
    _put_templates_of_ufw(place / "etc/ufw")
    _mount("overlay", "overlay", "/etc", f"lowerdir={place}/etc:/etc,{_upper(place)}")
    tools = place / "bin"
    tools.mkdir()
    (tools / "systemctl").write_text(_SYSTEMCTL)
    (tools / "systemctl").chmod(0o755)
    Path("/run/systemd/system").mkdir(parents=True)
    Path("/run/dbus").mkdir()
    (place / "bus.conf").write_text(_BUS)
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{tools}:{path}"
    # It ends with the tests, in whatever way these end.
    argv = ["setpriv", "--pdeathsig", "TERM", "dbus-daemon"]
    bus = subprocess.Popen([*argv, f"--config-file={place}/bus.conf", "--nofork"])
    try:
        until(Path("/run/dbus/system_bus_socket").exists)
        yield
    finally:
        run("systemctl", "stop", "firewalld.service")
        bus.send_signal(signal.SIGTERM)
        bus.wait()
        os.environ["PATH"] = path
        for each in reversed(mounts):
            # What is mounted below goes along.
            subprocess.run(["umount", "--lazy", each], check=True)


def _mount(kind, source, path, options="defaults"):
    subprocess.run(["mount", "-t", kind, "-o", options, source, path], check=True)


def _upper(place):
    """The options of an overlay whose changes are the test's own, in memory."""
    memory = place / "memory"
    memory.mkdir()
    _mount("tmpfs", "tmpfs", str(memory))
    for name in ("upper", "work"):
        (memory / name).mkdir()
    return f"upperdir={memory}/upper,workdir={memory}/work"


def _put_templates_of_ufw(directory):
    """Do what the maintainer script of ufw does."""
    templates = TREE / "usr/share/ufw"
    for path in (*(templates / "iptables").glob("*.rules"), templates / "ufw.conf"):
        shutil.copy(path, directory)
        (directory / path.name).chmod(0o640)


def systemctl(verb, service):
    subprocess.run(["systemctl", verb, f"{service}.service"], check=True)


def starts_at_boot(service, wanted=True):
    """Set whether systemd would start a service."""
    link = Path(f"/etc/systemd/system/multi-user.target.wants/{service}.service")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    if wanted:
        link.symlink_to(f"/usr/lib/systemd/system/{service}.service")


def told(*arguments):
    """What firewall-cmd prints; it has to succeed."""
    argv = ["firewall-cmd", *arguments]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


def campaign(case):
    """A case of a test that is left out of ``make test``."""
    return pytest.param(case, marks=pytest.mark.campaign)


def apply(states, config):
    """Apply the state, which has to end well; return its changes."""
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert ret["result"] is True, ret["comment"]
    return ret["changes"]


def refused(states, config, backend):
    """Hold that this backend is refused beside the one that runs, with nothing changed in
    nftables; what both states say."""
    config["firewall"] = {"backend": backend}
    before, said = _ruleset(), []
    for state in ("o2cb.firewall", "ocfs2.host_fit"):
        ret = states[state](name="interconnect", config=config)
        assert (ret["result"], ret["changes"]) == (False, {})
        said.append(ret["comment"])
    assert _ruleset() == before
    return said


def _ruleset():
    return run("nft", "--stateless", "list", "ruleset").stdout


def lives_without_the_rules(states, config, reaches, lives):
    """Hold that a connection of a peer stands while the peer goes from pillar, and then the
    firewall with it."""
    config["nodes"]["host2.domain.com"]["address"] = "192.168.100.4"
    apply(states, config)
    assert lives()
    assert not reaches(PEER)
    config["firewall"] = {"backend": "none"}
    apply(states, config)
    assert lives()
    assert reaches(PEER)


def only_nodes(reaches):
    """Return whether nodes reach the port, and others do not."""
    return (reaches(PEER), reaches(STRANGER)) == (True, False)
