"""Guests of a lab that are the SAN of others: LIO and nvmet targets, FCoE ports, a DRBD pair.

What a guest exports it exports again after every boot, by a unit of its own (``lab-san-...``). The
lab is one with ``san="guests"`` (or ``"iscsi"``), which has the two storage networks; for DRBD any.
Every function installs what it needs from the lab's apt repository, may be called again, and
raises LabError with what the guest said.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.spec import FABRICS
from lab.spec import IQN

if TYPE_CHECKING:
    from lab.lab import Lab

#: What a frame of Fibre Channel needs around it.
FCOE_MTU = 2500
_NAMESPACE = uuid.UUID("6f1c1e0a-2f6c-4d0e-9a53-0c0f5a1d7f00")
_INSTALL_LIMIT = 900
#: What the LUN of a guest that is a LIO target lies in.
LIO_FILE = "/var/lib/lab-lun"

_UNIT = """\
[Unit]
Description=What this guest exports to others
{order}
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -eu /usr/local/lib/{name}
[Install]
WantedBy=multi-user.target
"""
_ONLINE = "Wants=network-online.target\nAfter=network-online.target\n"

_NVME = """\
modprobe nvmet-tcp
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
[ -e {file} ] || truncate -s {size} {file}
cd /sys/kernel/config/nvmet
mkdir -p subsystems/{nqn}/namespaces/1
echo 1 > subsystems/{nqn}/attr_allow_any_host
space=subsystems/{nqn}/namespaces/1
if [ "$(cat $space/enable)" = 0 ]; then
    printf %s {file} > $space/device_path
    printf %s {uuid} > $space/device_uuid
    echo 1 > $space/enable
fi
number=0
for address in {addresses}; do
    number=$((number + 1))
    [ -e ports/$number ] || mkdir ports/$number
    [ -z "$(ls ports/$number/subsystems)" ] || continue
    echo tcp > ports/$number/addr_trtype
    echo ipv4 > ports/$number/addr_adrfam
    echo $address > ports/$number/addr_traddr
    echo 4420 > ports/$number/addr_trsvcid
    ln -s $PWD/subsystems/{nqn} ports/$number/subsystems/
done
"""
_BACKSTORE = """\
# It keeps registrations of reservations in the latter.
mkdir -p /etc/target/pr
modprobe target_core_mod
modprobe target_core_file
modprobe {module}
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
[ -e {file} ] || truncate -s {size} {file}
# Of a disk LIO sees that it has grown, of a file it does not.
disk=$(losetup -nO NAME -j {file})
[ "$disk" ] || disk=$(losetup --find --show {file})
cd /sys/kernel/config/target
store=$PWD/core/fileio_0/lab
mkdir -p $store
if [ "$(cat $store/enable)" = 0 ]; then
    echo fd_dev_name=$disk > $store/control
    echo {serial} > $store/wwn/vpd_unit_serial
    echo 1 > $store/enable
fi
"""
_LIO = """\
group=iscsi/{iqn}/tpgt_1
mkdir -p $group/lun/lun_0
[ -e $group/lun/lun_0/lab ] || ln -s $store $group/lun/lun_0/lab
for address in {addresses}; do mkdir -p $group/np/$address:3260; done
echo 0 > $group/attrib/authentication
echo 1 > $group/attrib/generate_node_acls
echo 1 > $group/attrib/cache_dynamic_acls
echo 0 > $group/attrib/demo_mode_write_protect
echo 1 > $group/enable
"""
_TCM_FC = """\
group=fc/{port}/tpgt_1
mkdir -p $group/lun/lun_0
[ -e $group/lun/lun_0/lab ] || ln -s $store $group/lun/lun_0/lab
for initiator in {initiators}; do
    mkdir -p $group/acls/$initiator/lun_0
    [ -e $group/acls/$initiator/lun_0/lab ] || ln -s $PWD/$group/lun/lun_0 \
        $group/acls/$initiator/lun_0/lab
