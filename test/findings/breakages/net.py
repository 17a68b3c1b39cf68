"""What goes wrong between nodes: connections, firewalls, heartbeats."""

from findings.breakage import LUN
from findings.breakage import Breakage

_TABLE = (
    "nft add table inet foreign && "
    "nft 'add chain inet foreign in { type filter hook input priority -10; }' && "
    "nft 'add chain inet foreign out { type filter hook output priority -10; }'"
)
_FLUSH = "nft delete table inet foreign"

# With node 1, both nodes 2 and 3 are the majority.
_FROM = "nft add rule inet foreign in ip saddr 192.168.100.2"
_TO = "nft add rule inet foreign out ip daddr 192.168.100.2"
_ALSO = ("port-blocked", "volume-hangs")


def _cut_paths(site):
    for path in (0, 1):
        site.lab.cut_path(3, LUN, path)


def _restore_paths(site):
    for path in (0, 1):
        site.lab.restore_path(3, LUN, path)


BREAKAGES = (
    Breakage(
        "port-blocked",
        f"{_TABLE} && nft add rule inet foreign in tcp dport 7777 ct state new drop",
        _FLUSH,
    ),
    Breakage(
        "connection-quiet",
        f"{_TABLE} && {_FROM} drop && {_TO} drop",
        _FLUSH,
        nodes=(),
        also=_ALSO,
    ),
    Breakage(
        "connection-missing",
        f"{_TABLE} && {_FROM} meta l4proto tcp reject with tcp reset",
        _FLUSH,
        nodes=(2, 3),
        also=(*_ALSO, "connection-quiet"),
    ),
    Breakage(
        "heartbeat-late",
        _cut_paths,
        _restore_paths,
        lun=LUN,
        also=("path-missing", "lun-unreadable", "volume-hangs", "no-multipath"),
    ),
    Breakage(
        "evicted",
        lambda site: site.stand_still(3),
        lambda site: site.restart(3),
        lun=None,
        also=("volume-hangs", "connection-missing", "connection-quiet", "clock-differs"),
    ),
)
