"""The firewall of ufw: rules of our own before those of others.

ufw asks its rules in their order.  Two rules that differ in nothing but what they do cannot stand
beside each other; so that a rule of somebody else for the port can stay, ours for everybody are
made of two halves.  What comes by the loopback never gets that far.
"""

import itertools
import re

from ocfs2lib.errors import FileInvalid
from ocfs2lib.errors import RulesRefused
from ocfs2lib.errors import StepFailed
from ocfs2lib.firewall import backend
from ocfs2lib.firewall import nft_trace
from ocfs2lib.firewall import others
from ocfs2lib.firewall import ufw_rules
from ocfs2lib.firewall.ufw_rules import ALLOW
from ocfs2lib.firewall.ufw_rules import DENY

#: Our rules are known by it.
COMMENT = "ocfs2-formula"

_COMMAND = "ufw"
_CHAIN = "ufw-user-input"
#: The way of a packet from the kernel to the rules.
_WAY = ("-A INPUT -j ufw-before-input", f"-A ufw-before-input -j {_CHAIN}")
_EVERYBODY = ("0.0.0.0/1", "128.0.0.0/1")
_ADDED = "ufw "
_SHAPE_ERRORS = (AttributeError, TypeError)
_TARGETS = {ALLOW: "ACCEPT", DENY: "DROP"}


class Ufw(backend.Backend):
    """Rules as lines: those of ``ufw show added``, then what iptables-save prints of ``filter``."""

    name = "ufw"
    tool = _COMMAND
    rules_path = "/etc/ocfs2/firewall.ufw"
    unit = None

    def files(self, port, peers, service):
        """Return ``{path: text}``: which rules ufw was given, for whoever takes them away."""
        return {self.rules_path: self.render(port, peers)}

    def render(self, port, peers):
        rules = "".join(f"{rule}\n" for rule in _wanted(port, peers))
        return f"# Written by ocfs2-formula; ufw has these rules.\n{rules}"

    def rules(self, run):
        saved = run(["iptables-save", "-t", "filter"]).splitlines()
        added = run([_COMMAND, "show", "added"]).splitlines()
        return saved + [line for line in added if line.startswith(_ADDED)]

    def has_rules(self, rules):
        return any(line.startswith(_ADDED) for line in rules)

    def is_in_kernel(self, rules):
        """Return whether the kernel has the rules of ufw."""
        return any(line.startswith(f":{_CHAIN} ") for line in rules)

    def is_reached(self, rules):
        """Return whether a packet to this host gets to them."""
        return all(line in rules for line in _WAY)

    def load(self, run, port, peers):
        """Bring our rules to what they have to be; those of others stay where they are.

        Raises RulesRefused, before anything is changed, if a rule of somebody else stands where
        ours has to be.
        """
        wanted = _wanted(port, peers)
        _refuse_taken(_added(run), wanted, port, peers)
        for rule in _added(run):
            if rule.comment == COMMENT and _key(rule) not in map(_key, wanted):
                _delete(run, rule)
        if not _is_in_order(_added(run), wanted, port, peers):
            for rule in _added(run):
                if rule.comment == COMMENT:
                    _delete(run, rule)
        _add_missing(run, wanted)
        if self._differs(run, port, peers):
            # What ufw has is right by now; the kernel is told again.
            run([_COMMAND, "reload"])
        if self._differs(run, port, peers):
            raise StepFailed("ufw has not taken the rules of the formula, and does not say why")

    def unload(self, run):
        for rule in _added(run):
            if rule.comment == COMMENT:
                _delete(run, rule)
        if any(rule.comment == COMMENT for rule in _added(run)):
            raise StepFailed("ufw has kept rules of the formula, and does not say why")

    def ours(self, rules, port, peers):
        """Return those of our rules that ufw has, in order; what stands before them and lets others
        in, or keeps the nodes out; and whether the kernel has what ufw has."""
        try:
            added = ufw_rules.parsed("\n".join(rules))
            wanted = _wanted(port, peers)
            return {
                "rules": _in_order(_mine(added, wanted)),
                "before": [str(rule) for rule in _before(added, wanted, port, peers)],
                "kernel": self.is_reached(rules) and _kernel_has(added, rules, port),
            }
        except _SHAPE_ERRORS as err:
            raise FileInvalid("ufw lists rules in a form that is not understood") from err

    def expected(self, port, peers):
        return {"rules": _in_order(_wanted(port, peers)), "before": [], "kernel": True}

    def opened(self, rules, port, peers):
        """Return the chains that our rules open, unless they are there: what drops the port then is
        somebody else's."""
        if self.ours(rules, port, peers) == self.expected(port, peers):
            return []
        (chain,) = others.opened_by_iptables(rules)
        if self.is_in_kernel(rules):
            return [chain]
        base = [(*chain[:2], name) for name in ("INPUT", "OUTPUT")]
        return [(*each, way) for each in base for way in nft_trace.WAYS]

    def _differs(self, run, port, peers):
        return self.ours(self.rules(run), port, peers) != self.expected(port, peers)


