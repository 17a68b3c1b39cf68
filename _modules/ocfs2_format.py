"""
The one function that writes to a LUN, and what it stands on.

It formats only what it has just proved blank itself, with a permission of the master that is good
for one time, and it has no switch that says otherwise.

.. versionadded:: 1.0.0
"""

import contextlib
import json
import mmap
import os
import time

import salt.utils.path
import salt.utils.yaml
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.commands import ORCHESTRATE
from ocfs2lib.errors import ArgumentInvalid
from ocfs2lib.errors import FormulaError
from ocfs2lib.lun import audit
from ocfs2lib.lun import format_order
from ocfs2lib.lun import superblock
from ocfs2lib.lun.format_order import LEADER_GRAIN
from ocfs2lib.lun.refusal import Code
from ocfs2lib.lun.refusal import Refusal
from ocfs2lib.platform import platforms
from ocfs2lib.system import audit_log
from ocfs2lib.system import block_device
from ocfs2lib.system import file_lock
from ocfs2lib.system import operating_system
from ocfs2lib.system import tools
from ocfs2lib.system import volume_tools
from ocfs2lib.system.format_refused import FormatRefused
from ocfs2lib.system.static_grains import StaticGrains

#: Locked while a LUN is formatted; says which, and how far the full read has come.
_LOCK = "/run/ocfs2-formula.lock"
#: Seconds for which a permission is good.
_PERMITTED = 3600
#: mkfs writes one journal for each slot: seconds, not minutes, but a slow array may take its time.
_MKFS_TIMEOUT = 3600
# Without modprobe, mkfs.ocfs2 1.8 forks copies of itself that all go on formatting.
_TOOLS = ("modprobe", "mkfs.ocfs2", "debugfs.ocfs2")


def __virtual__():
    return operating_system.is_linux(__grains__)


def running():
    """
    Tell what this node is formatting right now.

    Returns ``{"wwid", "read", "size"}``: the LUN's WWID, or None if it formats nothing; how many
    bytes of how many ``verify: full`` has read and found to be zeros.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_format.running
    """
    idle = {"wwid": None, "read": 0, "size": 0}
    fd = _open_lock_file()
    try:
        content = _read_lock_file(fd)
        at_work = file_lock.is_taken(fd) or _is_mkfs_running(content)
    finally:
        os.close(fd)
    return {name: content.get(name, idle[name]) for name in idle} if at_work else idle


def reached():
    """
    Tell which formats have come so far here that mkfs.ocfs2 may have written, by the audit log.

    Returns ``{UUID: verdict}`` of the volumes: ``granted`` (begun), ``done`` or ``failed``; None if
    the audit log cannot be read.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_format.reached
    """
    text = audit_log.end(audit.path(__opts__["log_file"]))
    return None if text is None else audit.formats(text)


def mark(cluster, wwid="", token=""):
    """
    Mark this minion as the leader of a cluster by its grain ``ocfs2_leader``, with or without the
    permission to format one LUN.

    cluster
        The name of the cluster.
    wwid, token
        The LUN, and the token of its format: a permission that is good for one attempt within an
        hour. Without them, it has none from now on.

    Returns True. Raises ``CommandExecutionError`` if the file of the grains cannot be written.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_format.mark web
    """
    permission = {"wwid": wwid, "token": token, "time": int(time.time())} if token else {}
    _static_grains().put(LEADER_GRAIN, {"cluster": cluster, **permission})
    if not __opts__.get("local"):
        __salt__["saltutil.refresh_grains"]()
    return True


