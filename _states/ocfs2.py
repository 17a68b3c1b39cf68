"""
OCFS2 volumes on shared LUNs, on one node.

Every state takes ``config``, the whole ``ocfs2`` section of pillar, and finds in it what concerns
this minion. :func:`formatted` is the only one that can format; no highstate contains it.

.. versionadded:: 1.0.0
"""

import dataclasses

from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

import ocfs2_check
import ocfs2_fit
import ocfs2_fstab
import ocfs2_guard
import ocfs2_order
import ocfs2_setup
from ocfs2_commands import ORCHESTRATE

__virtualname__ = "ocfs2"

_GRANT = {"uuid", "token", "leader", "again", "job", "operator"}
_REFUSALS = (CommandExecutionError, SaltInvocationError, ValueError)


def __virtual__():
    if __grains__.get("kernel") != "Linux":
        return False, "OCFS2 is a filesystem of the Linux kernel."
    return __virtualname__


def _ret(name, comment):
    return {"name": name, "result": True, "changes": {}, "comment": comment}


def _refused(ret, reason):
    ret["result"], ret["comment"] = False, str(reason)
    return ret


def pillar_valid(name, config):
    """
    The pillar describes a cluster, and this minion is one of its nodes.

    name
        Any name for the check.
    config
        The ``ocfs2`` section of pillar.
    """
    ret = _ret(name, "The pillar is valid.")
    try:
        ocfs2_check.parse(config).member(__opts__["id"])
    except ValueError as err:
        return _refused(ret, err)
    return ret


def host_fit(name, config):
    """
    This host can be the node that pillar describes: platform, host name, address.

    name
        Any name for the check.
    config
        The ``ocfs2`` section of pillar.
    """
    ret = _ret(name, "The host fits its entry in pillar.")
    try:
        node = ocfs2_check.parse(config).member(__opts__["id"])
        problems = ocfs2_fit.unfit(node, __salt__["ocfs2_node.host"]())
    except _REFUSALS as err:
        return _refused(ret, err)
    return _refused(ret, ". ".join(problems) + ".") if problems else ret


def kernel(name, config):
    """
    The kernel can run OCFS2, and panics end in a restart, as fencing needs it.

    name
        The file under /etc/sysctl.d that keeps ``kernel.panic`` and ``kernel.panic_on_oops``.
    config
        The ``ocfs2`` section of pillar.
    """
    ret = _ret(name, "The kernel is set as described.")
    try:
        desired = ocfs2_check.parse(config)
        if not __salt__["o2cb.facts"]()["modules"]:
            raise CommandExecutionError(
                f"The kernel {__grains__['kernelrelease']} has no ocfs2 module. Install the "
                "distribution's full kernel (linux-image-amd64), not a cloud one, and boot it."
            )
        gaps = ocfs2_setup.panic(desired, __salt__["o2cb_setup.panic"](name))
        ret["changes"] = {gap.what: {"old": gap.old, "new": gap.new} for gap in gaps}
        if not gaps:
            return ret
        if __opts__["test"]:
            ret["result"], ret["comment"] = None, "The kernel's panic settings would be changed."
            return ret
        for gap in gaps:
            __salt__["sysctl.persist"](gap.what, gap.new, config=name)
        ret["comment"] = "The kernel's panic settings are changed."
    except _REFUSALS as err:
        return _refused(ret, err)
    return ret


def formatted(name, config, grant):
    """
    The LUN holds the volume that the master ordered, formatted here if it is blank.

    name
        The LUN's key under ``luns`` in pillar.
    config
        The ``ocfs2`` section of pillar.
    grant
        From the orchestration, for this LUN alone: ``uuid``, ``token``, ``leader``, ``again``,
        ``job`` and ``operator`` (see ``ocfs2_format.mkfs``).
    """
    ret = _ret(name, f"LUN {name} holds the volume that was ordered.")
    try:
        desired = ocfs2_check.parse(config)
        order = _order(desired, _lun(desired, name), _checked(grant))
        refusals = list(ocfs2_guard.permission(ocfs2_guard.Case(desired, desired.lun(name), {})))
        if refusals:
            return _refused(ret, "Not formatted. " + " ".join(map(str, refusals)))
        if __opts__["test"]:
            return _would_format(ret, order)
        done = __salt__["ocfs2_format.mkfs"](
            dataclasses.asdict(order),
            token=grant["token"],
            lun=name,
            job=grant["job"],
            operator=grant["operator"],
        )
        if done["made"]:
            ret["changes"] = {order.device: {"old": "blank", "new": done["volume"]}}
    except _REFUSALS as err:
        return _refused(ret, f"Not formatted. {err}")
    return ret


def _checked(grant):
    if not isinstance(grant, dict) or set(grant) != _GRANT:
        raise ValueError(f"The grant is not one of the orchestration. Run {ORCHESTRATE}.")
    return grant


def _order(desired, lun, grant):
    return ocfs2_order.FormatOrder(
        device=lun.device,
        wwid=lun.wwid,
        size=lun.size,
        uuid=grant["uuid"],
        label=lun.label,
        slots=lun.slots,
        cluster=desired.cluster.name,
        fs_type=lun.type,
        leader=grant["leader"],
        verify=lun.verify,
        again=grant["again"],
    )