def _wanted(port, peers):
    """Return our rules in order, each a ``ufw_rules.UfwRule``: the nodes first, then everybody."""
    sources = [(ALLOW, peer) for peer in peers] + [(DENY, half) for half in _EVERYBODY]
    lines = [
        f"ufw {action} from {source} to any port {port} proto tcp comment '{COMMENT}'"
        for action, source in sources
    ]
    return ufw_rules.parsed("\n".join(lines))


def _added(run):
    return ufw_rules.parsed(run([_COMMAND, "show", "added"]))


def _key(rule):
    """Return what two rules have in common that do the same."""
    return (rule.action, *_place(rule))


def _place(rule):
    """Return what no two rules of ufw may have in common."""
    return rule.source, rule.ports, rule.proto, rule.narrow, rule.incoming


def _mine(added, wanted):
    """Return what of the rules is ours, whoever gave it to ufw."""
    keys = set(map(_key, wanted))
    return [rule for rule in added if rule.comment == COMMENT or _key(rule) in keys]


def _in_order(rules):
    """Return rules as text, in an order that is the same where it does not matter."""
    runs = itertools.groupby(rules, key=lambda rule: rule.action)
    return [each for _, run in runs for each in sorted(map(_text, run))]


def _text(rule):
    """Return what a rule does, the same for all that do the same."""
    more = " and more" if rule.narrow else ""
    return (
        f"{rule.action} {rule.source or 'all'} to {rule.ports or 'all'}/{rule.proto or 'all'}{more}"
    )


def _before(added, wanted, port, peers):
    """Return the rules of others that stand before the last of ours and matter to the port."""
    mine = _mine(added, wanted)
    last = max((added.index(rule) for rule in mine), default=0)
    return [
        rule
        for rule in added[:last]
        if rule not in mine and rule.concerns(port) and not _is_harmless(rule, peers)
    ]


def _is_harmless(rule, peers):
    """Return whether a rule lets in nobody but nodes, and keeps no node out."""
    if rule.action == ALLOW:
        return rule.source is not None and str(rule.source) in [f"{peer}/32" for peer in peers]
    return rule.action != "limit" and not rule.reaches(peers)


def _is_in_order(added, wanted, port, peers):
    """Return whether those of our rules that are there stand where they have to."""
    actions = [rule.action for rule in _mine(added, wanted)]
    return actions == sorted(actions) and not _before(added, wanted, port, peers)


def _refuse_taken(added, wanted, port, peers):
    """Raise RulesRefused if a rule of somebody else takes the place of one of ours."""
    foreign = [rule for rule in added if rule.comment != COMMENT]
    keys, places = set(map(_key, wanted)), set(map(_place, wanted))
    taken = [rule for rule in foreign if _place(rule) in places and _key(rule) not in keys]
    same = [rule for rule in foreign if _key(rule) in keys]
    # Ours are moved to the head; one that somebody else has made is not.
    if same and _before(foreign, same, port, peers):
        taken += same
    if taken:
        named = ", ".join(map(str, taken))
        typed = "; ".join(f"ufw delete {' '.join(rule.words)}" for rule in taken)
        raise RulesRefused(
            f"ufw has rules of somebody else in the place of ours ({named}). Fix: type {typed}, "
            "and apply this again at once."
        )


def _add_missing(run, wanted):
    """Give ufw those of our rules that it lacks: the nodes at the head, the others behind them."""
    for rule in reversed([each for each in wanted if each.action == ALLOW]):
        if _key(rule) not in map(_key, _added(run)):
            run([_COMMAND, "prepend", *_words(rule)])
    for rule in wanted:
        added = [each for each in _added(run) if each.version == 4]
        keys = [_key(each) for each in added]
        if _key(rule) in keys:
            continue
        nodes = [_key(each) for each in wanted if each.action == ALLOW]
        place = max((number for number, key in enumerate(keys, 1) if key in nodes), default=0) + 1
        # A place behind the last is none to ufw.
        where = ["insert", str(place)] if place <= len(added) else []
        run([_COMMAND, *where, *_words(rule)])


def _words(rule):
    # Without its comment, a repeated rule would lose it.
    return [*rule.words, "comment", COMMENT]


def _delete(run, rule):
    run([_COMMAND, "delete", *rule.words])


def _kernel_has(added, lines, port):
    """Return whether the kernel's rules for the port alone are those of ufw, in the same order."""
    shape = re.compile(rf"-A {_CHAIN} (-s \S+ )?-p tcp -m tcp --dport {int(port)} -j (ACCEPT|DROP)")
    wanted = [
        f"-A {_CHAIN} {'' if rule.source is None else f'-s {rule.source} '}"
        f"-p tcp -m tcp --dport {port} -j {_TARGETS[rule.action]}"
        for rule in added
        if rule.incoming
        and not rule.narrow
        and rule.ports == str(port)
        and rule.proto in (None, "tcp")
        and rule.action in _TARGETS
    ]
    return [line for line in lines if shape.fullmatch(line)] == wanted