done
"""
_DRBD = """\
resource {name} {{
    device /dev/drbd0;
    meta-disk internal;
    startup {{
        become-primary-on both;
    }}
    net {{
        protocol C;
        allow-two-primaries yes;
        # Seconds, and tenths of them: guests without KVM are slow, and not gone.
        ping-int 30;
        connect-int 30;
        ping-timeout 290;
        timeout 290;
    }}
{hosts}}}
"""
_DRBD_HOST = """\
    on {host} {{
        disk {disk};
        address {address}:7788;
    }}
"""


@dataclass(frozen=True)
class Export:
    """What a guest exports: ``name`` (IQN, NQN or port name), ``addresses`` and ``wwid``.

    The WWID is that of dm-multipath, or for NVMe that of ``/sys/block/nvme0n1/wwid``.
    """

    name: str
    addresses: tuple[str, ...]
    wwid: str


def install(lab: Lab, node: str | int, *packages: str) -> None:
    """Install packages of the lab's apt repository on a guest. They start nothing."""
    _must(lab, node, "apt-get -qq update")
    words = " ".join(packages)
    _must(lab, node, f"DEBIAN_FRONTEND=noninteractive apt-get -qqy install {words}", _INSTALL_LIMIT)


def export_nvme(lab: Lab, node: str | int, size: str = "2G") -> Export:
    """Make a guest an NVMe/TCP target of one namespace, at its two storage addresses."""
    here = lab.spec.node(node)
    nqn = f"nqn.2026-01.com.domain.lab:{here.number}"
    known = str(uuid.uuid5(_NAMESPACE, nqn))
    addresses = tuple(here.fabric(number) for number in range(len(FABRICS)))
    where = {"nqn": nqn, "uuid": known, "addresses": " ".join(addresses)}
    script = _NVME.format(file="/var/lib/lab-nvme", size=size, **where)
    _at_boot(lab, node, "lab-san-nvme", script, _ONLINE)
    return Export(nqn, addresses, f"uuid.{known}")


def export_iscsi(lab: Lab, node: str | int, size: str = "2G") -> Export:
    """Make a guest an iSCSI target (LIO) of one LUN, at its two storage addresses.

    Everybody is admitted, without CHAP.
    """
    here = lab.spec.node(node)
    iqn = f"{IQN}.lio:{here.number}"
    addresses = tuple(here.fabric(number) for number in range(len(FABRICS)))
    store, wwid = _backstore("iscsi_target_mod", here.number, size)
    script = store + _LIO.format(iqn=iqn, addresses=" ".join(addresses))
    _at_boot(lab, node, "lab-san-lio", script, _ONLINE)
    return Export(iqn, addresses, wwid)


def grow_export(lab: Lab, node: str | int, size: str) -> None:
    """Make the LUN that a guest exports by LIO larger; the initiators are not told."""
    command = f"truncate -s {size} {LIO_FILE} && losetup -c $(losetup -nO NAME -j {LIO_FILE})"
    _must(lab, node, command)


def export_fcoe(
    lab: Lab, node: str | int, initiators: Iterable[str | int], size: str = "2G"
) -> Export:
    """Make a guest a Fibre Channel target of one LUN, over Ethernet, for other guests.

    The target has its port on the first storage network. Of the initiators, this sets the size of
    the frames alone: their ports are theirs to make (:func:`join_fcoe`).
    """
    here = lab.spec.node(node)
    ports = " ".join(port_name(lab, other) for other in initiators)
    store, wwid = _backstore("tcm_fc", here.number, size)
    script = store + _TCM_FC.format(port=port_name(lab, node), initiators=ports)
    # The ports of the initiators take it for a target only if it is one when they meet.
    _at_boot(lab, node, "lab-san-fcoe", script, "Before=fcoe-utils.service\n")
    join_fcoe(lab, node)
    for other in initiators:
        _large_frames(lab, other)
    return Export(port_name(lab, node), (), wwid)


def join_fcoe(lab: Lab, node: str | int) -> None:
    """Give a guest a port of Fibre Channel on the first storage network, without a switch."""
    install(lab, node, "fcoe-utils")
    _large_frames(lab, node)
    name = interface(lab, node, FABRICS[0])
    words = {"FCOE_ENABLE": "yes", "DCB_REQUIRED": "no", "AUTO_VLAN": "no", "MODE": "vn2vn"}
    text = "".join(f'{key}="{value}"\n' for key, value in words.items())
    _write(lab, node, f"/etc/fcoe/cfg-{name}", text)
    # The driver of an adaptor that no guest has does not load.
    driver = 's/^SUPPORTED_DRIVERS=.*/SUPPORTED_DRIVERS="fcoe"/'
    _must(lab, node, f"sed -i '{driver}' /etc/fcoe/config")
    _must(lab, node, "systemctl enable fcoe-utils && systemctl restart fcoe-utils")


