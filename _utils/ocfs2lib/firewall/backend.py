"""What a firewall backend is: the port is open to the other nodes and closed to everybody else.

There is no UDP rule because the kernel opens no UDP socket (fs/ocfs2/cluster/tcp.c).  What the
formula owns is a table, a chain, a policy or rules of its own, a file that tells so and, where
nobody else loads them at boot, a unit that does.  Rules of others are read, never written.
"""

UNIT = "ocfs2-firewall.service"
UNIT_PATH = f"/etc/systemd/system/{UNIT}"
HEADER = f"# Written by ocfs2-formula, loaded by {UNIT}.\n"

_UNIT = """\
# Written by ocfs2-formula.
[Unit]
Description=OCFS2 interconnect firewall ({backend})
# A restart or reload of the service behind it flushes every rule: follow it.
After={service}
PartOf={service}
ReloadPropagatedFrom={service}
Before=o2cb.service

[Service]
Type=oneshot
RemainAfterExit=yes
{commands}

[Install]
WantedBy=multi-user.target {service}
"""


class Backend:
    """
    One firewall that can guard the port.

    ``name`` is what pillar calls it, ``tool`` the command without which it is not installed,
    ``rules_path`` a file that is there as long as rules of ours are. ``unit`` loads that file at
    boot, with ``commands``; None where there is nothing to load, or the host does that itself.

    ``run`` is a function that runs a command, a list, with an optional ``stdin``, and returns what
    it printed; with ``optional=True``, None where there is no such command. ``peers`` are the
    addresses of the other nodes, ``port`` is the TCP port. ``rules`` are all rules in the kernel as
    :meth:`rules` lists them.
    """

    name = ""
    tool = ""
    rules_path = ""
    unit = UNIT
    commands = ()

    def files(self, port, peers, service):
        """Return ``{path: text}``: the rules, and the unit that loads them at boot and after every
        flush by ``service``, the platform's own service of this firewall, ``""`` if it has none."""
        unit = _UNIT.format(
            backend=self.name,
            service=service,
            commands="\n".join(
                f"{when}={command}"
                for when in ("ExecStart", "ExecReload")
                for command in self.commands
            ),
        )
        return {self.rules_path: self.render(port, peers), UNIT_PATH: unit}

    def render(self, port, peers):
        """Return the text of the file with the rules."""
        raise NotImplementedError

    def rules(self, run):
        """Return all rules in the kernel, a list."""
        raise NotImplementedError

    def has_rules(self, rules):
        """Return whether there is any rule at all, whoever made it."""
        raise NotImplementedError

    def load(self, run, port, peers):
        """Load the rules, from their file if they have one, in place of what was loaded before."""
        raise NotImplementedError

    def unload(self, run):
        """Take our rules out of the kernel."""
        raise NotImplementedError

    def ours(self, rules, port, peers):
        """Return what of ``rules`` is ours, in the form of :meth:`expected`; raise FileInvalid for
        a list that the tool would not print."""
        raise NotImplementedError

    def expected(self, port, peers):
        """Return what :meth:`ours` finds when the rules are loaded."""
        raise NotImplementedError

    def opened(self, rules, port, peers):
        """Return which chains of others our rules open, as ``firewall.others.blocking`` names
        them."""
        return ()
