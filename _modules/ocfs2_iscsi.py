"""
iSCSI as far as the formula sets it up: the records of the targets in pillar, and their sessions.

A secret never leaves the node: it is read from the node's own pillar, written to the record, which
root alone can read, and compared there. No command line and no answer has it.

.. versionadded:: 1.0.0
"""

import os

from salt.exceptions import CommandExecutionError

from ocfs2lib.pillar.sections.iscsi_keys import Chap
from ocfs2lib.san import iscsi_records
from ocfs2lib.system import files
from ocfs2lib.system import lun_disks
from ocfs2lib.system import operating_system
from ocfs2lib.system import tools
from ocfs2lib.system import waiting

_SESSIONS = "/sys/class/iscsi_session"
_CONNECTIONS = "/sys/class/iscsi_connection"
#: Seconds that a discovery or a login may take: open-iscsi tries a while by itself.
_LIMIT = 180
#: Seconds for which a LUN is waited for.
_SHOWN = 15
#: What iscsiadm ends with if the session is there already (iscsiadm(8)).
_PRESENT = 15
_AS_PILLAR_SAYS, _OTHER = "as pillar says", "other than in pillar"


def __virtual__():
    return operating_system.is_linux(__grains__)


def facts(settings, wwids=()):
    """
    Return the initiator name, records and sessions of this node. Changes nothing.

    settings
        A list of the names in a record that count; without any, nothing is looked at but what the
        formula has made.
    wwids
        A list of the WWIDs of LUNs.

    Returns ``{"initiator", "records", "sessions", "made", "unseen"}``: the name or None; ``[target,
    ADDRESS:PORT, "secrets=as pillar says" or another value, "name=value", ...]`` of each record;
    ``[target, ADDRESS:PORT, state]`` of each session; ``[target, ADDRESS:PORT]`` of each record
    that the formula has made; and the WWIDs of which there is no disk. No secret is among them.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_iscsi.facts '[node.startup]' '[3600a0b8000123456000abcd012345678]'
    """
    made = [list(each) for each in sorted(_made())]
    if not settings:
        return {"initiator": None, "records": [], "sessions": [], "made": made, "unseen": []}
    records = _records()
    # Most looks find no record, and need no pillar.
    secrets = iscsi_records.secrets(_chap()) if records else {}
    return {
        "initiator": iscsi_records.initiator_name(files.read(iscsi_records.INITIATOR_PATH)),
        "records": [_shown(*each, settings, secrets) for each in records],
        "sessions": [each[:3] for each in sessions()],
        "made": made,
        "unseen": _unseen(wwids),
    }


def sessions():
    """
    Return every iSCSI session of this node, from sysfs alone.

    Returns a list of ``[target, ADDRESS:PORT, state, [kernel's names of its disks]]``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_iscsi.sessions
    """
    return [each[1:] for each in _sessions()]


def _sessions():
    """What :func:`sessions` returns, each with the kernel's name of the session before it."""
    found = []
    for name in files.names(_SESSIONS):
        target = files.value(f"{_SESSIONS}/{name}/targetname")
        # Those of the connection of this moment cannot be read while there is none.
        place = f"{_CONNECTIONS}/connection{name[len('session') :]}:0/persistent_"
        address, port = files.value(f"{place}address"), files.value(f"{place}port")
        if target and address and port:
            state = files.value(f"{_SESSIONS}/{name}/state") or "unknown"
            disks = lun_disks.below(os.path.realpath(f"{_SESSIONS}/{name}/device"))
            found.append([name, target, f"{address}:{port}", state, disks])
    return found


def connect(portals, targets, settings, wwids=()):
    """
    Log in to targets, now and at each boot, and find the LUNs that they show.

    portals
        A list of ``ADDRESS:PORT``; each is asked what it offers.
    targets
        A list of the names of the targets; what else is offered is left alone.
    settings
        ``{name: value}`` of each record, without the secrets (``san.iscsi_records.settings``).
    wwids
        A list of the WWIDs of the LUNs that are to be here then.

    Returns True. Raises ``CommandExecutionError`` for a portal that does not answer, a target that
    no portal offers to this node, a login that was not taken, and a LUN that no target shows; what
    could be done is done.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_iscsi.connect '[192.168.50.10:3260]' '[iqn.2003-01.com.domain:primary]' \
            '{node.startup: automatic}'
    """
    tools.run(["modprobe", "iscsi_tcp"])
    offered, failures = _discovered(portals)
    silent = set(portals) - {portal for _, portal in offered}
    wanted = {pair for pair in offered if _is_wanted(pair, portals, targets)}
    files.write(iscsi_records.MADE_PATH, iscsi_records.lines_of(_made() | wanted))
    known = {(target, portal) for target, portal, _ in _records()}
    present = {(target, portal) for target, portal, *_ in sessions()}
    old = {pair for pair in known if _is_wanted(pair, portals, targets)}
    values = {**settings, **iscsi_records.secrets(_chap())}
    for target, portal in sorted(wanted | old):
        if (target, portal) not in known:
            tools.run([*_node(target, portal), "-o", "new"])
        _set(target, portal, values)
        # A login to a portal that is away keeps its caller for two minutes.
        if (target, portal) not in present and portal not in silent:
            failures += _login(target, portal)
    _have_sessions_wait(settings, wanted | old)
    missing = sorted(set(targets) - {target for target, _ in wanted | present})
    name = iscsi_records.initiator_name(files.read(iscsi_records.INITIATOR_PATH))
    failures += [
        f"no portal offers the target {target} to this node, {name}. Fix: have the array show it to"
        " that name"
        for target in missing
        if not failures
    ]
    failures += [
        f"no target shows LUN {wwid} to this node, {name}. Fix: have the array do so, to that name"
        for wwid in _looked_for(wwids)
        if not failures
    ]
    if failures:
        raise CommandExecutionError("; ".join(failures))
    return True