def mkfs(order, token, lun="", job="", operator=""):
    """
    Format a blank LUN as a volume of an o2cb cluster, once.

    The leader's grain must carry the same token and WWID; the token is spent before anything else.
    Then the device is opened and held, and its identity, size, readability, blankness and freedom
    from users are proved on that handle, right before mkfs.ocfs2 runs without any force flag. The
    exit code is not trusted: UUID, label, slots, stamp, the chosen sizes and features, journals and
    ``lost+found``, which mkfs.ocfs2 writes last, are read back. Every decision goes to the audit
    log of this node.

    order
        The volume to make: the fields of :class:`lun.format_order.FormatOrder`.
    token
        The one-time token that the master also put in this minion's ``ocfs2_leader`` grain.
    lun, job, operator
        For the audit log: the LUN's key in pillar, and the master's job and its operator.

    Returns ``{"made", "volume"}``: whether this call has formatted, and the facts of the volume, as
    ``ocfs2.probe`` gives them. A LUN that holds the ordered volume already, whole, is left as it
    is. Raises :class:`system.format_refused.FormatRefused` if the format is refused, and nothing
    was written, or another ``CommandExecutionError`` if it failed.

    CLI Example:

    .. code-block:: bash

        salt-run state.orchestrate ocfs2.orch     # the only caller that holds a token
    """
    order = _order(order)
    log = _Audit(order, lun, job, operator)
    with _only_one_format(order, log) as progress, _opened(order.device, log) as handle:
        objections = [*_missing_tools(), *_spend_token(order, token)]
        facts = _prove(order, handle, progress)
        if order.is_complete(facts):
            return {"made": False, "volume": facts["volume"]}
        objections += order.refusals(__grains__["id"], facts)
        if objections:
            raise log.refused(objections, facts, order.foreign_contents(facts))
        log.write("granted", (), facts)
        before = block_device.written(handle)
        _erase_superblock(order, handle, facts)
        return {"made": True, "volume": _make_volume(order, handle, facts["node"], log, before)}


def _order(fields):
    try:
        return format_order.FormatOrder(**fields)
    except (TypeError, ArgumentInvalid) as err:
        raise SaltInvocationError(f"Refused: {err}") from err


class _Audit:
    """The audit log of this node, for one order."""

    def __init__(self, order, lun, job, operator):
        self._about = {"lun": lun or order.device, "wwid": order.wwid, "cluster": order.cluster}
        self._about.update(job=job, operator=operator, volume=order.uuid)

    def write(self, verdict, reasons, evidence=None):
        text = audit.line(verdict, reasons=reasons, evidence=evidence, **self._about)
        try:
            audit_log.append(audit.path(__opts__["log_file"]), text)
        except FormulaError as err:
            raise CommandExecutionError(f"Refused: {err}") from err

    def refused(self, reasons, evidence=None, contents="", verdict="refused"):
        """Audit the refusal; return the error that tells it, and what the LUN holds of others."""
        self.write(verdict, reasons, evidence)
        return FormatRefused("Refused: " + " ".join(map(str, reasons)), contents)


def _refusal(guard, code, found, fix):
    return Refusal(guard, code, __grains__["id"], found, fix)


@contextlib.contextmanager
def _only_one_format(order, log):
    """Exclude others; yield a function that tells :func:`running` how far the read is."""
    fd = _open_lock_file()
    try:
        if not file_lock.take(fd) or _is_mkfs_running(_read_lock_file(fd)):
            found = "another format is running here"
            raise log.refused(
                [_refusal("G6", Code.BEING_FORMATTED, found, "Wait for it, then run again")]
            )

        def progress(read):
            content = {"wwid": order.wwid, "uuid": order.uuid, "read": read, "size": order.size}
            # In place and always as long, so that no reader ever sees half of it.
            os.pwrite(fd, json.dumps(content).ljust(512).encode(), 0)

        progress(0)
        yield progress
    finally:
        os.close(fd)


def _open_lock_file():
    return os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _read_lock_file(fd):
    """Return what the last format of this node wrote about itself."""
    try:
        return json.loads(os.pread(fd, 4096, 0) or b"{}")
    except ValueError:
        return {}


def _is_mkfs_running(content):
    """Tell whether the mkfs.ocfs2 of a format still runs; its job may be gone by now."""
    return content.get("uuid") in volume_tools.at_work()


@contextlib.contextmanager
def _opened(device, log):
    """Open and hold the device as :func:`system.block_device.opened` does."""
    with contextlib.ExitStack() as held:
        try:
            handle = held.enter_context(block_device.opened(device))
        except OSError as err:
            found = f"{device}: {os.strerror(err.errno)}"
            fix = "Present the LUN to this node"
            raise log.refused([_refusal("G1", Code.LUN_MISSING, found, fix)]) from err
        yield handle


def _missing_tools():
    platform = platforms.of_minion(__grains__)
    packages = " and ".join(sorted(platform.packages)) if platform else "its package"
    return [
        _refusal(
            "G9",
            Code.TOOL_MISSING,
            f"{tool} is missing",
            f"Install {packages} (state ocfs2.package)",
        )
        for tool in _TOOLS
        if not salt.utils.path.which(tool)
    ]


