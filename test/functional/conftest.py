"""The formula on one minion, with Salt's own loaders and the real tools.

What a test writes to /etc, to debconf, to the mount table and to the firewall lives in
namespaces of its own and ends with the test module.
"""

import ctypes
import logging
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
import salt.config
import salt.loader
import salt.utils.yaml

from ocfs2lib.kernel import MODULES
from ocfs2lib.lun import audit
from ocfs2lib.system.static_grains import StaticGrains
from support import node_files
from support.devices import mounted_tmpfs
from support.devices import simulated_ocfs2
from support.kernel_files import DEBUG
from support.kernel_files import STATE
from support.kernel_files import UUID
from support.kernel_files import put
from support.kernel_files import put_volume
from support.tcp import connection

REPOSITORY = Path(__file__).resolve().parents[2]
MINION = "host1.domain.com"

_CLONE_FS = 0x00000200
_CLONE_NEWNS = 0x00020000
_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)
#: The one format of this host; other tests beside these have theirs.
_LOCK = Path("/run/ocfs2-formula.lock")
#: What works on volumes here.
_AT_WORK = Path("/run/ocfs2-tools")
_KINDS = ("modules", "states", "utils")
_NO_BYTECODE = shutil.ignore_patterns("__pycache__")
_PRIVATE = ("/etc", "/var/cache/debconf")


# Salt logs thousands of lines for each test, which pytest keeps.
logging.getLogger("salt").setLevel(logging.INFO)


def _check(result):
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _run(*argv):
    subprocess.run(argv, check=True)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """A mount namespace with a private /etc and debconf, and an empty network namespace."""
    if os.geteuid():
        pytest.skip("needs root")
    ours = [os.open(f"/proc/thread-self/ns/{kind}", os.O_RDONLY) for kind in ("mnt", "net")]
    _check(_LIBC.unshare(_CLONE_NEWNS | _CLONE_NEWNET))
    try:
        _run("mount", "--make-rprivate", "/")
        private = tmp_path_factory.mktemp("private")
        # In memory, where the hundreds of links of /etc are made at once.
        _run("mount", "-t", "tmpfs", "tmpfs", str(private))
        for number, path in enumerate(_PRIVATE):
            _run("cp", "-a", path, f"{private}/{number}")
            _run("mount", "--bind", f"{private}/{number}", path)
        lock = private / "lock"
        for path in (lock, _LOCK):
            path.touch()
        _run("mount", "--bind", str(lock), str(_LOCK))
        _AT_WORK.mkdir(exist_ok=True)
        _run("mount", "-t", "tmpfs", "tmpfs", str(_AT_WORK))
        _run("ip", "link", "set", "lo", "up")
        yield
    finally:
        # A thread that somebody started meanwhile shares our working directory, and setns(2)
        # refuses a mount namespace to those who share.
        _check(_LIBC.unshare(_CLONE_FS))
        for fd in ours:
            _check(_LIBC.setns(fd, 0))
            os.close(fd)


@pytest.fixture(scope="session")
def minion(tmp_path_factory):
    """A throw-away minion, with this repository where ``saltutil.sync_all`` puts it.

    ``modules`` and ``states`` are loaders; ``states_test`` are the states with ``test=True``;
    ``audit`` is its audit log, ``opts`` its configuration.
    """
    root = tmp_path_factory.mktemp("minion")
    tree = root / "srv"
    tree.mkdir()
    (root / "log").mkdir()
    opts = salt.config.minion_config(None)
    opts.update(
        id=MINION,
        root_dir=str(root),
        cachedir=str(root / "cache"),
        extension_modules=str(root / "cache" / "extmods"),
        pki_dir=str(root / "pki"),
        conf_file=str(root / "minion"),
        file_client="local",
        file_roots={"base": [str(tree)]},
        pillar_roots={"base": []},
        fileserver_backend=["roots"],
        enable_fqdns_grains=False,
        log_file=str(root / "log" / "minion"),
        test=False,
        # As salt-call --local has it: a grain that is set has not all of them computed anew.
        local=True,
    )
    opts["grains"] = salt.loader.grains(opts)
    for kind in _KINDS:
        target = Path(opts["extension_modules"], kind)
        shutil.copytree(REPOSITORY / f"_{kind}", target, ignore=_NO_BYTECODE)
    modules = _modules(opts)
    return SimpleNamespace(
        opts=opts,
        grains=StaticGrains(opts, salt.utils.yaml.safe_load),
        audit=root / "log" / audit.NAME,
        modules=modules,
        states=_states(opts, modules, test=False),
        states_test=_states(opts, modules, test=True),
    )


