"""What goes wrong with LUNs: identity, size, paths, copies."""

from findings.breakage import DEVICE
from findings.breakage import LUN
from findings.breakage import MOUNT
from findings.breakage import UMOUNT
from findings.breakage import Breakage

_SMALLER = f"dmsetup table {LUN} | tee /root/table | awk '{{ $2 -= 2048; print }}'"


def _reload(source):
    return f"{source} | dmsetup reload {LUN} && dmsetup resume {LUN}"


BREAKAGES = (
    Breakage(
        "path-missing",
        lambda site: site.lab.cut_path(3, LUN, 1),
        lambda site: site.lab.restore_path(3, LUN, 1),
        lun=LUN,
    ),
    Breakage(
        "no-multipath",
        f"{UMOUNT} && multipathd del map {LUN}",
        f"multipathd reconfigure && until [ -b {DEVICE} ]; do sleep 1; done && {MOUNT}",
        lun=LUN,
        also=("lun-missing", "path-missing", "not-mounted"),
    ),
    Breakage(
        "lun-missing",
        f"{UMOUNT} && dmsetup rename {LUN} elsewhere",
        f"dmsetup rename elsewhere {LUN} && {MOUNT}",
        lun=LUN,
        also=("path-missing", "not-mounted", "no-multipath"),
    ),
    Breakage(
        "lun-other",
        f"{UMOUNT} && dmsetup rename {LUN} was-{LUN} && dmsetup rename spare {LUN}",
        f"dmsetup rename {LUN} spare && dmsetup rename was-{LUN} {LUN} && {MOUNT}",
        lun=LUN,
        also=("path-missing", "not-mounted", "no-multipath"),
    ),
    Breakage(
        "lun-unreadable",
        f"{UMOUNT} && dmsetup suspend {LUN}",
        f"dmsetup resume {LUN} && {MOUNT}",
        lun=LUN,
        also=("not-mounted",),
    ),
    Breakage(
        "lun-size-differs",
        f"{UMOUNT} && {_reload(_SMALLER)}",
        f"{_reload('cat /root/table')} && {MOUNT}",
        lun=LUN,
        also=("not-mounted",),
    ),
    Breakage(
        "clone",
        lambda site: site.copy_lun("primary", "spare"),
        lambda site: site.lab.blank_lun("spare"),
        nodes=(),
        lun="primary",
    ),
)
