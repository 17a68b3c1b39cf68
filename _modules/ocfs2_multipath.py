"""
Multipath as far as the formula sets it up: one file, and the maps of the LUNs in pillar.

.. versionadded:: 1.0.0
"""

import os

import salt.utils.path
from salt.exceptions import CommandExecutionError

from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.parsers import multipathd
from ocfs2lib.san import multipath_conf
from ocfs2lib.system import files
from ocfs2lib.system import lun_disks
from ocfs2lib.system import multipath_daemon
from ocfs2lib.system import operating_system
from ocfs2lib.system import tools
from ocfs2lib.system import waiting

#: Seconds for which a change is waited for.
_CHANGE = 60


def __virtual__():
    return operating_system.is_linux(__grains__)


def facts(wwids):
    """
    Return what multipath does here with some LUNs. Changes nothing.

    wwids
        A list of their WWIDs; without any, nothing is looked at.

    Returns ``{"interval", "threshold", "maps", "disks"}``: the ``polling_interval`` in seconds that
    multipath works with (None without multipath), the smallest ``heartbeat_threshold`` that the
    kernel works with (None without a cluster), ``[WWID, name, queueing, use]`` of each map and
    ``[WWID, kernel's name, use]`` of each disk that is in no map. ``queueing`` is what the map does
    without a path, ``"unknown"`` while it has none; ``use`` is ``"used"`` or ``"free"``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_multipath.facts '[3600a0b8000123456000abcd012345678]'
    """
    if not wwids or not salt.utils.path.which("multipathd"):
        return {"interval": None, "threshold": None, "maps": [], "disks": []}
    return {
        "interval": multipathd.polling_interval(_configuration()["stdout"]),
        "threshold": _threshold(),
        "maps": [
            [wwid, each["name"], _queueing(each), _use(each["node"])]
            for wwid, each in _maps().items()
            if _is_one_of(wwid, wwids)
        ],
        "disks": [[wwid, disk, _use(disk)] for wwid, disk in _unmapped(wwids)],
    }


def apply(text, wwids):
    """
    Let multipath work by the formula's file, without losing a path of a map that is in use.

    text
        The file, as ``san.multipath_conf`` renders it.
    wwids
        A list of the WWIDs in it. Their disks become maps, in use or not at all.

    Returns True once multipathd works with all of it. Raises ``CommandExecutionError`` if multipath
    objects to the file, which is then as before, or if something else decides what it does.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_multipath.apply "$(cat ocfs2.conf)" '[3600a0b8000123456000abcd012345678]'
    """
    _write(text)
    for disk in _without_size(wwids):
        lun_disks.rescan(disk)
    for _, disk in _free(wwids):
        # With "find_multipaths strict" nothing else makes a map of it.
        tools.run(["multipath", "-a", disk])
    tools.run(["multipathd", "reconfigure"])
    _refuse_hidden(_without_size(wwids))
    _await(text, wwids)
    return True


def remove():
    """
    Take the formula's file away. The maps stay, with what the rest of multipath says of them.

    Returns True.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_multipath.remove
    """
    if files.read(multipath_conf.PATH) is not None:
        files.remove(multipath_conf.PATH)
        if multipath_daemon.show("daemon") is not None:
            tools.run(["multipathd", "reconfigure"])
    return True


def release(wwid):
    """
    Let go of a LUN that nobody here uses any more: its map first, then each of its paths, so that
    the array can take it away and no dead path is left.

    wwid
        Its WWID.

    Returns True, also if the LUN is not here, or is none of SCSI, whose devices go by themselves.
    Raises ``CommandExecutionError`` if anything uses it.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_multipath.release 3600a0b8000123456000abcd012345678
    """
    found = {name: each for name, each in _maps().items() if same_wwid(name, wwid)}
    disks = [disk for _, disk in lun_disks.leading_to([wwid], __salt__["ocfs2.wwid"])]
    disks = [disk for disk in disks if lun_disks.can_be_deleted(disk)]
    users = [each["node"] for each in found.values() if _use(each["node"]) == "used"]
    users += [disk for disk in disks if _use(disk, below=_nodes(found)) == "used"]
    if users:
        raise CommandExecutionError(
            f"LUN {wwid} is in use here: {', '.join(users)}. Fix: unmount what is on it first."
        )
    for each in found.values():
        tools.run(["multipath", "-f", each["name"]])
    for disk in disks:
        if found:
            tools.run(["multipath", "-w", disk])
        lun_disks.delete(disk)
    return True


