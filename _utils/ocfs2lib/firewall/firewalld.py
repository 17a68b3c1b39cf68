"""The firewall of firewalld: one policy of our own, from every zone to this host.

firewalld looks at it before the zones, so what a zone opens or closes does not matter, and neither
does which zone an interface is in.  What comes by the loopback never gets that far.  Every rule is
given twice: to the configuration that is loaded at the next start, and to what runs.  A policy
begins to run with a reload alone.
"""

import shlex

from ocfs2lib.errors import FileInvalid
from ocfs2lib.errors import RulesRefused
from ocfs2lib.errors import StepFailed
from ocfs2lib.firewall import backend
from ocfs2lib.firewall import nft_trace
from ocfs2lib.firewall import nftables

POLICY = "ocfs2"
TABLE = ("inet", "firewalld")
#: What a reload that failed leaves behind; it drops every new connection.
LOCK = ("inet", "firewalld_policy_drop")

_COMMAND = "firewall-cmd"
_BASE = "filter_INPUT"
_CHAIN = f"filter_IN_policy_{POLICY}"
_RULES = f"{_CHAIN}_pre"
#: The two halves, and the option of firewall-cmd that means the first.
_HALVES = {"permanent": ("--permanent",), "runtime": ()}
_ZONES = {"ingress": "ANY", "egress": "HOST"}
_PLAIN = {"priority": "-1", "target": "CONTINUE"}
_RICH = "rich rules"
#: Their programs put interfaces back into these zones after a reload.
_CARED_FOR = ("libvirt", "libvirt-routed", "docker")


class Firewalld(backend.Backend):
    """Rules as ``[{"policy": {"half", "block"}}]`` of both halves, and those that nft prints."""

    name = "firewalld"
    tool = _COMMAND
    rules_path = f"/etc/firewalld/policies/{POLICY}.xml"
    unit = None

    def files(self, port, peers, service):
        """Return nothing: the file is firewalld's to write."""
        return {}

    def rules(self, run):
        listed = run(["nft", "-j", "list", "ruleset"], optional=True)
        in_kernel = [] if listed is None else nftables.listed(listed)
        blocks = {half: _block(run, options) for half, options in _HALVES.items()}
        return [
            *({"policy": {"half": half, "block": block}} for half, block in blocks.items()),
            *in_kernel,
        ]

    def has_rules(self, rules):
        return any("policy" in each for each in rules)

    def is_in_kernel(self, rules):
        """Return whether the kernel has the rules with which firewalld begins."""
        return any((*TABLE, _BASE) == _place(each) for each in rules)

    def load(self, run, port, peers):
        """Bring our policy to what it has to be, in both halves; nothing else is written.

        A policy that does not run yet needs a reload. Raises RulesRefused, before anything is
        changed, if that would lose what others have told firewalld for now.
        """
        wanted = _wanted(port, peers)
        anew = not _is_plain(_block(run, ()))
        if anew:
            _refuse_loss(run)
        block = _block(run, _HALVES["permanent"])
        if not _is_plain(block):
            if block is not None:
                run([_COMMAND, "--permanent", f"--delete-policy={POLICY}"])
            run([_COMMAND, "--permanent", f"--new-policy={POLICY}"])
        _bring(run, _HALVES["permanent"], wanted)
        if anew:
            run([_COMMAND, "--reload"])
        else:
            _bring(run, _HALVES["runtime"], wanted)

    def unload(self, run):
        """Take our policy away. In what runs an empty one is left till the next reload, and no
        packet meets it."""
        if _block(run, _HALVES["permanent"]) is not None:
            run([_COMMAND, "--permanent", f"--delete-policy={POLICY}"])
        if _block(run, ()) is not None:
            _bring(run, (), [], zones={})

    def ours(self, rules, port, peers):
        try:
            halves = [each["policy"] for each in rules if "policy" in each]
            found = {each["half"]: _summary(each["block"]) for each in halves}
            return {**dict.fromkeys(_HALVES), **found, "kernel": _in_kernel(rules)}
        except nft_trace.SHAPE_ERRORS as err:
            raise FileInvalid("firewalld lists rules in a shape that is not understood") from err

    def expected(self, port, peers):
        zones = {f"{way}-zones": zone for way, zone in _ZONES.items()}
        block = {**_PLAIN, **zones, _RICH: sorted(map(_normal, _wanted(port, peers)))}
        kernel = {
            "base": True,
            "reached": True,
            "accepted": sorted([peer, port] for peer in peers),
            "closed": port,
            "others": 0,
        }
        return {"permanent": block, "runtime": dict(block), "kernel": kernel}

    def opened(self, rules, port, peers):
        """Return the chain that our policy opens, unless it is loaded: what drops the port then is
        somebody else's."""
        if self.ours(rules, port, peers) == self.expected(port, peers):
            return []
        lock = [(*LOCK, "filter_input", nft_trace.FROM), (*LOCK, "filter_output", nft_trace.TO)]
        return [(*TABLE, _BASE, nft_trace.FROM), *lock]


def blocks(text):
    """Return ``{name: {key: value}}`` of what firewall-cmd lists of zones or policies; under
    ``rich rules`` a list. What is empty or off is left out."""
    found, block = {}, None
    for line in text.splitlines():
        if not line.strip():
            continue
        if not line[0].isspace():
            block = found.setdefault(line.split()[0], {})
        elif block is None:
            raise FileInvalid("firewalld lists a line that belongs to nothing")
        elif line.startswith("\t"):
            block.setdefault(_RICH, []).append(line.strip())
        else:
            key, colon, value = line.strip().partition(":")
            if not colon:
                raise FileInvalid("firewalld lists a line that is not understood")
            if value.strip() not in ("", "no"):
                block[key] = value.strip()
    return found


