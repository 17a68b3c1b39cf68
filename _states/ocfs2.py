"""
OCFS2 volumes on shared LUNs, on one node.

Every state takes ``config``, the whole ``ocfs2`` section of pillar, and finds in it what concerns
this minion. :func:`formatted` is the only one that can format; no highstate contains it.

.. versionadded:: 1.0.0
"""

import dataclasses

from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib import commands
from ocfs2lib.errors import ArgumentInvalid
from ocfs2lib.errors import FormulaError
from ocfs2lib.lun import contents
from ocfs2lib.lun import format_guards
from ocfs2lib.lun import format_order
from ocfs2lib.lun import mount_guards
from ocfs2lib.lun.case import LunCase
from ocfs2lib.node import fstab
from ocfs2lib.node import holds
from ocfs2lib.node import requirements
from ocfs2lib.node import service_dropins
from ocfs2lib.node import setup
from ocfs2lib.node import state_result
from ocfs2lib.node.parts import kernel_module
from ocfs2lib.node.state_result import Comments
from ocfs2lib.pillar import check
from ocfs2lib.platform import platforms
from ocfs2lib.system import functions
from ocfs2lib.system import operating_system
from ocfs2lib.system import systemd
from ocfs2lib.system.format_refused import FormatRefused

_GRANT = {"uuid", "token", "leader", "again", "job", "operator"}
#: What unmounting alone changes.
_RELEASE = {"mount", "services"}
_REFUSALS = (CommandExecutionError, SaltInvocationError, FormulaError)


def __virtual__():
    return operating_system.is_linux(__grains__)


def pillar_valid(name, config):
    """
    The pillar describes a cluster, and this minion is one of its nodes.

    name
        Any name for the check.
    config
        The ``ocfs2`` section of pillar.
    """
    ret = state_result.new(name, "The pillar is valid.")
    try:
        check.parse(config).member(__opts__["id"])
    except FormulaError as err:
        return state_result.refused(ret, err)
    return ret


def host_fit(name, config):
    """
    This host can be the node that pillar describes: platform, host name, address, and what is to
    be set up on it.

    name
        Any name for the check.
    config
        The ``ocfs2`` section of pillar.
    """
    ret = state_result.new(name, "The host fits its entry in pillar.")
    try:
        desired, host = check.parse(config), __salt__["ocfs2_node.host"]()
        node = desired.member(__opts__["id"])
        facts = setup.fitness(_call)
        problems = [*requirements.problems(node, host), *setup.unsupported(desired, host, facts)]
    except _REFUSALS as err:
        return state_result.refused(ret, err)
    return state_result.refused(ret, ". ".join(map(str, problems)) + ".") if problems else ret


def kernel(name, config):
    """
    The kernel that runs and those of the next boot can run OCFS2, and panics end in a restart, as
    fencing needs it.

    name
        The file under /etc/sysctl.d that keeps ``kernel.panic`` and ``kernel.panic_on_oops``.
    config
        The ``ocfs2`` section of pillar.
    """

    def look():
        running = __grains__["kernelrelease"]
        if not __salt__["o2cb.loadable"]():
            _refuse_kernel(f"the kernel {running} has no ocfs2 module", running, config)
        for release, missing in __salt__["ocfs2_reboot.kernels"]().items():
            if missing and release != running:
                _refuse_kernel(requirements.next_boot_lacks(release, missing), release, config)
        return {"panic": __salt__["o2cb_setup.panic"](name)}

    return _set_up(name, setup.part("panic"), config, look, "The kernel's panic settings", name)


def _refuse_kernel(what, release, config):
    """Raise ``CommandExecutionError`` for a kernel without the modules, with what brings them."""
    host = __salt__["ocfs2_node.host"]()
    packages = kernel_module.brought_by(check.parse(config), {**host, "kernel": release})
    fix = f"install and boot {requirements.full_kernel(host)}"
    if packages:
        fix = f"see whether {', '.join(packages)} has them for it, or {fix}"
    raise CommandExecutionError(f"{what[0].upper()}{what[1:]}. Fix: {fix}.")


def _set_up(name, part, config, look, what, *where):
    """
    Close what separates this node from pillar in one part of the set-up.

    look
        Returns the facts of the part.
    what
        What changes, for a sentence.
    where
        What else the part has to know to close it.
    """
    minion, result = __opts__["id"], state_result.new(name, part.done)
    try:
        desired, platform = check.parse(config), platforms.of_minion(__grains__)
        return state_result.converge(
            result,
            lambda: part.differences(desired, minion, look(), platform),
            lambda found: part.close(_call, found, desired, minion, platform, *where),
            test=__opts__["test"],
            comments=Comments(would=f"{what} would be changed.", did=f"{what} are changed."),
        )
    except _REFUSALS as err:
        return state_result.refused(result, err)


