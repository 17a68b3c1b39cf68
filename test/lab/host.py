"""What this machine offers: tools and hardware virtualisation."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from lab.errors import LabError

# Tool: the Debian package that has it.
TOOLS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "ip": "iproute2",
    "unshare": "util-linux",
    "openssl": "openssl",
}
#: Where the Makefile unpacks tgt.
_TGT = Path(__file__).resolve().parents[2] / ".venv-tgt" / "usr" / "sbin"
#: What it takes besides to make a guest the host of Test Kitchen.
KITCHEN_TOOLS = {"ssh-keygen": "openssh-client", "mkfs.ocfs2": "ocfs2-tools"}
_KVM_CREATE_VM = 0xAE01


def require_tools(tools: dict[str, str] = TOOLS) -> None:
    """Raise LabError if a tool the lab calls is missing, with the command that installs it."""
    # Not every account has the administrator's directories on its path.
    os.environ["PATH"] = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    missing = {tool: package for tool, package in tools.items() if not shutil.which(tool)}
    if missing:
        packages = " ".join(sorted(set(missing.values())))
        raise LabError(
            f"The lab needs {', '.join(missing)}: run apt-get install --no-install-recommends"
            f" {packages}."
        )
    if not (Path(sys.executable).parent / "salt-master").exists():
        raise LabError(
            f"The lab runs Salt from the environment of its Python, and {sys.executable} has none:"
            " call it with the python of an environment that has Salt."
        )
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        raise LabError("The lab needs /dev/net/tun readable and writable: run modprobe tun.")


def target_tools() -> Path:
    """The directory of tgtd and tgtadm. Raises LabError where there is none."""
    installed = shutil.which("tgtd")
    if not (_TGT / "tgtd").exists() and not installed:
        raise LabError("A lab with an iSCSI SAN needs tgt: run make .venv/stamps/tgt.")
    return _TGT if (_TGT / "tgtd").exists() else Path(installed).parent


def run(*argv: object) -> None:
    """Run a tool to its end. Raises LabError with what it said if it failed."""
    words = [str(arg) for arg in argv]
    step = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if step.returncode:
        raise LabError(f"{words[0]} ended with {step.returncode}: {step.stderr.strip()}")


def acceleration() -> tuple[str, str]:
    """``("kvm" | "tcg", why)``.

    KVM is chosen only where the processor shows its flag as well: /dev/kvm can exist, answer
    and still hang the guest on a machine that lacks it.
    """
    flags = re.search(r"\b(vmx|svm)\b", Path("/proc/cpuinfo").read_text())
    if not flags:
        return "tcg", "the processor shows neither vmx nor svm"
    try:
        with open("/dev/kvm", "r+b", buffering=0) as kvm:
            os.close(fcntl.ioctl(kvm, _KVM_CREATE_VM, 0))
    except OSError as err:
        return "tcg", f"/dev/kvm does not work: {err.strerror}"
    return "kvm", f"{flags[0]} and /dev/kvm work"