def port_name(lab: Lab, node: str | int) -> str:
    """The port name that a guest has as FCoE port on the first storage network."""
    return f"20:00:{lab.spec.node(node).mac(FABRICS[0])}"


def interface(lab: Lab, node: str | int, network: str) -> str:
    """What a guest calls its network card on ``network``."""
    mac = lab.spec.node(node).mac(network)
    found = _must(lab, node, f"grep -l {mac} /sys/class/net/*/address")
    return found.split("/")[4]


def drbd_pair(lab: Lab, nodes: tuple[str | int, str | int], disk: str, name: str = "r0") -> None:
    """Make ``disk``, which each of two guests has for itself, one /dev/drbd0 that both may write.

    A lab with ``luns=["a:1G:alias=back:nodes=1", "b:1G:alias=back:nodes=2"]`` has such a disk,
    ``/dev/mapper/back``. Nothing is copied: what the disks held is lost. After a boot, drbd.service
    brings it up, and makes it primary on both.
    """
    hosts = "".join(
        _DRBD_HOST.format(host=each.hostname, disk=disk, address=each.interconnect)
        for each in map(lab.spec.node, nodes)
    )
    for node in nodes:
        install(lab, node, "drbd-utils")
        _write(lab, node, f"/etc/drbd.d/{name}.res", _DRBD.format(name=name, hosts=hosts))
        _must(lab, node, f"modprobe drbd && drbdadm create-md --force {name}")
        _must(lab, node, f"drbdadm up {name}")
    for node in nodes:
        _must(lab, node, f"drbdadm wait-connect {name}")
    _must(lab, nodes[0], f"drbdadm -- --clear-bitmap new-current-uuid {name}")
    for node in nodes:
        _must(lab, node, f"drbdadm primary {name} && systemctl enable drbd")


def _backstore(module: str, number: int, size: str) -> tuple[str, str]:
    """The part of a script that makes LIO's backstore of a guest, and the WWID it gets."""
    serial = uuid.uuid5(_NAMESPACE, f"{module} {number}").hex
    script = _BACKSTORE.format(module=module, file=LIO_FILE, size=size, serial=serial)
    # LIO's own vendor id in NAA 6, then what it finds of hexadecimal digits in the serial number.
    return script, f"36001405{serial[:25]}"


def _large_frames(lab: Lab, node: str | int) -> None:
    drop_in = f"/etc/systemd/network/30-{FABRICS[0]}.network.d/mtu.conf"
    _write(lab, node, drop_in, f"[Link]\nMTUBytes={FCOE_MTU}\n")
    _must(lab, node, f"ip link set {interface(lab, node, FABRICS[0])} mtu {FCOE_MTU}")


def _at_boot(lab: Lab, node: str | int, name: str, script: str, order: str) -> None:
    """Run a script on a guest now and at every boot."""
    _write(lab, node, f"/usr/local/lib/{name}", script)
    _write(lab, node, f"/etc/systemd/system/{name}.service", _UNIT.format(name=name, order=order))
    _must(lab, node, f"systemctl daemon-reload && systemctl enable {name}")
    journal = f"{{ journalctl -u {name} -n 20 --no-pager >&2; exit 1; }}"
    _must(lab, node, f"systemctl restart {name} || {journal}")


def _write(lab: Lab, node: str | int, path: str, text: str) -> None:
    _must(lab, node, f'mkdir -p "$(dirname {path})" && cat > {path}', stdin=text)


def _must(lab: Lab, node: str | int, command: str, timeout: float = 120, stdin: str = "") -> str:
    answer = lab.run(node, ["sh", "-c", command], timeout, stdin)
    if answer.rc:
        raise LabError(f"{command!r} on {node} ended with {answer.rc}: {answer.stderr.strip()}")
    return answer.stdout
