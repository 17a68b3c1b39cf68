"""
What goes wrong with a cluster, each brought about for real on a guest, and how it is put right.

Shell commands run on the guest as root. What needs the array, the network or the pillar is a
function of the :class:`findings.site.Site`.
"""

from dataclasses import dataclass

CONF = "/etc/ocfs2/cluster.conf"
UNIT = "/etc/systemd/system/o2cb.service"
CONFIGFS = "/sys/kernel/config/cluster/ocfs2"
#: The volume that the tests may take down, beside the one that stays up.
PATH, DEVICE = "/san/second", "/dev/mapper/second"
LUN = "second"


@dataclass(frozen=True)
class Breakage:
    """
    ``kind`` is what has to be found, about ``node`` (0: about the whole cluster) and ``lun``;
    ``also`` are the kinds that come with it. ``breaks`` and ``heals`` are shell commands on
    ``on`` (default: ``node``) or functions of the site.
    """

    kind: str
    breaks: object
    heals: object
    node: int = 3
    lun: str = ""
    also: tuple = ()
    on: int = 0

    def __str__(self):
        return self.kind


def _multipath(text):
    """Give multipathd other defaults, one keyword a line, and back."""
    conf = "/etc/multipath/conf.d/test.conf"
    words = f"mkdir -p /etc/multipath/conf.d && printf 'overrides {{\\n\\t{text}\\n}}\\n' > {conf}"
    reload = "multipathd reconfigure"
    return f"{words} && {reload}", f"rm {conf} && {reload}"


def _pillar(change):
    return (lambda site: site.describe(change)), (lambda site: site.describe())


def _renumber(section):
    section["nodes"]["host3.domain.com"]["number"] = 7


def _other_address(section):
    section["nodes"]["host3.domain.com"]["address"] = "192.168.100.33"


def _few_slots(slots):
    return lambda section: section["luns"][LUN].update(slots=slots)


def _beneath(verb):
    """Make or remove a file in the directory under a mount."""
    inner = f"/mnt{PATH.removeprefix('/san')}"
    steps = ("mount --bind /san /mnt", f"chattr -i {inner}", f"{verb} {inner}/disk.qcow2")
    return " && ".join((*steps, f"chattr +i {inner}", "umount /mnt"))


_DROP = (
    "nft add table inet foreign && "
    "nft 'add chain inet foreign input { type filter hook input priority 10; }' && "
    "nft add rule inet foreign input "
)
_FLUSH = "nft delete table inet foreign"
_STANZA = (
    "printf 'node:\\n\\tcluster = ocfs2\\n\\tnumber = 9\\n\\tip_port = 7777\\n"
    "\\tip_address = 192.168.100.9\\n\\tname = old\\n\\n' >> "
)
_UMOUNT = f"umount {PATH}"
_MOUNT = f"mount {PATH}"

