"""Whatever rules of others nft and iptables list: they are judged."""

import contextlib
import copy
import json
import os
import shutil
import subprocess

import pytest

from ocfs2lib.errors import FormulaError
from ocfs2lib.firewall import iptables
from ocfs2lib.firewall import nft_trace
from ocfs2lib.firewall import nftables
from ocfs2lib.firewall import others
from ocfs2lib.firewall import xtables
from ocfs2lib.firewall.backends import FIREWALLS
from support.firewall_judge import PEER
from support.firewall_judge import FirewallJudge

from . import cases
from . import garbage
from . import nft_rulesets
from . import tree_damage
from . import xtables_rulesets
from .findings import Findings

PEERS = ("192.168.100.2", "192.168.100.3")
OWN = (nftables.FAMILY, nftables.TABLE)

needs_nft = [
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(not shutil.which("nft"), reason="nftables is not installed"),
    pytest.mark.usefixtures("sandbox"),
]


needs_judge = pytest.mark.skipif(
    os.geteuid() != 0 or not (shutil.which("nft") and shutil.which("iptables-nft-save")),
    reason="needs root, nftables and iptables",
)


#: An answer comes only where what it answers gets through.
ANSWERED = {nft_trace.ANSWER_FROM: (nft_trace.TO,), nft_trace.ANSWER_TO: (nft_trace.FROM,)}


def nft_listing(text):
    """What the real nft lists once it has loaded a ruleset; None if it refuses it."""
    argv = ["nft", "-f", "-"]
    done = subprocess.run(argv, input=f"flush ruleset\n{text}", text=True, capture_output=True)
    if done.returncode:
        return None
    argv = ["nft", "-j", "list", "ruleset"]
    said = subprocess.run(argv, text=True, capture_output=True, check=True).stdout
    return json.loads(said)["nftables"]


def judged(ruleset):
    """What we make of a ruleset, which must be of the documented shape."""
    for way, chains in others.blocking(ruleset, 7777, PEERS).items():
        assert way in nft_trace.WAYS
        for chain in chains:
            assert all(isinstance(name, str) for name in chain)
            assert len(chain) == 3
            assert "accept" in others.remedy(chain, way, 7777, PEERS).lower() or chain[0] == "ip"
    assert isinstance(FIREWALLS["nftables"].ours(ruleset, 7777, PEERS), dict)


class TestNftables:
    pytestmark = needs_nft

    def test_any_ruleset_that_the_kernel_takes_is_judged(self):
        found, taken, verdicts = Findings(), 0, set()
        for number in cases.share(40):
            text = nft_rulesets.some_table(cases.chance("nft", number))
            ruleset = nft_listing(text)
            if ruleset is None:
                continue
            taken += 1
            with found.watch(text):
                judged(ruleset)
                verdicts.add(any(others.blocking(ruleset, 7777, PEERS).values()))
        found.none()
        if cases.ENOUGH:
            assert taken > len(cases.share(40)) / 3
            assert verdicts == {True, False}

    @pytest.mark.parametrize("match", ["ip protocol 1-17", "meta l4proto 5-17"])
    def test_a_range_of_protocols_is_judged(self, match):
        base = "type filter hook input priority 0; policy drop;"
        judged(nft_listing(f"table inet t {{ chain c {{ {base} {match} accept; }}; }}"))

    def test_any_damaged_listing_is_judged(self):
        found, whole = Findings(), nft_listing(nft_rulesets.RULESET)
        assert whole
        for number in cases.share(10):
            ruleset = copy.deepcopy(whole)
            done = tree_damage.damaged(cases.chance("nft listing", number), ruleset)
            try:
                ruleset = json.loads(json.dumps(ruleset))
            except (TypeError, ValueError, RecursionError):
                continue
            with (
                found.watch(f"nft listing {number}: {'; '.join(done)}"),
                contextlib.suppress(FormulaError),
            ):
                judged(ruleset)
        found.none()


def some_rules(kind, number):
    """Rules, and the way that has to be held against them, which they are on."""
    dice = cases.chance(f"judged {kind}", number)
    text = {"nft": nft_rulesets, "iptables": xtables_rulesets}[kind].some_table(dice)
    way = dice.choice(nft_trace.WAYS)
    if way in (nft_trace.TO, nft_trace.ANSWER_TO):
        text = text.replace("hook input", "hook output").replace("INPUT", "OUTPUT")
    return text, way


@needs_judge
@pytest.mark.parametrize("kind", ["nft", "iptables"])
def test_what_is_certain_is_what_real_packets_meet(sandbox, kind):
    found, answers = Findings(), set()
    with FirewallJudge() as judge:
        for number in cases.share(20):
            text, way = some_rules(kind, number)
            if not judge.load(text):
                continue
            listed, saved = judge.listed()
            if not all(map(judge.reaches, ANSWERED.get(way, ()))):
                continue
            reaches = judge.reaches(way)
            with found.watch(f"{way}\n{text}"):
                known = xtables.replaced(listed, saved)
                ends = nft_trace.possible_ends(known, 7777, PEER, OWN, way).values()
                certain = any(each == {nft_trace.DROP} for each in ends)
                doubtful = any(each & {nft_trace.DROP, nft_trace.ELSEWHERE} for each in ends)
                assert not (reaches and certain)
                assert reaches or doubtful
                answers.add((reaches, certain, doubtful))
    found.none()
    if cases.ENOUGH:
        assert {(True, False, False), (False, True, True)} <= answers


def test_any_listing_of_iptables_is_judged():
    found = Findings()
    rules = iptables.chain(7777, ["10.1.0.2", "10.1.0.3"])
    jump = f"-A {' '.join(iptables.JUMP)}"
    text = "\n".join(["*filter", ":INPUT DROP [0:0]", "-A INPUT -j DROP", jump, *rules, "COMMIT"])
    for garbled in garbage.garbled_texts("iptables", 2, text):
        with found.watch(ascii(garbled)):
            ours = FIREWALLS["iptables"].ours(garbled.splitlines(), 7777, ())
            assert ours.keys() == {"rules", "input"}
            with contextlib.suppress(FormulaError, *nft_trace.SHAPE_ERRORS):
                judged(xtables.entries(garbled))
            assert all(isinstance(line, str) for lines in ours.values() for line in lines)
    found.none()