def _block(run, options):
    """Return what firewalld has of our policy, None if it has none."""
    return blocks(run([_COMMAND, *options, "--list-all-policies"])).get(POLICY)


def _wanted(port, peers):
    """Return the rules of our policy; of those with the lower priority firewalld asks first."""
    match = f'port port="{port}" protocol="tcp"'
    accepts = [
        f'rule priority="-10" family="ipv4" source address="{address}" {match} accept'
        for address in peers
    ]
    return [*accepts, f'rule priority="-5" {match} drop']


def _normal(rule):
    """Return a rule in a form that does not depend on the order and the quotes of its words."""
    return " ".join(sorted(shlex.split(rule)))


def _summary(block):
    if block is None:
        return None
    return {**block, _RICH: sorted(map(_normal, block.get(_RICH, [])))}


def _is_plain(block):
    """Return whether a policy differs from ours by zones and rules at most, which can be changed
    while it runs."""
    ours = {*_PLAIN, _RICH, *(f"{way}-zones" for way in _ZONES)}
    return block is not None and block.keys() <= ours and _PLAIN.items() <= block.items()


def _bring(run, options, wanted, zones=_ZONES):
    """Bring rules and zones of our policy to what is wanted, in one half."""
    block = _block(run, options)
    if block is None:
        raise StepFailed(f"firewalld has taken the policy {POLICY}, and does not list it")
    have = {_normal(rule): rule for rule in block.get(_RICH, [])}
    want = {_normal(rule): rule for rule in wanted}
    policy = [_COMMAND, *options, f"--policy={POLICY}"]
    # The accepts are there before the drop, and all of them before the zones.
    added = [f"--add-rich-rule={rule}" for each, rule in want.items() if each not in have]
    stale = [f"--remove-rich-rule={rule}" for each, rule in have.items() if each not in want]
    for arguments in (added, stale):
        if arguments:
            run([*policy, *arguments])
    for way in _ZONES:
        there = block.get(f"{way}-zones", "").split()
        wished = [zones[way]] if way in zones else []
        for zone in there:
            if zone not in wished:
                run([*policy, f"--remove-{way}-zone={zone}"])
        for zone in wished:
            if zone not in there:
                run([*policy, f"--add-{way}-zone={zone}"])


def _refuse_loss(run):
    """Raise RulesRefused if a reload would lose what runs and is not in the configuration."""
    lost = [
        f"{kind} {name}"
        for kind, option in (("zone", "--list-all-zones"), ("policy", "--list-all-policies"))
        for name in _unsaved(*(_others(run, half, option) for half in _HALVES.values()))
    ]
    lost += [
        f"direct {what}"
        for what in ("rules", "chains", "passthroughs")
        if len(
            {run([_COMMAND, *half, "--direct", f"--get-all-{what}"]) for half in _HALVES.values()}
        )
        > 1
    ]
    if lost:
        raise RulesRefused(
            "The policy of the formula needs a reload of firewalld, which would lose what was "
            f"changed for now alone: {', '.join(lost)}. Fix: type firewall-cmd "
            "--runtime-to-permanent to keep that, or firewall-cmd --reload to be without it."
        )


def _others(run, options, listing):
    found = blocks(run([_COMMAND, *options, listing]))
    found.pop(POLICY, None)
    # An interface that is in no zone comes back into the default one.
    default = run([_COMMAND, "--get-default-zone"]).strip()
    for name in (default, *_CARED_FOR):
        found.get(name, {}).pop("interfaces", None)
    return found


def _unsaved(permanent, runtime):
    return [name for name in runtime if runtime[name] != permanent.get(name)]


def _place(entry):
    rule = entry.get("rule", {})
    return rule.get("family"), rule.get("table"), rule.get("chain")


def _in_kernel(rules):
    """Return what the kernel has of our policy: to whom the port is open, and whether it is closed
    to all others."""
    found = {"base": False, "reached": False, "accepted": [], "closed": None, "others": 0}
    for entry in rules:
        place = _place(entry)
        if place[:2] != TABLE:
            continue
        expressions = entry["rule"]["expr"]
        found["base"] |= place[2] == _BASE
        found["reached"] |= any(_target(each) == _CHAIN for each in expressions)
        if place[2] == _RULES:
            _add(found, *_read(expressions))
    return {**found, "accepted": sorted(found["accepted"])}


def _target(expression):
    return (expression.get("jump") or expression.get("goto") or {}).get("target")


def _add(found, address, port, verdict):
    if found["closed"] is None and verdict == "accept" and address and port:
        found["accepted"].append([address, port])
    elif found["closed"] is None and verdict == "drop" and port and not address:
        found["closed"] = port
    else:
        found["others"] += 1


def _read(expressions):
    """Return address, port and verdict of a rule; None for what it has not. One with anything else
    in it has no verdict."""
    known = {}
    for item in expressions:
        kind, value = next(iter(item.items()))
        if kind in ("accept", "drop"):
            known["verdict"] = kind
        elif kind == "match" and value["op"] == "==" and "payload" in value["left"]:
            known[value["left"]["payload"].get("field")] = value["right"]
        elif kind != "match" or value["left"].get("ct", {}).get("key") != "state":
            return None, None, None
    if not known.keys() <= {"saddr", "dport", "verdict"}:
        return None, None, None
    return known.get("saddr"), known.get("dport"), known.get("verdict")
