"""Services that run only while their LUNs are mounted: a drop-in of systemd for each.

``BindsTo`` keeps a service from starting without its mounts and stops it when one of them goes,
however that came; ``After`` is their order at boot and, reversed, at shutdown.
"""

import re

#: Every drop-in of the formula, also of a service that is no longer named.
DROP_INS = "/etc/systemd/system/*.d/ocfs2-formula.conf"
#: UNIT_NAME_MAX of systemd, without the byte that ends it; later ones hash what is longer.
LONGEST_UNIT = 255

_HEADER = """\
# Written by ocfs2-formula: it runs only while its LUNs are mounted.
[Unit]
"""


def files(desired):
    """Return {path: text} of the drop-ins of every service that pillar (an
    ``pillar.model.Desired``) names."""
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


def mount_unit(path):
    """Return the unit of a mount point, as ``systemd-escape --path --suffix=mount`` names it."""
    text = path.strip("/").encode()
    escaped = re.sub(rb"^\.|[^A-Za-z0-9:_./]", lambda found: b"\\x%02x" % ord(found[0]), text)
    return escaped.replace(b"/", b"-").decode() + ".mount"


def belongs(cgroups, services):
    """Return whether a process is one of ``services``; ``cgroups`` is its /proc/PID/cgroup."""
    return any(not {*line.split("/")}.isdisjoint(services) for line in cgroups.splitlines())


def _drop_in(paths):
    units = map(mount_unit, paths)
    return _HEADER + "".join(f"BindsTo={unit}\nAfter={unit}\n" for unit in units)
