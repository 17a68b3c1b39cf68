"""Services that run only while their LUNs are mounted: a drop-in of systemd for each.

``BindsTo`` keeps a service from starting without its mounts and stops it when one of them goes,
however that came; ``After`` is their order at boot and, reversed, at shutdown.
"""

from ocfs2lib import unit_names

#: Every drop-in of the formula, also of a service that is no longer named.
DROP_INS = "/etc/systemd/system/*.d/ocfs2-formula.conf"

_HEADER = """\
# Written by ocfs2-formula: it runs only while its LUNs are mounted.
[Unit]
"""


def files(desired):
    """Return {path: text} of the drop-ins of every service that pillar (an
    ``pillar.desired.Desired``) names."""
    found = {}
    for lun in desired.luns:
        for service, paths in bound(desired, lun).items():
            found[DROP_INS.replace("*", service)] = _drop_in(paths)
    return found


def bound(desired, lun):
    """Return ``{service: [mount points]}`` of the services that ``lun`` names, in its order; the
    mount points are those of all LUNs that name the service."""
    return {
        service: [each.mount.path for each in desired.luns if service in each.mount.services]
        for service in lun.mount.services
    }


def belongs(cgroups, services):
    """Return whether a process is one of ``services``; ``cgroups`` is its /proc/PID/cgroup."""
    return any(not {*line.split("/")}.isdisjoint(services) for line in cgroups.splitlines())


def _drop_in(paths):
    units = map(unit_names.of_mount, paths)
    return _HEADER + "".join(f"BindsTo={unit}\nAfter={unit}\n" for unit in units)
