"""What brings a disk to this host, and how long it waits, as sysfs shows it."""

import glob
import os
import re

from ocfs2lib.san.timeout_budget import FIBRE_CHANNEL
from ocfs2lib.san.timeout_budget import ISCSI
from ocfs2lib.san.timeout_budget import NVME
from ocfs2lib.system import files

_ISCSI = "/sys/class/iscsi_session"
_PORTS = "/sys/class/fc_remote_ports"
_OFF = "off"


def timeouts(device):
    """
    Return ``[(way, setting, seconds)]`` of a disk: how long I/O waits on each way to it; None for
    ever. Of a map, or of what is not here, nothing is known.

    device
        Any name of a whole disk.
    """
    try:
        number = os.stat(device).st_rdev
    except OSError:
        return []
    place = os.path.realpath(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}")
    return [*_session(place), *_port(place), *_controllers(place)]


def _session(place):
    match = re.search(r"/(session[0-9]+)/", place)
    if match:
        yield ISCSI, "replacement_timeout", _seconds(f"{_ISCSI}/{match[1]}/recovery_tmo")


def _port(place):
    match = re.search(r"/(rport-[0-9:-]+)/", place)
    if not match:
        return
    names = [
        name
        for name in ("fast_io_fail_tmo", "dev_loss_tmo")
        if files.value(f"{_PORTS}/{match[1]}/{name}") not in (None, _OFF)
    ]
    # The first of the two that ends fails the I/O.
    for name in names[:1]:
        yield FIBRE_CHANNEL, name, _seconds(f"{_PORTS}/{match[1]}/{name}")


def _controllers(place):
    """Those of the subsystem of a namespace, each one a way to it."""
    if not re.fullmatch(r"nvme[0-9]+n[0-9]+", os.path.basename(place)):
        return
    for controller in sorted(glob.glob(f"{os.path.dirname(place)}/nvme*/fast_io_fail_tmo")):
        name = "fast_io_fail_tmo"
        if files.value(controller) == _OFF:
            name = "ctrl_loss_tmo"
        yield NVME, name, _seconds(f"{os.path.dirname(controller)}/{name}")


def _seconds(path):
    """Return the seconds in a file; None for ever, which is written as -1 or as off."""
    value = files.value(path)
    return int(value) if value and value.isdigit() else None
