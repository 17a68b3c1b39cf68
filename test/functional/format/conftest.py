"""The one function that writes to a LUN, on a loop device that looks like one."""

import os
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from functional.conftest import MINION
from ocfs2lib.lun.format_order import LEADER_GRAIN
from ocfs2lib.pillar import check
from support.devices import named
from support.devices import simulated_wwid
from support.formats import SIZE
from support.formats import TOKEN
from support.formats import UUID
from support.formats import WWID
from support.images import attached
from support.images import sparse
from support.simulated import SimulatedCache
from support.simulated import SimulatedMaster


@pytest.fixture(scope="module")
def lun(sandbox):
    """A blank LUN of this host, with a name and a (simulated) WWID."""
    if not Path("/dev/loop-control").exists():
        pytest.skip("needs loop devices")
    with (
        # In memory: these tests format a hundred times, and a disk would be all they wait for.
        tempfile.TemporaryDirectory(dir="/dev/shm") as memory,
        attached(sparse(Path(memory, "image"), SIZE)) as node,
        simulated_wwid(node, WWID),
        named(node) as device,
    ):
        image = Path(memory, "image")
        yield SimpleNamespace(image=image, node=node, wwid=WWID, device=device)


@pytest.fixture(autouse=True)
def blank(lun):
    sparse(lun.image, SIZE)


def order(lun):
    return {
        "device": lun.device,
        "wwid": lun.wwid,
        "size": SIZE,
        "uuid": UUID,
        "label": "primary",
        "slots": 1,
        "cluster": "web",
        "fs_type": "datafiles",
        "leader": MINION,
        "verify": "samples",
        "again": False,
    }


@pytest.fixture
def put_before_mkfs(sandbox, tmp_path, monkeypatch):
    """Have mkfs.ocfs2 do something else first, or instead, in this test's own PATH."""
    real = shutil.which("mkfs.ocfs2")

    def put(commands):
        wrapper = tmp_path / "bin/mkfs.ocfs2"
        wrapper.parent.mkdir(exist_ok=True)
        wrapper.write_text(f'#!/bin/bash\n{commands}\nexec {real} "$@"\n')
        wrapper.chmod(0o755)
        monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")

    return put


@pytest.fixture
def mkfs(minion, modules, lun):
    """Call the function with a good order and a good token, but for what is given."""

    def call(token=TOKEN, mark=None, **changes):
        if mark is None:
            modules["ocfs2_format.mark"]("web", lun.wwid, TOKEN)
        else:
            minion.grains.put(LEADER_GRAIN, mark)
        return modules["ocfs2_format.mkfs"]({**order(lun), **changes}, token=token)

    return call


class OneHost:
    """A node whose LUN, state and modules are real; its minion answers at once."""

    def __init__(self, minion, config):
        self._minion, self._config = minion, config

    def census_of(self, lun):
        facts = self._minion.modules["ocfs2.probe"](lun.device, prove_blank=True)
        formatting = self._minion.modules["ocfs2_format.running"]()["wwid"]
        formats = self._minion.modules["ocfs2_format.reached"]()
        return {**facts, "formatting": formatting, "formats": formats}

    def carry_out(self, fun, arg, kwarg):
        if fun != "state.apply":
            return self._minion.modules[fun](*arg, **kwarg)
        sent = kwarg["pillar"]["ocfs2_format"]
        return self._minion.states["ocfs2.formatted"](sent["lun"], self._config, sent["grant"])


@pytest.fixture
def chosen():
    """The keys of pillar that say how the volume is made; a test may have others."""
    return {}


@pytest.fixture
def described(config, lun, chosen):
    described = config["luns"]["primary"]
    described.update(device=lun.device, wwid=lun.wwid, size=SIZE, format="once", type="datafiles")
    config["nodes"] = {MINION: config["nodes"][MINION]}
    described.update(slots=1, **chosen)
    return config


@pytest.fixture
def master(described, minion):
    return SimulatedMaster(
        check.parse(described), {MINION: OneHost(minion, described)}, SimulatedCache()
    )
