"""What pillar may say under ``device`` and ``wwid`` of a LUN, and that both mean one device."""

from __future__ import annotations

import re

from ocfs2lib.pillar import device_names
from ocfs2lib.pillar import identities
from ocfs2lib.pillar import refused_devices
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.problem import WrongValue
from ocfs2lib.text import shown


def check_device(text):
    """Refuse names that another node or another boot gives to another device."""
    fix = "type the /dev/mapper/NAME or /dev/disk/by-id/NAME of the LUN"
    refused = refused_devices.by_name(text)
    if refused:
        raise WrongValue(f"{shown(text)} {refused.sentence}", refused.instead)
    for pattern, why in device_names.UNSTABLE_DEVICES:
        if re.fullmatch(pattern, text):
            if text.startswith("/dev/drbd"):
                fix = "type the /dev/drbd/by-res/RESOURCE/VOLUME"
            raise WrongValue(f"{shown(text)} is not a stable name: {why}", fix)
    if not text.startswith("/"):
        raise WrongValue(f"{shown(text)} is not an absolute path", fix)
    if ".." in text.split("/"):
        raise WrongValue(f"{shown(text)} contains '..'", fix)
    if text == "/dev/mapper/control":
        raise WrongValue("'/dev/mapper/control' is the device-mapper itself", fix)


def check_identity(text):
    """Refuse other spellings of a WWID than that of udev and multipath."""
    whole, partuuid = identities.split_partition(text)
    bare = re.fullmatch(r"(?:naa\.|0x)?([25][0-9a-f]{15}|6[0-9a-f]{31})", whole.lower())
    if bare:
        right = f"3{bare[1]}"
        raise WrongValue(
            f"{shown(text)} lacks the 3 that udev and multipath put before an NAA number",
            f"type '{identities.of_partition(right, partuuid) if partuuid else right}'",
        )
    if "-partuuid-" in whole.lower():
        raise WrongValue(
            f"{shown(text)} has no PARTUUID after -partuuid-",
            "type it as 'blkid -p -s PART_ENTRY_UUID' prints it of the partition",
        )
    hexadecimal = re.fullmatch(r"([123]|eui\.|uuid\.|nvme\.)[0-9A-Fa-f-]+", whole)
    right = whole.lower() if hexadecimal else whole
    right = identities.of_partition(right, partuuid) if partuuid else right
    if right != text:
        raise WrongValue(
            f"{shown(text)} has capitals, and udev and multipath print none", f"type '{right}'"
        )


def same_device(good):
    """
    A device name that carries a WWID carries that of ``wwid``, and the name of a partition goes
    with the WWID of a partition alone.
    """
    for key, lun in good.get("luns", {}).items():
        if "device" in lun and "wwid" in lun:
            problem = difference(lun["device"], lun["wwid"])
            if problem:
                name, reason, fix = problem
                yield Problem(f"ocfs2:luns:{key}:{name}", reason, fix)


def no_overlap(good):
    """No LUN of pillar is a partition of another."""
    luns = {key: lun["wwid"].lower() for key, lun in good.get("luns", {}).items() if "wwid" in lun}
    for key, wwid in luns.items():
        for other, whole in luns.items():
            if whole != wwid and identities.whole(wwid) == whole:
                yield Problem(
                    f"ocfs2:luns:{key}:wwid",
                    f"{shown(wwid)} is a partition of ocfs2:luns:{other}",
                    "use the LUN as a whole, or its partitions alone",
                )


def difference(device, wwid):
    """
    Return ``(key, reason, fix)`` if a device and an identity do not go together, or None.

    device, wwid
        As in pillar, each acceptable by itself.
    """
    drbd = device_names.drbd_identity(device)
    if drbd or identities.split_drbd(wwid):
        return None if drbd == wwid else _other_drbd(device, wwid, drbd)
    whole, partuuid = identities.split_partition(wwid)
    says = device_names.whole_wwid(device)
    if says and says.lower() != whole.lower():
        right = identities.of_partition(says, partuuid) if partuuid else says
        return (
            "wwid",
            f"{shown(wwid)} is not the LUN of the device {shown(device)}",
            f"type '{right}' if the device is right, or else the device of this WWID",
        )
    if device_names.is_partition(device) and not partuuid:
        return _whole_identity(device, wwid)
    if partuuid and not device_names.may_be_partition(device):
        return (
            "device",
            f"{shown(device)} is a whole LUN, and {shown(wwid)} is a partition",
            f"type '/dev/disk/by-partuuid/{partuuid}', or the WWID '{whole}' for the whole LUN",
        )
    named = device_names.partuuid(device)
    if named and partuuid and named != partuuid.lower():
        return (
            "wwid",
            f"{shown(wwid)} is not the partition {shown(device)}",
            f"type '{identities.of_partition(whole, named)}' if the device is right, or else the "
            "device of this WWID",
        )
    return None


def _whole_identity(device, wwid):
    named = device_names.partuuid(device)
    right = identities.of_partition(wwid, named) if named else f"{wwid}-partuuid-PARTUUID"
    where = "" if named else f", with what 'blkid -p -s PART_ENTRY_UUID {device}' prints"
    other = device_names.whole_name(device)
    return (
        "wwid",
        f"{shown(device)} is a partition, and {shown(wwid)} is a whole LUN",
        f"type '{right}'{where}" + (f", or the device '{other}' for the whole LUN" * bool(other)),
    )


def _other_drbd(device, wwid, drbd):
    if drbd:
        return (
            "wwid",
            f"{shown(wwid)} is not the volume of DRBD that {shown(device)} is",
            f"type '{drbd}'",
        )
    resource, volume = identities.split_drbd(wwid)
    return (
        "device",
        f"{shown(device)} is not the volume of DRBD that {shown(wwid)} is",
        f"type '/dev/drbd/by-res/{resource}/{volume}'",
    )
