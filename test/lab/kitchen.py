"""Makes a guest a host for Test Kitchen: it is reached by ssh, and its LUN holds a volume.

docs/kitchen.rst says what for.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from lab import host
from lab.demo import example
from lab.errors import LabError
from lab.lab import Lab

USER = "kitchen"
LUN = "primary"
_NODE = 1
#: Seconds for the packages, which a guest without KVM is slow to unpack.
_LIMIT = 1800
#: Gets the public key on its standard input.
_SETUP = f"""\
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y --no-install-recommends install openssh-server sudo
useradd --create-home --shell /bin/bash {USER}
echo '{USER} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/{USER}
install -d -m 700 -o {USER} -g {USER} /home/{USER}/.ssh
cat > /home/{USER}/.ssh/authorized_keys
systemctl start ssh
"""


@dataclass(frozen=True)
class KitchenTarget:
    """How the guest is reached from this machine."""

    port: int
    key: Path
    address: str = "127.0.0.1"

    def environment(self) -> dict[str, str]:
        """The variables that kitchen.proxy.yml takes. Test Kitchen gives the verifier the same."""
        return {
            "KITCHEN_HOSTNAME": self.address,
            "KITCHEN_PORT": str(self.port),
            "KITCHEN_USERNAME": USER,
            "KITCHEN_SSH_KEY": str(self.key),
        }


def require_tools() -> None:
    """Raise LabError if a tool is missing, before anything is started."""
    host.require_tools({**host.TOOLS, **host.KITCHEN_TOOLS})


def prepare(lab: Lab) -> KitchenTarget:
    """Make the first node of a lab that has just come up the host of kitchen.proxy.yml."""
    key = lab.state / "kitchen" / "key"
    key.parent.mkdir()
    host.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", USER, "-f", key)
    public = key.with_suffix(".pub").read_text()
    done = lab.run(_NODE, ["sh", "-c", _SETUP], _LIMIT, public)
    if done.rc:
        raise LabError(f"The guest takes no ssh:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    # No orchestration runs here, and no highstate formats; so the volume is there before.
    host.run("mkfs.ocfs2", "-q", *format_arguments(example()["ocfs2"]), lab.lun_path(LUN))
    return KitchenTarget(lab.forward(_NODE, 22), key)


def format_arguments(section: dict) -> list[str]:
    """How mkfs.ocfs2 is told what a section of pillar says of the LUN."""
    lun = section["luns"][LUN]
    return [
        *("-L", lun["label"], "-N", str(lun["slots"]), "-T", lun["type"], "-J", "block64"),
        *("--cluster-stack=o2cb", f"--cluster-name={section['cluster']['name']}"),
    ]


def next_steps(target: KitchenTarget) -> str:
    """What to type to have Test Kitchen converge the guest."""
    lines = [f"export {name}={value}" for name, value in target.environment().items()]
    return "\n".join(
        [
            # The verifier calls python3.
            f"export PATH={Path(sys.executable).parent}:$PATH",
            *lines,
            "export KITCHEN_LOCAL_YAML=kitchen.proxy.yml",
            "bundle install",
            "bundle exec kitchen test",
        ]
    )
