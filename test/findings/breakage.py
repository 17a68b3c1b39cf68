"""How a fault is brought about on a guest, what has to be found of it, and how it is put right."""

from dataclasses import dataclass

from faults.arena import host

#: The volume that the tests may take down, beside the one that stays up.
LUN = "second"
PATH, DEVICE = f"/san/{LUN}", f"/dev/mapper/{LUN}"
UMOUNT, MOUNT = f"umount {PATH}", f"mount {PATH}"
CONFIGFS = "/sys/kernel/config/cluster/ocfs2"


@dataclass(frozen=True)
class Breakage:
    """
    ``kind`` is what has to be found, about ``nodes`` (none: about whatever node) and ``lun``
    (None: about whatever LUN); ``also`` are the kinds that come with it. ``breaks`` and ``heals``
    are shell commands that root runs on node 3, or functions of the
    :class:`findings.broken_cluster.BrokenCluster` for what needs the array, the network, the pillar
    or several nodes. ``name`` tells it from others of its kind.
    """

    kind: str
    breaks: object
    heals: object
    nodes: tuple = (3,)
    lun: str | None = ""
    also: tuple = ()
    name: str = ""

    def __str__(self):
        return f"{self.kind}-{self.name}" if self.name else self.kind

    def bring_about(self, site):
        """Break it."""
        _do(self.breaks, site)

    def put_right(self, site):
        """Heal it."""
        _do(self.heals, site)

    def is_about(self, finding):
        """Whether a finding of the status is the one that is looked for."""
        nodes = [host(number) for number in self.nodes]
        return (
            finding["kind"] == self.kind
            and sorted(finding["nodes"]) == (nodes or sorted(finding["nodes"]))
            and self.lun in (None, finding["lun"] or "")
        )

    def is_strange(self, finding):
        """Whether a finding has nothing to do with this."""
        return finding["kind"] not in (self.kind, *self.also)


def _do(what, site):
    if callable(what):
        what(site)
    else:
        site.must(3, "sh", "-c", what)


def pillar(change):
    """Describe the cluster with ``change(section)``, and as it is."""
    return (lambda site: site.describe(change)), (lambda site: site.describe())


def no_path_retry(value):
    """Have multipathd keep I/O waiting, and no more."""
    conf = "/etc/multipath/conf.d/test.conf"

    def configured(value):
        # Each keyword stands on a line of its own: multipath reads only half of a one-line section.
        words = f"printf 'overrides {{\\n\\tno_path_retry {value}\\n}}\\n' > {conf}"
        return f"mkdir -p {conf.rpartition('/')[0]} && {words} && multipathd reconfigure"

    # Without any value, a map would keep what it has.
    taken = "until ! dmsetup table | grep -q queue_if_no_path; do sleep 1; done"
    return configured(value), f"{configured('fail')} && {taken} && rm {conf}"
