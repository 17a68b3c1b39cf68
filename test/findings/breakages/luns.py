"""What goes wrong with LUNs: identity, size, paths, copies."""

from faults.arena import LEADER
from faults.arena import Arena
from faults.arena import wait_for
from faults.fault_scenarios import FORMAT
from findings.breakage import DEVICE
from findings.breakage import LUN
from findings.breakage import MOUNT
from findings.breakage import UMOUNT
from findings.breakage import Breakage

_SMALLER = f"dmsetup table {LUN} | tee /root/table | awk '{{ $2 -= 2048; print }}'"
_MKFS = ("mkfs.ocfs2", "-q", "-N", "4", "--cluster-stack=o2cb")
# The superblock is the 62nd to 68th of its writes, with the size of this LUN.
_KILLED = f"strace -fo /dev/null -e inject=pwrite64,pwritev:signal=KILL:when=70 {' '.join(_MKFS)}"


def _spare(kind, *argv, on_node=("true", "true"), nodes=(), also=(), **changes):
    """Describe one LUN more, on which ``argv`` has made something."""

    def breaks(site):
        site.make("spare", argv)
        site.must(3, "sh", "-c", on_node[0])
        site.describe(lambda section: site.add_lun(section, "spare", **changes))

    def heals(site):
        site.describe()
        site.must(3, "sh", "-c", on_node[1])
        site.lab.blank_lun("spare")

    return Breakage(kind, breaks, heals, nodes=nodes, lun="spare", also=also)


def _reload(source):
    return f"{source} | dmsetup reload {LUN} && dmsetup resume {LUN}"


def _cut_format(site):
    """Cut the power of the leader within its format, and wait no longer for it."""
    arena = Arena(site, target="spare")
    arena.describe("spare")
    with arena.start(FORMAT) as run:
        wait_for("the volume to be there", arena.volume)
        site.lab.power_cut(LEADER)
        run.interrupt()


def _forget_format(site):
    site.lab.start(LEADER)
    site.wait_back(LEADER)
    site.describe()
    site.lab.blank_lun("spare")
    Arena(site, target="spare").perform("forget")


BREAKAGES = (
    Breakage(
        "path-missing",
        lambda site: site.lab.cut_path(3, LUN, 1),
        lambda site: site.lab.restore_path(3, LUN, 1),
        lun=LUN,
    ),
    Breakage(
        "paths-unknown",
        "systemctl stop multipathd.socket multipathd.service",
        "systemctl start multipathd.service",
        lun=None,
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
    _spare("format-pending"),
    _spare("format-not-allowed", format="never"),
    _spare("lun-not-blank", "mkfs.ext4", "-q", "-F"),
    _spare("volume-other", *_MKFS, "--cluster-name=other"),
    _spare("format-cut", "sh", "-c", f'{_KILLED} --cluster-name=ocfs2 -L spare "$0" || :'),
    Breakage(
        "format-unknown",
        _cut_format,
        _forget_format,
        nodes=(LEADER,),
        lun="spare",
        also=("node-silent", "recovering", "connection-missing", "volume-hangs"),
    ),
    _spare(
        "lun-read-only",
        on_node=("blockdev --setro /dev/mapper/spare", "blockdev --setrw /dev/mapper/spare"),
        nodes=(3,),
    ),
    _spare(
        "lun-in-use",
        on_node=(
            "dmsetup create holder --table '0 2048 linear /dev/mapper/spare 0'",
            "dmsetup remove holder",
        ),
        nodes=(3,),
    ),
    Breakage(
        "lun-on-record",
        lambda site: site.lose_volume(LUN),
        lambda site: site.find_volume(LUN),
        nodes=(),
        lun=LUN,
    ),
    Breakage(
        "clone",
        lambda site: site.copy_lun("primary", "spare"),
        lambda site: site.lab.blank_lun("spare"),
        nodes=(),
        lun="primary",
    ),
)