def _write(text):
    """Write the file, unless multipath has more to object to with it than without."""
    before = files.read(multipath_conf.PATH)
    if before == text:
        return
    objections = _objections()
    files.write(multipath_conf.PATH, text)
    new = _objections()
    if len(new) > len(objections):
        if before is None:
            files.remove(multipath_conf.PATH)
        else:
            files.write(multipath_conf.PATH, before)
        raise CommandExecutionError(
            f"multipath -t objects to {multipath_conf.PATH}, which is as before: {'; '.join(new)}. "
            "Fix: look for what is odd in /etc/multipath.conf, then run again."
        )


def _objections():
    """What multipath says of its files: its exit code is 0 also for what it does not understand."""
    return _configuration()["stderr"].splitlines()


def _configuration():
    return tools.attempt(["multipath", "-t"], timeout=_CHANGE)


def _refuse_hidden(disks):
    """Raise CommandExecutionError for disks of which no map can be made."""
    if disks:
        raise CommandExecutionError(
            f"{', '.join(disks)}: the array does not let this host read how large it is, as when "
            f"another host has a SCSI reservation on the LUN. Fix: sg_persist --in "
            f"--read-reservation {disks[0]} tells whose it is; have it released, then run again."
        )


def _await(text, wwids):
    """Wait until the maps are as the file says; raise CommandExecutionError if they never are."""
    wrong = waiting.until_empty(lambda: _wrong(text, wwids), _CHANGE)
    if wrong:
        raise CommandExecutionError(
            f"{'; '.join(wrong)}, although {multipath_conf.PATH} says otherwise. Fix: look "
            "into the other files of /etc/multipath/conf.d, of which the last wins, and at "
            "multipathd show config; then run again."
        )


def _wrong(text, wwids):
    """What differs from the file, as texts; of a LUN that has no path here nothing can."""
    told = multipathd.retries_of(text)
    wrong = [f"{disk} of LUN {wwid} is in no map" for wwid, disk in _free(wwids)]
    for wwid, each in _maps().items():
        retries = next((value for name, value in told.items() if same_wwid(name, wwid)), None)
        if retries and each["living"] and not multipathd.is_queueing(each["queueing"], retries):
            wrong.append(f"the map {each['name']} of LUN {wwid} has no no_path_retry {retries}")
    return wrong


def _queueing(each):
    return each["queueing"] if each["living"] else multipath_conf.UNKNOWN


def _free(wwids):
    return [(wwid, disk) for wwid, disk in _unmapped(wwids) if _use(disk) == "free"]


def _maps():
    return multipathd.parse_maps(
        multipath_daemon.show("maps", "raw", "format", multipathd.MAPS) or ""
    )


def _unmapped(wwids):
    """``(WWID, disk)`` of each disk of these LUNs that no map has."""
    return [
        (wwid, disk)
        for wwid, disk in lun_disks.leading_to(wwids, __salt__["ocfs2.wwid"])
        if not lun_disks.maps_over(disk)
    ]


def _without_size(wwids):
    return [disk for _, disk in _unmapped(wwids) if not lun_disks.has_size(disk)]


def _use(node, below=()):
    """Tell whether anything here uses a disk or map: a mount, or a device upon it that is not one
    of ``below``."""
    holders = [each for each in lun_disks.holders(node) if each not in below]
    return "used" if holders or lun_disks.is_mounted(node) else "free"


def _nodes(maps):
    return [os.path.basename(each["node"]) for each in maps.values()]


def _is_one_of(wwid, wwids):
    return any(same_wwid(wwid, each) for each in wwids)


def _threshold():
    clusters = __salt__["o2cb.live"]()["clusters"].values()
    known = [each["heartbeat_threshold"] for each in clusters]
    return min((each for each in known if each is not None), default=None)
