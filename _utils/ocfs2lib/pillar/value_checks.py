"""
Check texts of a pillar for what a pattern cannot say well: addresses, devices, paths, services.
"""

import ipaddress
import posixpath
import re

from ocfs2lib.pillar import device_names
from ocfs2lib.pillar.problem import WrongValue
from ocfs2lib.text import SHOWN
from ocfs2lib.text import shown

# Mounting over these directories, or anywhere in the second set, breaks the host.
SYSTEM_PATHS = (
    r"/(home|media|mnt|opt|root|snap|srv|var(/(backups|cache|lib|log|mail|opt|spool))?)?"
    r"|/(bin|boot|dev|etc|lib(32|64|x32)?|lost\+found|proc|run|sbin|sys|tmp|usr"
    r"|var/(lock|run|tmp))(/.*)?"
)

# Services that cannot wait for a mount: pattern -> why.
REFUSED_SERVICES = (
    (r"o2cb\.service|ocfs2.*\.service", "it is what the mount itself needs"),
    (r"salt-(minion|master)\.service", "the formula mounts and unmounts through it"),
    (
        r"(multipathd|iscsid|open-iscsi|nftables|netfilter-persistent)\.service",
        "it comes before the mount at every boot",
    ),
    (r"(systemd-.*|dbus)\.service", "the whole host needs it"),
)

_NO_HOSTS = {
    ipaddress.IPv4Network("0.0.0.0/8"): "an unspecified",
    ipaddress.IPv4Network("127.0.0.0/8"): "a loopback",
    ipaddress.IPv4Network("224.0.0.0/4"): "a multicast",
    ipaddress.IPv4Network("255.255.255.255/32"): "the broadcast",
    ipaddress.IPv4Network("240.0.0.0/4"): "a reserved",
}


def _check_address(text):
    """Refuse what is not the unicast IPv4 address of one host."""
    fix = "type an IPv4 address of the node like 192.168.100.1"
    if ":" in text:
        raise WrongValue(
            f"{shown(text)} is not IPv4, and the kernel's o2net knows nothing else", fix
        )
    if re.fullmatch(r"[0-9.]+/[0-9]+", text):
        raise WrongValue(f"{shown(text)} is a network", f"type '{text.partition('/')[0][:SHOWN]}'")
    parts = text.split(".")
    if len(parts) != 4 or not all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts):
        raise WrongValue(f"{shown(text)} is not an IPv4 address", fix)
    plain = ".".join(str(int(part)) for part in parts)
    if plain != text:
        raise WrongValue(
            f"{shown(text)} has leading zeros, which the tools refuse", f"type '{plain}'"
        )
    if max(map(int, parts)) > 255:
        raise WrongValue(f"{shown(text)} has a part above 255", fix)
    for network, what in _NO_HOSTS.items():
        if ipaddress.IPv4Address(text) in network:
            raise WrongValue(f"{shown(text)} is {what} address, not that of a host", fix)


def _check_device(text):
    """Refuse names that another node or another boot gives to another device."""
    fix = "type the /dev/mapper/NAME or /dev/disk/by-id/NAME of the whole LUN"
    for pattern, why in device_names.UNSTABLE_DEVICES:
        if re.fullmatch(pattern, text):
            raise WrongValue(f"{shown(text)} is not a stable name: {why}", fix)
    if not text.startswith("/"):
        raise WrongValue(f"{shown(text)} is not an absolute path", fix)
    if ".." in text.split("/"):
        raise WrongValue(f"{shown(text)} contains '..'", fix)
    if re.search(r"-part[0-9]+$", text):
        whole = re.sub(r"-part[0-9]+$", "", text)
        raise WrongValue(
            f"{shown(text)} is a partition, and a LUN is used whole", f"type {shown(whole)}"
        )
    if text == "/dev/mapper/control":
        raise WrongValue("'/dev/mapper/control' is the device-mapper itself", fix)


def _check_wwid(text):
    """Refuse other spellings of a WWID than that of udev and multipath."""
    bare = re.fullmatch(r"(?:naa\.|0x)?([25][0-9a-f]{15}|6[0-9a-f]{31})", text.lower())
    if bare:
        raise WrongValue(
            f"{shown(text)} lacks the 3 that udev and multipath put before an NAA number",
            f"type '3{bare[1]}'",
        )
    if re.fullmatch(r"([123]|eui\.|uuid\.|nvme\.)[0-9A-Fa-f-]+", text) and text != text.lower():
        raise WrongValue(
            f"{shown(text)} has capitals, and udev and multipath print none",
            f"type '{text.lower()[:128]}'",
        )


def _check_path(text):
    """Refuse mount points that are not plain or belong to the system."""
    if not text.startswith("/"):
        raise WrongValue(
            f"{shown(text)} is not an absolute path", "type it from /, like /san/primary"
        )
    plain = re.sub(r"^/+", "/", posixpath.normpath(text))
    if plain != text:
        raise WrongValue(f"{shown(text)} is not a plain path", f"type {shown(plain)}")
    if re.fullmatch(SYSTEM_PATHS, text):
        raise WrongValue(
            f"{shown(text)} belongs to the system, and the mount would hide it",
            "type a directory of its own like /san/primary",
        )


def _check_service(text):
    """Refuse what is not the name of a service that can wait for a mount."""
    fix = "type the name of its unit like 'libvirtd.service'"
    if "/" in text:
        raise WrongValue(f"{shown(text)} is a path", fix)
    if not text.endswith(".service"):
        raise WrongValue(f"{shown(text)} is not the full name of a service", fix)
    for pattern, why in REFUSED_SERVICES:
        if re.fullmatch(pattern, text):
            raise WrongValue(f"{shown(text)} cannot wait for a mount: {why}", "remove it")


def _check_command(text):
    """Refuse what is not the bare path of an executable."""
    if not text.startswith("/"):
        raise WrongValue(
            f"{shown(text)} is not an absolute path",
            "type it from /, like /usr/local/sbin/drain-hypervisor",
        )
    if " " in text:
        raise WrongValue(
            f"{shown(text)} has blanks in it, and it is run without arguments and without a shell",
            "put the command into a script and type the path of the script",
        )


def _check_state(text):
    """Refuse the path of an sls, and what the formula itself is made of."""
    if "/" in text or text.endswith(".sls"):
        plain = text.strip("/").removesuffix(".sls").replace("/", ".")
        raise WrongValue(f"{shown(text)} is a path, not the name of an sls", f"type {shown(plain)}")
    if text == "ocfs2" or text.startswith("ocfs2."):
        raise WrongValue(
            f"{shown(text)} is of the formula, and it is yours to know how a node is emptied",
            "type the name of an sls of your own like 'hypervisor.drain'",
        )


#: By the name of the key. Each raises :class:`pillar.problem.WrongValue`.
CHECKS = {
    "address": _check_address,
    "device": _check_device,
    "wwid": _check_wwid,
    "path": _check_path,
    "service": _check_service,
    "command": _check_command,
    "state": _check_state,
}
