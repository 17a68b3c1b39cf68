"""What goes wrong with volumes: mounts, room, errors."""

from findings.breakage import LUN
from findings.breakage import MOUNT
from findings.breakage import PATH
from findings.breakage import UMOUNT
from findings.breakage import Breakage
from findings.breakage import pillar

_KEEP_FSTAB, _OLD_FSTAB = "cp /etc/fstab /root/", "cp /root/fstab /etc/"


def _beneath(verb):
    """Make or remove a file in the directory under a mount."""
    inner = f"/mnt/{LUN}"
    steps = ("mount --bind /san /mnt", f"chattr -i {inner}", f"{verb} {inner}/disk.qcow2")
    return " && ".join((*steps, f"chattr +i {inner}", "umount /mnt"))


def _more_slots(section):
    section["luns"]["primary"]["slots"] += 1


def _two_more_nodes(section):
    for number in (8, 9):
        section["nodes"][f"host{number}.domain.com"] = {
            "number": number,
            "address": f"192.168.100.{number}",
        }


# What a node takes with it when it goes.
_GONE = ("node-silent", "connection-missing", "connection-quiet", "evicted")

# The lock of the superblock, as the kernel names it: type, padding, block, generation. Who holds it
# may replay a journal.
_SUPER_LOCK = "S" + "0" * 6 + f"{2:016x}" + f"{0:08x}"
_HELD = "/run/held"
_DOMAIN = f"/dlm/$(mounted.ocfs2 -d /dev/mapper/{LUN} | awk 'END {{ print $(NF - 1) }}')"


def _freeze_with_locks(site):
    """Freeze a node while it has the lock of the free space."""
    site.must(3, "sh", "-c", f"fallocate -l 100M {PATH}/filler && rm {PATH}/filler && sync")
    site.lab.freeze(3)


def _hold_recovery_up(site):
    """Have the others evict a node, while one of them is kept from replaying its journal."""
    hold = f"mkdir -p {_DOMAIN} && exec 9<> {_DOMAIN}/{_SUPER_LOCK} && touch {_HELD}"
    site.must(1, "systemd-run", "--unit=holder", "sh", "-c", f"{hold} && exec sleep infinity")
    # The node that is to die may have it, and has to give it back first.
    site.must(1, "sh", "-c", f"until [ -e {_HELD} ]; do sleep 0.2; done")
    site.give_up(3)


def _let_recover(site):
    let = f"systemctl stop holder && rm {_HELD} {_DOMAIN}/{_SUPER_LOCK} && rmdir {_DOMAIN}"
    site.must(1, "sh", "-c", let)
    site.restart(3)


_MORE = ("node-silent", "conf-differs", "live-differs", "setup-differs")

BREAKAGES = (
    Breakage("volume-differs", *pillar(_more_slots), nodes=(), lun="primary"),
    Breakage("not-mounted", UMOUNT, MOUNT, lun=LUN),
    Breakage("read-only", f"mount -o remount,ro {PATH}", f"mount -o remount,rw {PATH}", lun=LUN),
    Breakage(
        "volume-failed",
        lambda site: site.damage(3, LUN),
        lambda site: site.repair(3),
        lun=LUN,
    ),
    Breakage(
        "volume-hangs",
        _freeze_with_locks,
        lambda site: site.restart(3),
        nodes=(1, 2),
        lun=LUN,
        also=_GONE,
    ),
    Breakage(
        "recovering",
        _hold_recovery_up,
        _let_recover,
        nodes=(1, 2),
        lun=LUN,
        also=(*_GONE, "volume-hangs"),
    ),
    Breakage("files-under-mount", _beneath("touch"), _beneath("rm"), lun=LUN),
    Breakage(
        "fstab-differs",
        f"{_KEEP_FSTAB} && sed -i 's/_netdev,//' /etc/fstab",
        _OLD_FSTAB,
        lun=None,
    ),
    Breakage(
        "stray-volume",
        f"{_KEEP_FSTAB} && echo '/dev/sdx /old ocfs2 noauto,_netdev 0 0' >> /etc/fstab",
        _OLD_FSTAB,
    ),
    Breakage(
        "space-low",
        f"fallocate -l $(($(stat -fc '%a * %S' {PATH}) * 95 / 100)) {PATH}/filler && sync",
        f"rm {PATH}/filler && sync",
        nodes=(),
        lun=LUN,
    ),
    Breakage(
        "slots-full",
        *pillar(_two_more_nodes),
        nodes=(),
        lun="primary",
        also=(*_MORE, "slots-few"),
    ),
    Breakage(
        "slots-few",
        *pillar(_two_more_nodes),
        nodes=(),
        lun=LUN,
        also=(*_MORE, "slots-full"),
    ),
)