def _spend_token(order, token):
    """Take the permission out of the leader's grain; return the refusals if there is none."""
    if order.leader != __grains__["id"]:
        return [
            _refusal(
                "G6",
                Code.NOT_LEADER,
                f"the leader is {order.leader}",
                "Send the order to nobody else",
            )
        ]
    try:
        found = _why_not_permitted(_static_grains().get(LEADER_GRAIN), order.wwid, token)
        if not found:
            # A permission that stays behind would be good for another time.
            mark(order.cluster)
    except CommandExecutionError as err:
        found = f"the permission cannot be spent: {err}"
    fix = f"Run {ORCHESTRATE} on the master"
    return [_refusal("G6", Code.NOT_LEADER, found, fix)] if found else []


def _static_grains():
    return StaticGrains(__opts__, salt.utils.yaml.safe_load)


def _why_not_permitted(grain, wwid, token):
    """Return why a grain permits no format of a LUN with a token, ``""`` if it does."""
    grain = grain if isinstance(grain, dict) else {}
    if not token or (grain.get("wwid"), grain.get("token")) != (wwid, token):
        return f"its grain {LEADER_GRAIN} holds no permission to format {wwid}"
    given = grain.get("time")
    if type(given) is not int or not 0 <= time.time() - given <= _PERMITTED:
        return f"its permission to format {wwid} is not of the last {_PERMITTED // 60} minutes"
    return ""


def _prove(order, handle, progress):
    """Return what the guards judge right before the format, read from the open device."""
    probe = __salt__["ocfs2.probe"]
    facts = probe(order.device, prove_blank=True, handle=handle)
    if order.verify == "samples" or facts["written"] != []:
        return facts
    facts = probe(order.device, prove_blank=True, full=True, handle=handle, progress=progress)
    if facts["written"] != []:
        return facts
    # The full read took its time: what else has to be true is looked at once more after it.
    return probe(order.device, prove_blank=True, handle=handle)


def _erase_superblock(order, handle, facts):
    """
    Take away the superblock of what our own format left, so that mkfs.ocfs2 asks no question.

    Over a superblock it does ask one, and only a force flag or a typed answer gets past it.
    """
    if not facts["volume"]:
        return
    with mmap.mmap(-1, superblock.HEAD_BYTES) as head:
        os.preadv(handle, [head], 0)
        data = bytes(head)
        volume = superblock.parse(data)
        if not volume or volume.uuid != order.uuid:
            raise CommandExecutionError(f"{order.device} changed while it was looked at; run again")
        start, length = superblock.span(data)
        head[start : start + length] = bytes(length)
        _write_head(facts["node"], head)


def _write_head(node, head):
    try:
        fd = os.open(node, os.O_WRONLY | os.O_DIRECT | os.O_EXCL | os.O_CLOEXEC)
        try:
            os.pwritev(fd, [head], 0)
            os.fsync(fd)
        finally:
            os.close(fd)
    except OSError as err:
        raise CommandExecutionError(f"{node}: {os.strerror(err.errno)}") from err


def _make_volume(order, handle, node, log, before):
    """
    Run mkfs.ocfs2; return the facts of the new volume, which are read back.

    before
        How many sectors had been written to the LUN, None if that could not be told.
    """
    argv, ended = ["mkfs.ocfs2", *order.arguments(), node], False
    try:
        result = volume_tools.finish(order.uuid, "mkfs", argv, _MKFS_TIMEOUT)
        output, ended = tools.failure(argv, result), True
    except CommandExecutionError as err:
        output = str(err)
    facts = __salt__["ocfs2.probe"](order.device, handle=handle)
    wrong = order.differences(facts)
    if wrong and ended and before is not None and block_device.written(handle) == before:
        found = f"{output}. Nothing was written"
        fix = f"Put that right, then run {ORCHESTRATE} again"
        reasons = [_refusal("G9", Code.TOOL_FAILED, found, fix)]
        raise log.refused(reasons, facts, verdict=audit.UNWRITTEN)
    if wrong:
        log.write("failed", [output, *wrong], facts)
        raise CommandExecutionError(
            f"{output}. Read back: {'; '.join(wrong)}. What became of the LUN is UNKNOWN; "
            f"{ORCHESTRATE} looks at it again"
        )
    log.write("done", (), facts)
    return facts["volume"]
