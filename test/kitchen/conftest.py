"""The host that Test Kitchen has converged, as it names it in the environment of its verifier.

These tests run on the workstation and ask the host by ssh. They are not run by themselves: Kitchen
runs them, and so does ``test/integration/test_kitchen.py``.
"""

import json
import os
import tempfile
from pathlib import Path

import pytest
import testinfra
import yaml

ROOT = Path(__file__).resolve().parents[2]
#: Where kitchen-salt keeps its files on the host.
KITCHEN = "/tmp/kitchen"  # noqa: S108 (on the host)
MINION = "host1.domain.com"
_CONNECT = (
    "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
    " -o IdentitiesOnly=yes"
)


def _told(name, default=None):
    value = os.environ.get(f"KITCHEN_{name}", default)
    if value is None:
        # Skipped tests would be a verifier that agrees.
        pytest.fail(f"KITCHEN_{name} is not set: these tests are run by kitchen verify")
    return value


@pytest.fixture(scope="session")
def host():
    """The converged host, as root, over one connection for all tests."""
    user, name = _told("USERNAME"), _told("HOSTNAME")
    with tempfile.TemporaryDirectory() as directory:
        yield testinfra.get_host(
            f"ssh://{user}@{name}:{_told('PORT', '22')}",
            ssh_identity_file=_told("SSH_KEY"),
            ssh_extra_args=_CONNECT,
            controlpath=f"{directory}/connection",
            controlpersist=10,
            # A host without hardware virtualisation is slow to answer.
            timeout=120,
            sudo=True,
        )


@pytest.fixture(scope="session")
def section():
    """What the host is to be like: the ``ocfs2`` section of pillar.example."""
    return yaml.safe_load((ROOT / "pillar.example").read_text())["ocfs2"]


@pytest.fixture(scope="session")
def second_run(host):
    """What every state says to a second run, which only looks: ``{id: what the state returned}``.

    It is asked for once: a call of Salt takes a minute on an emulated host.
    """
    answer = host.run(
        f"salt-call --config-dir={KITCHEN}/etc/salt --id={MINION} --out=json"
        " state.highstate test=True"
    )
    states = json.loads(answer.stdout)["local"]
    assert isinstance(states, dict), states
    return {state["__id__"]: state for state in states.values()}