def _call(function, *arguments):
    return functions.call(__salt__, function, *arguments)


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
    ret = state_result.new(name, f"LUN {name} holds the volume that was ordered.")
    try:
        desired = check.parse(config)
        order = _order(desired, _lun(desired, name), _checked(grant))
        refusals = list(format_guards.permission(LunCase(desired, desired.lun(name), {})))
        if __opts__["id"] not in desired.lun(name).nodes:
            refusals.append(f"This minion is none of the LUN's nodes (luns:{name}:nodes).")
        if refusals:
            return state_result.refused(ret, "Not formatted. " + " ".join(map(str, refusals)))
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
    except FormatRefused as err:
        # For the master: the LUN is as it was.
        ret["format_refused"] = {"contents": err.contents}
        return state_result.refused(ret, f"Not formatted. {err}")
    except _REFUSALS as err:
        return state_result.refused(ret, f"Not formatted. {err}")
    return ret


def _checked(grant):
    if not isinstance(grant, dict) or set(grant) != _GRANT:
        raise ArgumentInvalid(
            f"The grant is not one of the orchestration. Run {commands.ORCHESTRATE}."
        )
    return grant


def _order(desired, lun, grant):
    return format_order.FormatOrder(
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
        block_size=lun.block_size,
        cluster_size=lun.cluster_size,
        journal_size=lun.journal_size,
        features=lun.features,
    )


def _would_format(ret, order):
    facts = __salt__["ocfs2.probe"](order.device, prove_blank=True)
    if order.is_complete(facts):
        return ret
    refusals = order.refusals(__opts__["id"], facts)
    if refusals:
        return state_result.refused(ret, "Not formatted. " + " ".join(map(str, refusals)))
    ret["changes"] = {order.device: {"old": "blank", "new": f"ocfs2 volume {order.uuid}"}}
    ret["result"], ret["comment"] = None, f"LUN {ret['name']} would be formatted."
    return ret


def _lun(desired, key):
    lun = desired.lun(key)
    if not lun:
        raise ArgumentInvalid(f"ocfs2:luns: there is no LUN {key}. Fix: name one of pillar's LUNs.")
    return lun


def services(name, config):
    """
    The services that pillar names for a LUN run only while it is mounted: each has a drop-in of the
    formula, and no other service has one.

    name
        Any name for the services.
    config
        The ``ocfs2`` section of pillar.
    """
    part = setup.part("services")
    return _set_up(name, part, config, lambda: part.facts(_call, None), "The drop-ins of services")


def mounted(name, config):
    """
    The volume that pillar describes is mounted, now and at each boot; one with ``mount:auto`` false
    has its line in fstab, and is left as it is. On a node that is not to have the LUN, nothing is
    done.

    After a mount, the services that have been waiting for it are started: those that name the LUN,
    are enabled, and have their other LUNs mounted too.

    Cannot format: while the LUN is blank the result is False and names the orchestration that
    formats it. A LUN that holds anything but the described volume is not mounted.

    name
        The LUN's key under ``luns`` in pillar.
    config
        The ``ocfs2`` section of pillar.
    """
    ret = state_result.new(name, f"LUN {name} is mounted.")
    try:
        desired = check.parse(config)
        lun = _lun(desired, name)
        if __opts__["id"] not in lun.nodes:
            return {**ret, "comment": f"LUN {name} is for other nodes; nothing is done here."}
        if not lun.mount.auto:
            ret["comment"] = f"LUN {name} is as pillar says; whether it is mounted is up to you."
        facts = __salt__["ocfs2.probe"](lun.device)
        _refuse_wrong_volume(desired, lun, facts)
        changes = _mount_changes(desired, lun, facts)
        if not changes:
            return ret
        if __opts__["test"]:
            ret["result"], ret["changes"] = None, changes
            would = "have its line in fstab" if not lun.mount.auto else "be mounted"
            ret["comment"] = f"LUN {name} would {would} on {lun.mount.path} as described."
            return ret
        _apply_mount(desired, lun, changes, ret["changes"])
        if lun.mount.auto:
            ret["comment"] = f"LUN {name} is mounted on {lun.mount.path}."
    except _REFUSALS as err:
        return state_result.refused(ret, err)
    return ret


def _refuse_wrong_volume(desired, lun, facts):
    if not (facts["error"] or facts["unreadable"] or contents.describe(facts)):
        raise CommandExecutionError(
            f"LUN {lun.key} ({lun.device}) holds no volume yet. A highstate never formats; "
            f"run {commands.ORCHESTRATE} on the master."
        )
    case = LunCase(desired, lun, {__opts__["id"]: facts})
    refusals = mount_guards.refusals(case)
    elsewhere = [each["path"] for each in facts["mounts"] if each["path"] != lun.mount.path]
    if elsewhere:
        refusals.append(f"{lun.device} is already mounted on {', '.join(elsewhere)}. Unmount it.")
    if refusals:
        raise CommandExecutionError(" ".join(map(str, refusals)))


