"""Services that run only while their LUNs are mounted: a drop-in of systemd for each.

``BindsTo`` keeps a service from starting without its mounts and stops it when one of them goes,
however that came; ``After`` is their order at boot and, reversed, at shutdown. It also mounts what
the service needs, so a mount that is nobody's but the operator's has ``Requisite`` instead: without
it the service does not start, and it is stopped before systemd unmounts it.
"""

from ocfs2lib import unit_names

#: Every drop-in of the formula, also of a service that is no longer named.
DROP_INS = "/etc/systemd/system/*.d/ocfs2-formula.conf"

_HEADER = """\
# Written by ocfs2-formula: it runs only while its LUNs are mounted.
[Unit]
"""


def files(desired, minion):
    """
    Return {path: text} of the drop-ins of every service that the LUNs of a node name.

    desired, minion
        Pillar as ``pillar.desired.Desired``, and the minion id of the node.
    """
    found = {}
    for lun in desired.luns_of(minion):
        for service in lun.mount.services:
            mounts = _mounts(desired, minion, service)
            found[DROP_INS.replace("*", service)] = _drop_in(mounts)
    return found


def bound(desired, minion, lun):
    """
    Return ``{service: [mount points]}`` of the services that a LUN names, in its order; the mount
    points are those of all LUNs of the node that name the service.

    desired, minion
        As for :func:`files`.
    lun
        The ``pillar.sections.luns_keys.Lun``.
    """
    return {
        service: [mount.path for mount in _mounts(desired, minion, service)]
        for service in lun.mount.services
    }


def _mounts(desired, minion, service):
    mounts = [lun.mount for lun in desired.luns_of(minion)]
    return [mount for mount in mounts if service in mount.services]


def belongs(cgroups, services):
    """Return whether a process is one of ``services``; ``cgroups`` is its /proc/PID/cgroup."""
    return any(not {*line.split("/")}.isdisjoint(services) for line in cgroups.splitlines())


def _drop_in(mounts):
    return _HEADER + "".join(_needs(mount) for mount in mounts)


def _needs(mount):
    unit = unit_names.of_mount(mount.path)
    return f"{'BindsTo' if mount.auto else 'Requisite'}={unit}\nAfter={unit}\n"
