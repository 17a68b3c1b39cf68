"""A real Salt master and two real minions on this host, which no pillar of the tests fits."""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import salt.cache
import yaml

from lab.lab import REPOSITORY
from ocfs2lib.lun.ledger import BANK
from ocfs2lib.lun.ledger import Ledger
from support.prefork import Prefork

#: Options of master and minions: what nothing here asks for, and takes its time.
_SPARED = {
    "enable_fqdns_grains": False,
    "enable_gpu_grains": False,
    "log_level_logfile": "warning",
}
#: What salt-run imports once it runs, as do its runners and the orchestration.
_IMPORTS = (
    "salt.cli.run",
    "salt.cloud",
    "salt.daemons.masterapi",
    "salt.fileserver.gitfs",
    "salt.minion",
    "salt.netapi",
    "salt.pillar.git_pillar",
    "salt.runner",
    "salt.state",
    "salt.transport.tcp",
    "salt.transport.zeromq",
)
#: Seconds that a command may take.
_LONGEST = 300
MINIONS = ("host1.domain.com", "host2.domain.com")


class Site:
    """The master, and the pillar it gives to each minion."""

    def __init__(self, master, pillar, commands):
        self.master, self._pillar, self._commands = master, pillar, commands
        self._run = master.salt_run_cli(timeout=_LONGEST)
        self._has_formula = False

    def describe(self, **sections):
        """Give each minion (``host1``, ``host2``) its ``ocfs2`` section; without one, none."""
        top = {}
        for host, section in sections.items():
            top[f"{host}.domain.com"] = [host]
            (self._pillar / f"{host}.sls").write_text(json.dumps({"ocfs2": section}))
        (self._pillar / "top.sls").write_text(json.dumps({"base": top}))

    def give_formula(self, section):
        """Describe both minions, and see once that they have the formula; who takes it from one
        gives it back."""
        self.describe(host1=section, host2=section)
        if not self._has_formula:
            self.clusters("plan")
            self._has_formula = True

    def salt_run(self, *arguments):
        # Without the interpreter and the script.
        words = self._run.cmdline(*arguments)[2:]
        done = self._commands.call(["salt-run", *words], timeout=2 * _LONGEST)
        out, err, data = self._run.process_output(done.stdout, done.stderr)
        return SimpleNamespace(returncode=done.returncode, stdout=out, stderr=err, data=data)

    @contextlib.contextmanager
    def frozen(self, host):
        """The minion of a host stands still."""
        minion = psutil.Process(self.minions[host].pid)
        processes = [minion, *minion.children(recursive=True)]
        _each(processes, psutil.Process.suspend)
        try:
            yield
        finally:
            _each(processes, psutil.Process.resume)

    def clusters(self, function, **arguments):
        """The exit code and the clusters a function of the runner, or of another that is named,
        answers with."""
        words = [f"{name}={value}" for name, value in arguments.items()]
        called = function if "." in function else f"ocfs2.{function}"
        answer = self.salt_run(called, *words)
        return answer.returncode, answer.data["clusters"]


def _each(processes, act):
    """Do it to all that are still there: one that ran a job may end at any moment."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            act(process)


@pytest.fixture(scope="session")
def salt_factories_config():
    """
    Nobody measures coverage in the daemons, so they need no time to write it down.

    Each run has a directory of its own: the scripts in it that start daemons and commands name the
    Salt that they start. In one directory for all, two runs side by side would start each other's.
    """
    with tempfile.TemporaryDirectory(prefix="ocfs2-", ignore_cleanup_errors=True) as root:
        yield {"slow_stop": False, "root_dir": root}


@pytest.fixture
def section():
    """The section of pillar.example; a fresh one for each test."""
    return yaml.safe_load((REPOSITORY / "pillar.example").read_text())["ocfs2"]


@pytest.fixture
def ledger(site):
    """The master's own ledger; empty again after each test."""
    cache = salt.cache.factory(site.master.config)
    yield Ledger(cache, sync=os.sync)
    if cache.contains(BANK):
        cache.flush(BANK)


@pytest.fixture(scope="session")
def site(tmp_path_factory, salt_factories):
    root = tmp_path_factory.mktemp("site")
    formula, pillar = root / "formula", root / "pillar"
    pillar.mkdir()
    formula.mkdir()
    for entry in ("_beacons", "_modules", "_output", "_runners", "_states", "_utils", "ocfs2"):
        (formula / entry).symlink_to(REPOSITORY / entry)
    master = salt_factories.salt_master_daemon(
        "site",
        overrides={
            "interface": "127.0.0.1",
            "file_roots": {"base": [str(formula)]},
            "pillar_roots": {"base": [str(pillar)]},
            "pillar_cache": False,
            "open_mode": True,
            "worker_threads": 2,
            **_SPARED,
            # As it is by default: the factory lists the files anew for each request.
            "fileserver_list_cache_time": 20,
            # So most files of the formula come in one piece.
            "file_buffer_size": 1 << 18,
            # Those of the master, which the formula does not ask for; each command has them.
            "grains_cache": True,
        },
    )
    with master.started():
        # A sync leaves on the second what the formula does not have any more.
        keeps = {"clean_dynamic_modules": False}
        minions = [
            master.salt_minion_daemon(MINIONS[0], overrides=_SPARED),
            master.salt_minion_daemon(MINIONS[1], overrides={**_SPARED, **keeps}),
        ]
        with (
            minions[0].started(),
            minions[1].started(),
            Prefork("salt.scripts:salt_run", _IMPORTS) as commands,
        ):
            site = Site(master, pillar, commands)
            site.minions = dict(zip(("host1", "host2"), minions, strict=True))
            for minion in minions:
                # Where a minion of a package has them, and looks for what it was given.
                extmods = Path(minion.config["cachedir"], "extmods")
                extmods.symlink_to(minion.config["extension_modules"])
            site.describe()
            # The master; each command gives the nodes what they lack.
            site.salt_run("saltutil.sync_all")
            yield site