def _mount_changes(desired, lun, facts):
    """Return what differs, in the order it is put right: line in fstab, mount, services."""
    changes = _mount_differences(desired, lun, facts)
    held = holds.of(__salt__["ocfs2_hold.present"](), lun.key)
    if changes and held:
        raise CommandExecutionError(" ".join(map(str, held)))
    return changes


def _mount_differences(desired, lun, facts):
    path, changes = lun.mount.path, {}
    line, old = fstab.line(lun, __opts__["id"]), __salt__["ocfs2_mount.fstab"](path)
    if old != line:
        changes["fstab"] = {"old": old, "new": line}
    if lun.mount.auto and path not in [each["path"] for each in facts["mounts"]]:
        other = __salt__["ocfs2_mount.at"](path)
        if other:
            raise CommandExecutionError(
                f"{path} is taken by {other['source']} ({other['fstype']}); unmount that first."
            )
        hidden = __salt__["ocfs2_mountpoint.hidden"](path)
        if hidden:
            raise CommandExecutionError(hidden)
        changes["mount"] = {"old": None, "new": path}
        waiting = __salt__["ocfs2_mount.ready"](_bound(desired, lun), [path])
        if waiting:
            changes["services"] = {"old": [], "new": waiting}
    return changes


def _bound(desired, lun):
    return service_dropins.bound(desired, __opts__["id"], lun)


def _apply_mount(desired, lun, changes, done):
    path = lun.mount.path
    if "mount" in changes:
        # Refused for a directory that holds files, and then before anything is written.
        __salt__["ocfs2_mountpoint.protect"](path)
    if "fstab" in changes:
        __salt__["ocfs2_mount.set_fstab"](path, lun.device, changes["fstab"]["new"]["options"])
        done["fstab"] = changes["fstab"]
    if "mount" in changes:
        __salt__["ocfs2_mount.mount"](path)
        done["mount"] = changes["mount"]
        started = __salt__["ocfs2_mount.start"](_bound(desired, lun))
        if started:
            done["services"] = {"old": [], "new": started}


def unmounted(name, config):
    """
    The volume is not mounted here, neither now nor at the next boot, and its mount point cannot be
    written. Its data stays as it is.

    The services that pillar names for the LUN are stopped first. Refused, and nothing is stopped,
    while any other process uses the mount, with the processes named.

    name
        The LUN's key under ``luns`` in pillar.
    config
        The ``ocfs2`` section of pillar.
    """
    ret = state_result.new(name, f"LUN {name} is not mounted.")
    try:
        desired = check.parse(config)
        lun = _lun(desired, name)
        path, mount, changes = lun.mount.path, lun.mount, _unmount_changes(lun.mount)
        # The same path may be anything on a node that is not to have the LUN.
        if desired.node(__opts__["id"]) and __opts__["id"] not in lun.nodes:
            changes = changes if changes.keys() - {"protected"} else {}
        if not changes:
            return ret
        users = __salt__["ocfs2_users.of"](path, mount.services) if "mount" in changes else []
        if users:
            return state_result.refused(
                ret, f"{path} is in use by {', '.join(users)}; stop them first."
            )
        if __opts__["test"]:
            ret["result"], ret["changes"] = None, changes
            ret["comment"] = f"LUN {name} would be unmounted."
            return ret
        _apply_unmount(mount, changes, ret["changes"])
        ret["comment"] = f"LUN {name} is unmounted; its data is untouched."
        if __salt__["ocfs2_mountpoint.protected"](path):
            ret["comment"] += (
                f" {path} is protected from writes; to use it for something else: "
                f"{commands.unprotect(path)}"
            )
    except _REFUSALS as err:
        return state_result.refused(ret, err)
    return ret


def _apply_unmount(mount, changes, done):
    path = mount.path
    if "mount" in changes:
        try:
            __salt__["ocfs2_mount.release"](path, mount.services)
        finally:
            if not __salt__["ocfs2_mount.at"](path):
                done.update({what: changes[what] for what in _RELEASE & changes.keys()})
    if "fstab" in changes:
        __salt__["ocfs2_mount.rm_fstab"](path)
        done["fstab"] = changes["fstab"]
    if "protected" in changes:
        __salt__["ocfs2_mountpoint.protect"](path)
        done["protected"] = changes["protected"]


def _unmount_changes(mount):
    path, changes = mount.path, {}
    now, line = __salt__["ocfs2_mount.at"](path), __salt__["ocfs2_mount.fstab"](path)
    if now and now["fstype"] == "ocfs2":
        changes["mount"] = {"old": path, "new": None}
        running = [each for each in mount.services if systemd.active(each)]
        if running:
            changes["services"] = {"old": running, "new": []}
    if line and line["fstype"] == "ocfs2":
        changes["fstab"] = {"old": line, "new": None}
    if __salt__["ocfs2_mountpoint.protected"](path) is False:
        changes["protected"] = {"old": False, "new": True}
    return changes