def _would_format(ret, order):
    facts = __salt__["ocfs2.probe"](order.device, prove_blank=True)
    if order.is_whole(facts):
        return ret
    refusals = order.refusals(__opts__["id"], facts)
    if refusals:
        return _refused(ret, "Not formatted. " + " ".join(map(str, refusals)))
    ret["changes"] = {order.device: {"old": "blank", "new": f"ocfs2 volume {order.uuid}"}}
    ret["result"], ret["comment"] = None, f"LUN {ret['name']} would be formatted."
    return ret


def _lun(desired, key):
    lun = desired.lun(key)
    if not lun:
        raise ValueError(f"ocfs2:luns: there is no LUN {key}. Fix: name one of pillar's LUNs.")
    return lun


def mounted(name, config):
    """
    The volume that pillar describes is mounted, now and at each boot.

    Can not format: while the LUN is blank the result is False and names the orchestration that
    formats it. A LUN that holds anything but the described volume is not mounted.

    name
        The LUN's key under ``luns`` in pillar.
    config
        The ``ocfs2`` section of pillar.
    """
    ret = _ret(name, f"LUN {name} is mounted.")
    try:
        desired = ocfs2_check.parse(config)
        lun = _lun(desired, name)
        facts = __salt__["ocfs2.probe"](lun.device)
        _refuse_wrong_volume(desired, lun, facts)
        changes = _mount_changes(lun, facts)
        if not changes:
            return ret
        if __opts__["test"]:
            ret["result"], ret["changes"] = None, changes
            ret["comment"] = f"LUN {name} would be mounted on {lun.mount.path} as described."
            return ret
        _apply_mount(lun, changes, ret["changes"])
        ret["comment"] = f"LUN {name} is mounted on {lun.mount.path}."
    except _REFUSALS as err:
        return _refused(ret, err)
    return ret


def _refuse_wrong_volume(desired, lun, facts):
    if not (facts["error"] or facts["unreadable"] or ocfs2_guard.contents(facts)):
        raise CommandExecutionError(
            f"LUN {lun.key} ({lun.device}) holds no volume yet. A highstate never formats; "
            f"run {ORCHESTRATE} on the master."
        )
    case = ocfs2_guard.Case(desired, lun, {__opts__["id"]: facts})
    refusals = ocfs2_guard.mount_refusals(case)
    elsewhere = [each["path"] for each in facts["mounts"] if each["path"] != lun.mount.path]
    if elsewhere:
        refusals.append(f"{lun.device} is already mounted on {', '.join(elsewhere)}. Unmount it.")
    if refusals:
        raise CommandExecutionError(" ".join(map(str, refusals)))


def _mount_changes(lun, facts):
    """What differs, in the order it is put right: the line in fstab, then the mount."""
    path, changes = lun.mount.path, {}
    line, old = ocfs2_fstab.line(lun), __salt__["ocfs2_mount.fstab"](path)
    if old != line:
        changes["fstab"] = {"old": old, "new": line}
    if path not in [each["path"] for each in facts["mounts"]]:
        other = __salt__["ocfs2_mount.at"](path)
        if other:
            raise CommandExecutionError(
                f"{path} is taken by {other['source']} ({other['fstype']}); unmount that first."
            )
        changes["mount"] = {"old": None, "new": path}
    return changes


def _apply_mount(lun, changes, done):
    path = lun.mount.path
    if "fstab" in changes:
        __salt__["ocfs2_mount.set_fstab"](path, lun.device, changes["fstab"]["new"]["options"])
        done["fstab"] = changes["fstab"]
    if "mount" in changes:
        __salt__["ocfs2_mount.mount"](path)
        done["mount"] = changes["mount"]


def unmounted(name, config):
    """
    The volume is not mounted here, neither now nor at the next boot. Its data stays as it is.

    Refused while a process uses the mount, with the processes named.

    name
        The LUN's key under ``luns`` in pillar.
    config
        The ``ocfs2`` section of pillar.
    """
    ret = _ret(name, f"LUN {name} is not mounted.")
    try:
        path = _lun(ocfs2_check.parse(config), name).mount.path
        changes = _unmount_changes(path)
        if not changes:
            return ret
        users = __salt__["ocfs2_mount.users"](path) if "mount" in changes else []
        if users:
            return _refused(ret, f"{path} is in use by {', '.join(users)}; stop them first.")
        if __opts__["test"]:
            ret["result"], ret["changes"] = None, changes
            ret["comment"] = f"LUN {name} would be unmounted."
            return ret
        if "mount" in changes:
            __salt__["ocfs2_mount.unmount"](path)
            ret["changes"]["mount"] = changes["mount"]
        if "fstab" in changes:
            __salt__["ocfs2_mount.rm_fstab"](path)
            ret["changes"]["fstab"] = changes["fstab"]
        ret["comment"] = f"LUN {name} is unmounted; its data is untouched."
    except _REFUSALS as err:
        return _refused(ret, err)
    return ret


def _unmount_changes(path):
    changes = {}
    now, line = __salt__["ocfs2_mount.at"](path), __salt__["ocfs2_mount.fstab"](path)
    if now and now["fstype"] == "ocfs2":
        changes["mount"] = {"old": path, "new": None}
    if line and line["fstype"] == "ocfs2":
        changes["fstab"] = {"old": line, "new": None}
    return changes
