"""What decides whether the rules of others block the port, each taken out."""

from .mutant import Mutant

_PATH = "_utils/ocfs2lib/firewall/"
_CERTAIN = "test/unit/firewall/test_nft_trace.py::test_a_certain_drop_is_found"
_OPEN = "test/unit/firewall/test_nft_trace.py::test_the_port_is_open_or_in_doubt"
_WAYS = "test/functional/o2cb/test_firewall_analysis.py::test_each_way_is_what_real_packets_meet"
_LEGACY = (
    "test/functional/o2cb/test_firewall_analysis.py::"
    "test_what_nft_does_not_show_is_read_from_iptables_legacy"
)
_WORDS = "test/unit/firewall/test_xtables.py::test_a_rule_is_put_in_the_words_of_nft"


def _trace(old, new, kills):
    return Mutant(f"{_PATH}nft_trace.py", old, new, kills)


def _packet(old, new, kills):
    return Mutant(f"{_PATH}packet.py", old, new, kills)


FIREWALL = {
    "a drop among other ends is not certain": _trace("if ends == {DROP}", "if DROP in ends", _OPEN),
    "a condition that is not known lets the next rule speak": _trace(
        "            if met is None:\n                ends.add(_NEXT)\n", "", _OPEN
    ),
    "a statement that is not known is no condition that is met": _trace(
        "return True if kind in _STATEMENTS else None", "return True", _OPEN
    ),
    "REJECT is final": _trace(', "REJECT": DROP}', "}", _CERTAIN),
    "a target that is not known may end the rule": _trace(
        "else {ELSEWHERE, _NEXT}", "else {_NEXT}", _OPEN
    ),
    "goto does not come back to its own chain": _trace(
        'if kind == "goto":\n            return self.chain(value["target"])',
        'if kind == "goto":\n            return self.chain(value["target"]) | {_NEXT}',
        _CERTAIN,
    ),
    "prerouting comes first": _trace('("prerouting", "input")', '("input",)', _CERTAIN),
    "a full set takes no more": _trace(' or value["set"] in self._full', "", _OPEN),
    "a redirect changes the packet": _trace(
        "if any(REWRITTEN in", "if False and any(REWRITTEN in", _OPEN
    ),
    "notrack changes the state": _trace("None if rules.has_untracked() else True", "True", _OPEN),
    "what is not redirected is no dnat": _packet(
        '{**known, **direction, ("ct", "status"): status}', "known", _CERTAIN
    ),
    "what goes out is followed too": _trace("for way in WAYS\n", "for way in (FROM,)\n", _WAYS),
    "an answer is of a connection that is there": _packet(
        'seen = "established" if self.answer else "new"', 'seen = "new"', _WAYS
    ),
    "whoever connects takes no port of a service": _packet(
        "right < _LEAST_PORT or right == self.port", "False", _WAYS
    ),
    "tables of iptables-legacy are followed too": _trace(
        '("ip", "inet", xtables.LEGACY)', '("ip", "inet")', _LEGACY
    ),
    "an option that is not known stays a match": Mutant(
        f"{_PATH}xtables.py",
        'read(*values) if read else _opaque("match", module)',
        "read(*values) if read else None",
        _WORDS,
    ),
}
