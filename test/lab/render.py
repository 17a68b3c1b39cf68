"""Text of the files the lab writes for a guest and for the Salt master. Pure: no I/O."""

from __future__ import annotations

import hashlib

from lab.spec import MASTER_ADDRESS
from lab.spec import MAX_NODES
from lab.spec import LabLun
from lab.spec import LabNode
from lab.spec import LabSpec

APT_PORT = 8080


def guest_files(spec: LabSpec, node: LabNode, key: str, public: str) -> dict[str, tuple[int, str]]:
    """The files that make an image ``node``: ``{path: (mode, text)}``.

    ``key`` and ``public`` are the minion's key pair in PEM. The guest unpacks these at every
    boot, before systemd starts.
    """
    networks = {
        f"etc/systemd/network/{number}0-{network}.network": (
            0o644,
            _network(node.mac(network), node.address(network)),
        )
        for number, network in enumerate(spec.networks, 1)
    }
    # What the SAN is otherwise, a guest has its distribution's multipath, with nothing set.
    named = {"etc/multipath.conf": (0o644, multipath_conf(spec.disks_of(node)))}
    minion = f"id: {node.minion_id}\nmaster: {MASTER_ADDRESS}\n"
    return {
        "etc/hostname": (0o644, node.hostname + "\n"),
        # A known machine id: without one systemd takes every boot for the first.
        "etc/machine-id": (0o444, _machine_id(spec, node)),
        "etc/hosts": (0o644, hosts(spec)),
        "etc/apt/sources.list": (
            0o644,
            f"deb [trusted=yes] http://{MASTER_ADDRESS}:{APT_PORT}/{node.distro}/ ./\n",
        ),
        **networks,
        **(named if spec.san == "scsi" else {}),
        # QEMU boots the initrd of the image; to make one takes a guest without KVM minutes.
        "etc/initramfs-tools/update-initramfs.conf": (0o644, "update_initramfs=no\n"),
        "etc/salt/minion": (0o644, minion),
        "etc/salt/pki/minion/minion.pem": (0o400, key),
        "etc/salt/pki/minion/minion.pub": (0o644, public),
    }


def _machine_id(spec: LabSpec, node: LabNode) -> str:
    return hashlib.sha256(f"{spec.name} {node.number}".encode()).hexdigest()[:32] + "\n"


def _network(mac: str, address: str) -> str:
    return (
        f"[Match]\nMACAddress={mac}\n\n"
        f"[Network]\nAddress={address}/24\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n"
    )


def hosts(spec: LabSpec) -> str:
    """/etc/hosts of every guest: all nodes there can be, so that a new one is known already."""
    lines = ["127.0.0.1 localhost", f"{MASTER_ADDRESS} salt"]
    known = {node.number: node for node in spec.nodes}
    for number in range(1, MAX_NODES + 1):
        node = known.get(number) or spec.node_to_be(number)
        names = dict.fromkeys([node.hostname, node.hostname.split(".")[0], node.minion_id])
        lines.append(" ".join([node.interconnect, *names]))
    return "\n".join(lines) + "\n"


def multipath_conf(luns: list[LabLun]) -> str:
    """/etc/multipath.conf that names ``luns`` by their alias.

    Every keyword stands on a line of its own: multipath reads only half of a one-line section.
    """
    lines = [
        "defaults {",
        "    user_friendly_names no",
        "    find_multipaths no",
        "    polling_interval 5",
        "}",
        "blacklist {",
        '    devnode "^vd"',
        "}",
        "multipaths {",
    ]
    for lun in luns:
        lines += ["    multipath {", f"        wwid {lun.wwid}", f"        alias {lun.alias}"]
        lines += ["    }"]
    return "\n".join([*lines, "}"]) + "\n"


def master_config(spec: LabSpec, state: str) -> str:
    """Configuration of the Salt master whose directories lie under ``state``."""
    return f"""\
interface: {MASTER_ADDRESS}
user: root
file_roots:
  base: [{state}/root]
file_ignore_regex: ['(^|/)__pycache__/']
pillar_roots:
  base: [{state}/pillar]
pki_dir: {state}/master/pki
cachedir: {state}/master/cache
# These do not follow cachedir.
extension_modules: {state}/master/extmods
sqlite_queue_dir: {state}/master/queues
sock_dir: {state}/master/run
pidfile: {state}/master/run/master.pid
log_file: {state}/master/log
log_level: warning
log_level_logfile: info
worker_threads: 2
# Guests without KVM are slow: a late answer is not a missing one.
timeout: 30
gather_job_timeout: 30
ping_on_rotate: False
"""