def disconnect(target, portal):
    """
    Log out of a target at a portal, and forget its record. Refused while a disk of it is in use.

    target, portal
        As :func:`sessions` has them.

    Returns True.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_iscsi.disconnect iqn.2003-01.com.domain:primary 192.168.50.10:3260
    """
    for *session, _, disks in sessions():
        if session == [target, portal]:
            _flush(disks)
            _refuse_in_use(target, portal, disks)
            tools.run([*_node(target, portal), "--logout"], timeout=_LIMIT)
    if any((one, other) == (target, portal) for one, other, _ in _records()):
        tools.run([*_node(target, portal), "-o", "delete"])
    left = _made() - {(target, portal)}
    if left:
        files.write(iscsi_records.MADE_PATH, iscsi_records.lines_of(left))
    else:
        files.remove(iscsi_records.MADE_PATH)
    return True


def _flush(disks):
    """Take away the multipath maps of disks that nobody uses."""
    for name in sorted({each for disk in disks for each in lun_disks.maps_over(disk)}):
        node = f"/dev/{name}"
        if not (lun_disks.holders(node) or lun_disks.is_mounted(node)):
            tools.run(["multipath", "-f", lun_disks.map_name(node)])


def _refuse_in_use(target, portal, disks):
    used = [disk for disk in disks if lun_disks.holders(disk) or lun_disks.is_mounted(disk)]
    if used:
        raise CommandExecutionError(
            f"{', '.join(used)} of {target} at {portal} are in use. Fix: retire the LUNs of that "
            "target first, or flush their maps (multipath -f NAME)."
        )


def _have_sessions_wait(settings, pairs):
    """Have sessions wait as their records say without a new login; multipathd sees to its own."""
    for name, target, portal, _, disks in _sessions():
        if (target, portal) in pairs and not any(map(lun_disks.maps_over, disks)):
            path = f"{_SESSIONS}/{name}/recovery_tmo"
            files.set_value(path, settings[iscsi_records.TIMEOUT])


def _unseen(wwids):
    """Those LUNs of which there is no disk here."""
    seen = {each.lower() for each, _ in lun_disks.leading_to(wwids, __salt__["ocfs2.wwid"])}
    return [wwid for wwid in wwids if wwid.lower() not in seen]


def _looked_for(wwids):
    """Have the sessions look for LUNs that are not here; those that are not here after a while."""
    if _unseen(wwids) and sessions():
        tools.run(["iscsiadm", "-m", "session", "--rescan"], timeout=_LIMIT)
    return waiting.until_empty(lambda: _unseen(wwids), _SHOWN)


def _is_wanted(pair, portals, targets):
    return pair[0] in targets and pair[1] in portals


def _discovered(portals):
    """What the portals offer to this node, and why one did not answer, as sentences."""
    offered, failures = set(), []
    for portal in portals:
        argv = ["iscsiadm", "-m", "discovery", "-t", "sendtargets", "-p", portal]
        argv += ["-o", "nonpersistent"]
        result = tools.attempt(argv, timeout=_LIMIT)
        if result["retcode"]:
            failures.append(f"portal {portal} offers nothing: {tools.failure(argv, result)}")
        else:
            offered |= iscsi_records.offered(result["stdout"])
    return offered, failures


def _login(target, portal):
    argv = [*_node(target, portal), "--login"]
    result = tools.attempt(argv, timeout=_LIMIT)
    if result["retcode"] in (0, _PRESENT):
        return []
    return [f"no login to {target} at {portal}: {tools.failure(argv, result)}"]


def _node(target, portal):
    return ["iscsiadm", "-m", "node", "-T", target, "-p", portal]


def _records():
    """``(target, portal, path)`` of each record."""
    return [
        (target, portal, path)
        for root in iscsi_records.NODES
        for target in files.directories(root)
        for name in files.names(f"{root}/{target}")
        for portal in [iscsi_records.portal_of(name)]
        if portal
        for path in _record_files(f"{root}/{target}/{name}")
    ]


def _record_files(path):
    if os.path.isdir(path):
        return [f"{path}/{name}" for name in files.names(path)]
    return [path]


def _set(target, portal, values):
    for one, other, path in _records():
        text = files.read(path)
        if (one, other) == (target, portal) and text is not None:
            found = iscsi_records.parse(text)
            if any(found.get(name) != value for name, value in values.items()):
                files.write(path, iscsi_records.with_values(text, values), 0o600)


def _shown(target, portal, path, settings, secrets):
    """A record as it may be told: with the names that count, and whether its secrets are right."""
    found = iscsi_records.parse(files.read(path) or "")
    right = all(found.get(name) == value for name, value in secrets.items())
    values = [f"{name}={found[name]}" for name in settings if name in found]
    return [target, portal, f"secrets={_AS_PILLAR_SAYS if right else _OTHER}", *values]


def _chap():
    """
    The section ``chap`` of this node's own pillar; it was checked before. It is asked of the master
    anew: what the minion keeps may be older than what the master compares it with.
    """
    # Without unmask, Salt 3008 puts stars where a secret is.
    section = __salt__["pillar.items"](unmask=True).get("ocfs2")
    for name in ("san", "iscsi", "chap"):
        section = section.get(name) if isinstance(section, dict) else None
    if not isinstance(section, dict):
        return None
    names = ("username", "username_in", "password", "password_in")
    return Chap(**{name: section.get(name) and str(section[name]) for name in names})


def _made():
    return iscsi_records.pairs_of(files.read(iscsi_records.MADE_PATH))
