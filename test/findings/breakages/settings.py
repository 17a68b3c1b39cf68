"""What goes wrong with the settings of the cluster: in files, in kernels, between nodes."""

from findings.breakage import CONFIGFS
from findings.breakage import Breakage
from findings.breakage import no_path_retry
from findings.breakage import pillar

_CONF = "/etc/ocfs2/cluster.conf"
_STANZA = (
    "printf 'node:\\n\\tcluster = ocfs2\\n\\tnumber = 9\\n\\tip_port = 7777\\n"
    "\\tip_address = 192.168.100.9\\n\\tname = old\\n\\n' >> "
)
# The kernel takes another value only once no peer is connected.
_IDLE = f"until echo {{}} > {CONFIGFS}/idle_timeout_ms; do sleep 1; done 2> /dev/null"


def _other_threshold(section):
    section["cluster"]["heartbeat_threshold"] = 41


def _renumber(section):
    section["nodes"]["host3.domain.com"]["number"] = 7


BREAKAGES = (
    Breakage(
        "conf-differs",
        f"sed -i 's/= 192.168.100.1$/= 192.168.100.99/' {_CONF}",
        f"sed -i 's/= 192.168.100.99$/= 192.168.100.1/' {_CONF}",
    ),
    Breakage(
        "conf-differs",
        f"sed -i 's/heartbeat_mode = local/heartbeat_mode = global/' {_CONF}",
        f"sed -i 's/heartbeat_mode = global/heartbeat_mode = local/' {_CONF}",
        name="global-heartbeat",
    ),
    Breakage(
        "conf-stale",
        f"cp {_CONF} /root/ && {_STANZA}{_CONF} && sed -i 's/count = 3/count = 4/' {_CONF}",
        f"cp /root/cluster.conf {_CONF}",
    ),
    Breakage(
        "live-differs",
        f"echo panic > {CONFIGFS}/fence_method",
        f"echo reset > {CONFIGFS}/fence_method",
    ),
    Breakage(
        "live-differs",
        *pillar(_other_threshold),
        nodes=(1, 2, 3),
        also=("settings-differ", "setup-differs"),
        name="the-threshold",
    ),
    Breakage(
        "timeouts-differ",
        f"umount -at ocfs2 && {_IDLE.format(20000)}",
        f"{_IDLE.format(30000)} && mount -at ocfs2",
        also=("live-differs", "not-mounted"),
    ),
    Breakage(
        "settings-differ",
        "sed -i s/THRESHOLD=31/THRESHOLD=61/ /etc/default/o2cb",
        "sed -i s/THRESHOLD=61/THRESHOLD=31/ /etc/default/o2cb",
    ),
    Breakage(
        "renumbered",
        *pillar(_renumber),
        nodes=(),
        also=("conf-differs", "live-differs", "setup-differs"),
    ),
    Breakage("threshold-low", *no_path_retry("12"), lun=None),
    Breakage("threshold-low", *no_path_retry("queue"), lun=None, name="for-ever"),
)
