"""The steps of kitchen-salt on the guest of "lab kitchen-target": the same steps, not Test Kitchen.

Ruby and its packages are not there where these tests run. So what Kitchen sends and calls is taken
from ``support.kitchen``; the host, the way to it and the verifier are those of a user.
"""

import os
import subprocess
import sys

import pytest

from lab import kitchen as kitchen_lab
from lab.lab import Lab
from support import kitchen

pytestmark = pytest.mark.lab

SUITE = "volume"
#: As net-ssh is told by Kitchen: whoever answers at the address is the host.
_LOGIN = (
    *("-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR"),
    *("-o", "UserKnownHostsFile=/dev/null", "-o", "ConnectTimeout=120"),
)


class KitchenSteps:
    """What ``kitchen test`` does with one suite on a guest, step by step."""

    def __init__(self, target):
        self._environment = target.environment()
        self._config = kitchen.proxied(self._environment)
        self._login = (*_LOGIN, "-i", str(target.key))
        self.provisioner = kitchen.settings(self._config, SUITE, "provisioner")

    def ssh(self, command):
        """Run a command on the host; what it printed."""
        driver = self._config["driver"]
        where = ("-p", str(driver["port"]), f"{driver['username']}@{driver['host']}")
        return self._must("ssh", *self._login, *where, command)

    def create(self):
        self.ssh(self._config["driver"]["reset_command"])

    def converge(self, directory):
        """Send the tree, and run Salt on it; what Salt printed."""
        kitchen.make_tree(self.provisioner, directory)
        self.ssh(kitchen.before_upload())
        driver = self._config["driver"]
        where = f"{driver['username']}@{driver['host']}:{kitchen.HOST_TREE}"
        options = ("-O", "-q", "-r", "-P", str(driver["port"]))
        self._must("scp", *self._login, *options, *map(str, directory.iterdir()), where)
        self.ssh(kitchen.after_upload())
        return self.ssh(kitchen.converge(self.provisioner))

    def verify(self, *more):
        """Run the verifier of the suite on this machine; its exit code and what it printed."""
        command = kitchen.settings(self._config, SUITE, "verifier")["command"].split()
        done = subprocess.run(
            [sys.executable, *command[1:], *more],
            cwd=kitchen.ROOT,
            env={**os.environ, **self._environment, "KITCHEN_SUITE": SUITE},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    def _must(self, *argv):
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def steps():
    """A guest that the target command has made ready."""
    with Lab("kitchen-steps", say=print) as lab:
        lab.up(nodes=1)
        yield KitchenSteps(kitchen_lab.prepare(lab))


@pytest.fixture(scope="module")
def converged(steps, tmp_path_factory):
    steps.create()
    return steps.converge(tmp_path_factory.mktemp("tree"))


def test_the_host_is_converged(converged):
    assert "Failed:     0\n" in converged, converged


def test_the_verifier_agrees(steps, converged):
    code, printed = steps.verify()
    print(printed)
    assert code == 0, printed
    assert "skipped" not in printed


def test_the_verifier_says_what_is_not_as_described(steps, converged):
    steps.ssh("sudo sysctl -q -w kernel.panic=1")
    code, printed = steps.verify("-k", "kernel or cluster_conf")
    assert code == 1, printed
    assert "FAILED test/kitchen/test_node.py::test_the_kernel_panics_as_described" in printed
    assert " 1 failed, 1 passed" in printed
