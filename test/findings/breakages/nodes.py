"""What goes wrong with a node by itself."""

from findings.breakage import LUN
from findings.breakage import Breakage
from findings.breakage import pillar

_UNIT = "/etc/systemd/system/o2cb.service"
_EXTMODS = "$(find /var/cache/salt -path '*extmods/{}')"
_DRIVER = "/lib/modules/$(uname -r)/kernel/fs/ocfs2/ocfs2.ko*"
_OFFLINE = "umount -at ocfs2 && systemctl stop o2cb.service"
_ONLINE = "systemctl start o2cb.service && mount -at ocfs2"


def _answers(name, expression):
    """Have node 3 return something else than what it was asked for."""
    file = _EXTMODS.format("modules/ocfs2_node.py")
    return Breakage(
        "node-odd-answer",
        f"cp {file} /root/ && printf '\\n\\ndef examine(*args):\\n    return {expression}\\n' "
        f">> {file}",
        f"cp /root/ocfs2_node.py {file}",
        name=name,
    )


def _other_address(section):
    section["nodes"]["host3.domain.com"]["address"] = "192.168.100.33"


BREAKAGES = (
    Breakage("node-silent", lambda site: site.lab.freeze(3), lambda site: site.restart(3)),
    _answers("of-10-megabytes", '"x" * 10_000_000'),
    _answers("of-another-type", "[None]"),
    _answers("cut-short", '{"formula": "1.0.0", "host": {}}'),
    Breakage(
        "formula-differs",
        f"echo '# other' >> {_EXTMODS.format('utils/ocfs2lib/parsers/blkid.py')}",
        f"sed -i '/^# other$/d' {_EXTMODS.format('utils/ocfs2lib/parsers/blkid.py')}",
    ),
    Breakage("name-mismatch", "hostname other", "hostname host3"),
    Breakage(
        "kernel-unseen",
        "umount -l /sys/kernel/debug",
        "mount -t debugfs debugfs /sys/kernel/debug",
    ),
    Breakage(
        "host-unfit",
        *pillar(_other_address),
        also=("conf-differs", "live-differs", "setup-differs"),
    ),
    Breakage(
        "module-missing",
        f"{_OFFLINE} && rmmod ocfs2 && mv {_DRIVER} /root/ && depmod",
        f"mv /root/ocfs2.ko* $(dirname {_DRIVER}) && depmod && {_ONLINE}",
        also=("module-missing-at-boot", "cluster-offline", "not-mounted"),
    ),
    Breakage(
        "module-missing-at-boot",
        "touch /boot/vmlinuz-9.9.9-cloud-amd64",
        "rm /boot/vmlinuz-9.9.9-cloud-amd64",
    ),
    Breakage("tools-missing", "mv /sbin/mkfs.ocfs2 /root/", "mv /root/mkfs.ocfs2 /sbin/"),
    Breakage(
        "tools-missing",
        "mv /usr/bin/kmod /root/",
        "mv /root/kmod /usr/bin/",
        name="kmod",
    ),
    Breakage("setup-differs", "systemctl unmask ocfs2.service", "systemctl mask ocfs2.service"),
    Breakage(
        "boot-order",
        f"cp -a {_UNIT} /root/ && sed -i /^After=/d {_UNIT} && systemctl daemon-reload",
        f"cp -a /root/o2cb.service {_UNIT} && systemctl daemon-reload",
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
    Breakage("cluster-offline", _OFFLINE, _ONLINE, also=("not-mounted",)),
    Breakage(
        "stack-other",
        f"{_OFFLINE} && echo pcmk > /sys/fs/ocfs2/cluster_stack",
        f"echo o2cb > /sys/fs/ocfs2/cluster_stack && {_ONLINE}",
        also=("cluster-offline", "not-mounted"),
    ),
)