BREAKAGES = (
    # Nodes
    Breakage("node-silent", lambda site: site.lab.freeze(3), lambda site: site.lab.thaw(3)),
    Breakage(
        "formula-differs",
        "echo '# other' >> $(find / -xdev -path '*extmods/utils/ocfs2_parse.py')",
        "sed -i '/^# other$/d' $(find / -xdev -path '*extmods/utils/ocfs2_parse.py')",
    ),
    Breakage("name-mismatch", "hostname other", "hostname host3"),
    Breakage(
        "host-unfit",
        *_pillar(_other_address),
        also=("conf-differs", "live-differs", "setup-differs"),
    ),
    Breakage(
        "module-missing-at-boot",
        "touch /boot/vmlinuz-9.9.9-cloud-amd64",
        "rm /boot/vmlinuz-9.9.9-cloud-amd64",
    ),
    Breakage("tools-missing", "mv /sbin/mkfs.ocfs2 /root/", "mv /root/mkfs.ocfs2 /sbin/"),
    Breakage("setup-differs", "systemctl unmask ocfs2.service", "systemctl mask ocfs2.service"),
    Breakage(
        "boot-order",
        f"cp -a {UNIT} /root/ && sed -i /^After=/d {UNIT} && systemctl daemon-reload",
        f"cp -a /root/o2cb.service {UNIT} && systemctl daemon-reload",
        also=("setup-differs",),
    ),
    Breakage(
        "clock-differs",
        "date -s '+10 minutes' > /dev/null",
        "date -s '-10 minutes' > /dev/null",
    ),
    Breakage(
        "held",
        f"mkdir -p /etc/ocfs2/hold.d && printf 'fsck of LUN {LUN} is under way. "
        f"Fix: run it again' > /etc/ocfs2/hold.d/{LUN}",
        f"rm /etc/ocfs2/hold.d/{LUN}",
    ),
    # The cluster's settings
    Breakage(
        "conf-differs",
        f"sed -i 's/= 192.168.100.1$/= 192.168.100.99/' {CONF}",
        f"sed -i 's/= 192.168.100.99$/= 192.168.100.1/' {CONF}",
    ),
    Breakage(
        "conf-stale",
        _STANZA + CONF + f" && sed -i 's/node_count = 3/node_count = 4/' {CONF}",
        "o2cb remove-node ocfs2 old && true",
        also=(),
    ),
    Breakage(
        "live-differs",
        f"echo panic > {CONFIGFS}/fence_method",
        f"echo reset > {CONFIGFS}/fence_method",
    ),
    Breakage(
        "settings-differ",
        "sed -i s/THRESHOLD=31/THRESHOLD=61/ /etc/default/o2cb",
        "sed -i s/THRESHOLD=61/THRESHOLD=31/ /etc/default/o2cb",
    ),
    Breakage(
        "renumbered", *_pillar(_renumber), also=("conf-differs", "live-differs", "setup-differs")
    ),
    Breakage("threshold-low", *_multipath("no_path_retry 12"), lun=None),
    # Connections
    Breakage("port-blocked", _DROP + "tcp dport 7777 ct state new drop", _FLUSH),
    # LUNs
    Breakage(
        "path-missing",
        lambda site: site.lab.cut_path(3, LUN, 1),
        lambda site: site.lab.restore_path(3, LUN, 1),
        lun=LUN,
    ),
    Breakage(
        "clone",
        lambda site: site.copy_lun("primary", "spare"),
        lambda site: site.lab.blank_lun("spare"),
        node=0,
        lun="primary",
    ),
    # Volumes
    Breakage("not-mounted", _UMOUNT, _MOUNT, lun=LUN),
    Breakage(
        "lun-other",
        f"{_UMOUNT} && dmsetup rename second was-second && dmsetup rename spare second",
        f"dmsetup rename second spare && dmsetup rename was-second second && {_MOUNT}",
        lun=LUN,
        also=("path-missing", "not-mounted", "no-multipath"),
    ),
    Breakage(
        "lun-missing",
        f"{_UMOUNT} && dmsetup rename second elsewhere",
        f"dmsetup rename elsewhere second && {_MOUNT}",
        lun=LUN,
        also=("path-missing", "not-mounted"),
    ),
    Breakage("read-only", f"mount -o remount,ro {PATH}", f"mount -o remount,rw {PATH}", lun=LUN),
    Breakage("files-under-mount", _beneath("touch"), _beneath("rm"), lun=LUN),
    Breakage(
        "fstab-differs",
        "cp /etc/fstab /root/ && sed -i 's/_netdev,//' /etc/fstab",
        "cp /root/fstab /etc/",
        lun=None,
    ),
    Breakage(
        "stray-volume",
        "cp /etc/fstab /root/ && echo '/dev/sdx /old ocfs2 noauto,_netdev 0 0' >> /etc/fstab",
        "cp /root/fstab /etc/",
    ),
    Breakage(
        "space-low",
        f"fallocate -l $(($(stat -fc '%a * %S' {PATH}) * 95 / 100)) {PATH}/filler",
        f"rm {PATH}/filler && sync",
        node=0,
        lun=LUN,
    ),
    Breakage(
        "cluster-offline",
        "umount -at ocfs2 && systemctl stop o2cb.service",
        "systemctl start o2cb.service && mount -at ocfs2",
        also=("not-mounted",),
    ),
)
