"""The stages of an orchestration as states, with Salt's own loaders and a simulated runner."""

import sys

import pytest
import salt.config
import salt.loader

from .conftest import REPOSITORY

CLUSTER = {"result": True, "lines": ["fine"], "changes": {}}


@pytest.fixture
def library(monkeypatch):
    """The library is loaded, and is the same again after the test."""
    import ocfs2lib.master.carry_out  # noqa: F401

    for name in [each for each in sys.modules if each.partition(".")[0] == "ocfs2lib"]:
        monkeypatch.setitem(sys.modules, name, sys.modules[name])


@pytest.fixture
def stages(tmp_path, monkeypatch, library):
    """The states, the calls of the simulated runner, and what it was loaded beside."""
    opts = salt.config.master_config(None)
    opts.update(
        extension_modules=str(tmp_path), cachedir=str(tmp_path), test=False, file_client="local"
    )
    (tmp_path / "states").symlink_to(REPOSITORY / "_states")
    opts["grains"] = {}
    loaded, calls = [], []

    class SimulatedRunner(dict):
        def __missing__(self, name):
            def call(**arguments):
                calls.append((name, arguments))
                return {"clusters": {"web": CLUSTER}}

            return call

    def runner(opts, utils=None, context=None):
        loaded.append([name for name in sys.modules if name.partition(".")[0] == "ocfs2lib"])
        return SimulatedRunner()

    monkeypatch.setattr(salt.loader, "runner", runner)
    functions = salt.loader.minion_mods(opts)
    utils = salt.loader.utils(opts)
    return salt.loader.states(opts, functions, utils, None, context={}), calls, loaded


def test_the_library_is_imported_anew_once_an_orchestration(stages):
    states, calls, loaded = stages
    for stage in ("converged", "mounted", "healthy"):
        assert states[f"ocfs2_cluster.{stage}"](stage)["comment"] == "fine"
    assert [name for name, _ in calls] == ["ocfs2.converge", "ocfs2.mount", "ocfs2.status"]
    assert loaded == [[]]


def test_an_operation_is_given_its_arguments(stages):
    states, calls, _ = stages
    states["ocfs2_cluster.changed"]("grow", "grow", cluster="web", arguments={"lun": "primary"})
    assert calls == [("ocfs2_operate.grow", {"cluster": "web", "lun": "primary"})]
