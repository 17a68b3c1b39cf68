"""The firewall of nftables: a table of our own."""

import json

from ocfs2lib.errors import FileInvalid
from ocfs2lib.firewall import backend
from ocfs2lib.firewall import nft_trace

FAMILY, TABLE = "inet", "ocfs2"

# The first two lines make the replacement one transaction, whether the table exists or not.
_RULES = """\
table inet ocfs2
delete table inet ocfs2
table inet ocfs2 {{
	set peers {{
		type ipv4_addr
{elements}	}}

	chain input {{
		type filter hook input priority -10; policy accept;
		tcp dport {port} ip saddr @peers accept
		tcp dport {port} iifname "lo" accept
		tcp dport {port} drop
	}}
}}
"""
_CHAIN = {"name": "input", "type": "filter", "hook": "input", "prio": -10, "policy": "accept"}


class Nftables(backend.Backend):
    """Rules as nft prints them in JSON: the list under ``nftables``."""

    name = "nftables"
    tool = "nft"
    rules_path = "/etc/ocfs2/firewall.nft"
    commands = (f"/usr/sbin/nft -f {rules_path}",)

    def render(self, port, peers):
        elements = f"\t\telements = {{ {', '.join(peers)} }}\n" if peers else ""
        return backend.HEADER + _RULES.format(elements=elements, port=port)

    def rules(self, run):
        return listed(run(["nft", "-j", "list", "ruleset"]))

    def has_rules(self, rules):
        return any("rule" in each for each in rules)

    def load(self, run, port, peers):
        run(["nft", "-f", self.rules_path])

    def unload(self, run):
        table = f"table {FAMILY} {TABLE}"
        run(["nft", "-f", "-"], stdin=f"{table}\ndelete {table}\n")

    def ours(self, rules, port, peers):
        try:
            return _ours(rules)
        except nft_trace.SHAPE_ERRORS as err:
            raise FileInvalid("nftables lists rules in a shape that is not understood") from err

    def expected(self, port, peers):
        return {
            "chains": [_CHAIN],
            "sets": [["peers", *sorted(peers)]],
            "rules": _expressions(port),
            "others": 0,
        }


def listed(printed):
    """Return the list in what ``nft -j list ruleset`` printed; raise FileInvalid for none."""
    try:
        return json.loads(printed)["nftables"]
    except nft_trace.SHAPE_ERRORS as err:
        raise FileInvalid("nftables lists rules in a shape that is not understood") from err


def _ours(ruleset):
    found = {"chains": [], "sets": [], "rules": [], "others": 0}
    for entry in ruleset:
        for kind, item in entry.items():
            if kind == "table" or (item.get("family"), item.get("table")) != (FAMILY, TABLE):
                continue
            if kind == "chain":
                found["chains"].append({name: item.get(name) for name in _CHAIN})
            elif kind == "set":
                found["sets"].append([item["name"], *sorted(map(str, item.get("elem", [])))])
            elif kind == "rule":
                found["rules"].append(item["expr"])
            else:
                found["others"] += 1
    return found


def _expressions(port):
    def match(left, right):
        return {"match": {"op": "==", "left": left, "right": right}}

    dport = match({"payload": {"protocol": "tcp", "field": "dport"}}, port)
    peers = match({"payload": {"protocol": "ip", "field": "saddr"}}, "@peers")
    loopback = match({"meta": {"key": "iifname"}}, "lo")
    return [
        [dport, peers, {"accept": None}],
        [dport, loopback, {"accept": None}],
        [dport, {"drop": None}],
    ]