def _modules(opts):
    return salt.loader.minion_mods(opts, utils=salt.loader.utils(opts))


def _states(opts, modules, test):
    opts = {**opts, "test": test}
    return salt.loader.states(opts, modules, salt.loader.utils(opts), salt.loader.serializers(opts))


@pytest.fixture
def kernel(sandbox):
    """A simulated kernel: the files that it shows of a node at work.

    It is a function that writes one attribute of the cluster in configfs.
    """
    for path in ("/sys/kernel", "/sys/fs", "/sys/module"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)
    cluster = Path("/sys/kernel/config/cluster/ocfs2")

    def write(file, value):
        path = cluster / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{value}\n")

    for module in MODULES:
        Path("/sys/module", module).mkdir()
    stack = Path("/sys/fs/ocfs2/cluster_stack")
    stack.parent.mkdir()
    stack.write_text("o2cb\n")
    for file, value in {
        "heartbeat/mode": "local",
        "heartbeat/dead_threshold": 31,
        "idle_timeout_ms": 30000,
        "keepalive_delay_ms": 2000,
        "reconnect_delay_ms": 2000,
        "fence_method": "reset",
    }.items():
        write(file, value)
    for number in range(3):
        node = f"node/host{number + 1}"
        write(f"{node}/num", number)
        write(f"{node}/ipv4_address", f"192.168.100.{number + 1}")
        write(f"{node}/ipv4_port", 7777)
        write(f"{node}/local", int(number == 0))
    yield write
    for path in ("/sys/module", "/sys/fs", "/sys/kernel"):
        subprocess.run(["umount", path], check=True)


@pytest.fixture
def volume(kernel):
    """A volume at work, as a simulated kernel shows it, and a real connection to host2; it is
    mounted nowhere."""
    put_volume()
    with connection():
        yield


@pytest.fixture
def mounted(volume, tmp_path):
    """A directory at which that volume is mounted, for this process; in truth it is a tmpfs."""
    path = tmp_path / "volume"
    path.mkdir()
    with mounted_tmpfs(path), simulated_ocfs2(path):
        device = os.stat(path).st_dev
        state = STATE.replace("253,1", f"{os.major(device)},{os.minor(device)}")
        put(DEBUG / f"ocfs2/{UUID}/fs_state", state)
        yield str(path)


@pytest.fixture
def files(sandbox):
    """The files of a node, as its simulated kernel has them."""
    node_files.put_all()


@pytest.fixture
def in_fstab(mounted, files):
    """The path of the simulated volume, which the boot mounts there."""
    node_files.put_fstab(mounted)
    return mounted


@pytest.fixture
def modules(minion):
    return minion.modules


@pytest.fixture
def states(minion):
    return minion.states


@pytest.fixture
def states_test(minion):
    return minion.states_test


@pytest.fixture
def config():
    """The ``ocfs2`` section of a valid pillar with three nodes; a fresh one for each test."""
    return {
        "nodes": {
            MINION: {"number": 0, "address": "192.168.100.1"},
            "host2.domain.com": {"number": 1, "address": "192.168.100.2"},
            "host3.domain.com": {"number": 2, "address": "192.168.100.3"},
        },
        "luns": {
            "primary": {
                "device": "/dev/mapper/primary",
                "wwid": "3600a0b8000123456000abcd012345678",
                "size": "2TiB",
                "mount": {"path": "/san/primary"},
            }
        },
    }
