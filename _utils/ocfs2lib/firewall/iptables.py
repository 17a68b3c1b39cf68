"""The firewall of iptables: a chain of our own, and one jump to it at the head of INPUT."""

import re

from ocfs2lib.errors import FileInvalid
from ocfs2lib.firewall import backend
from ocfs2lib.firewall import others

CHAIN = "OCFS2"
# No port in it, so it never changes.
JUMP = ("INPUT", "-p", "tcp", "-j", CHAIN)

_JUMP = " ".join(JUMP)


class Iptables(backend.Backend):
    """Rules as iptables-save prints those of the table ``filter``: a list of lines."""

    name = "iptables"
    tool = "iptables"
    rules_path = "/etc/ocfs2/firewall.iptables"
    commands = (
        f"/usr/sbin/iptables-restore --noflush --wait 60 {rules_path}",
        f"/bin/sh -c 'iptables --wait -C {_JUMP} 2>/dev/null || iptables --wait -I {_JUMP}'",
    )

    def render(self, port, peers):
        """Return the input of iptables-restore: it replaces our chain and leaves the others
        alone."""
        rules = "".join(f"{rule}\n" for rule in chain(port, peers))
        return f"{backend.HEADER}*filter\n:{CHAIN} - [0:0]\n{rules}COMMIT\n"

    def rules(self, run):
        return run(["iptables-save", "-t", "filter"]).splitlines()

    def has_rules(self, rules):
        return any(line.startswith("-A ") for line in rules)

    def load(self, run, port, peers):
        run(["iptables-restore", "--noflush", "--wait", "60", self.rules_path])
        self._remove_jumps(run)
        run(["iptables", "--wait", "-I", *JUMP])

    def unload(self, run):
        self._remove_jumps(run)
        if any(line.startswith(f":{CHAIN} ") for line in self.rules(run)):
            run(["iptables", "--wait", "-F", CHAIN])
            run(["iptables", "--wait", "-X", CHAIN])

    def ours(self, rules, port, peers):
        """Return the rules of our chain, and of INPUT the jumps to it and what drops before the
        first of them."""
        try:
            return _ours(rules)
        except (AttributeError, TypeError) as err:
            raise FileInvalid("iptables lists rules in a shape that is not understood") from err

    def expected(self, port, peers):
        return {"rules": chain(port, peers), "input": [f"-A {_JUMP}"]}

    def opened(self, rules, port, peers):
        return others.opened_by_iptables(rules)

    def _remove_jumps(self, run):
        for _ in range(self.rules(run).count(f"-A {_JUMP}")):
            run(["iptables", "--wait", "-D", *JUMP])


def chain(port, peers):
    """Return the rules of our chain, spelled as iptables-save spells them."""
    match = f"-p tcp -m tcp --dport {port}"
    return [
        *(f"-A {CHAIN} -s {address}/32 {match} -j ACCEPT" for address in peers),
        f"-A {CHAIN} -i lo {match} -j ACCEPT",
        f"-A {CHAIN} {match} -j DROP",
    ]


def _ours(lines):
    jump = f"-A {_JUMP}"
    before = [line for line in lines if line.startswith("-A INPUT ")]
    jumps = [line for line in before if line == jump]
    if jumps:
        before = before[: before.index(jump)]
    return {
        "rules": [line for line in lines if line.startswith(f"-A {CHAIN} ")],
        "input": [line for line in before if re.search(r" -j (DROP|REJECT)\b", line)] + jumps,
    }
