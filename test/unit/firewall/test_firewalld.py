"""What firewalld lists, and what the formula tells it."""

import copy

import pytest

from ocfs2lib.errors import FileInvalid
from ocfs2lib.errors import RulesRefused
from ocfs2lib.errors import StepFailed
from ocfs2lib.firewall import firewalld
from ocfs2lib.firewall.firewalld import Firewalld
from support.nft import PEERS
from support.nft import PORT

FIREWALLD = Firewalld()
# From firewalld 1.3.3 and nft 1.0.6.
LISTED = """\
allow-host-ipv6 (active)
  priority: -15000
  target: CONTINUE
  ingress-zones: ANY
  egress-zones: HOST
  masquerade: no
  rich rules:\x20
\trule family="ipv6" icmp-type name="redirect" accept

ocfs2 (active)
  priority: -1
  target: CONTINUE
  ingress-zones: ANY
  egress-zones: HOST
  services:\x20
  ports:\x20
  masquerade: no
  rich rules:\x20
\trule priority="-10" family="ipv4" source address="10.1.0.3" port port="7777" protocol="tcp" accept
\trule priority="-10" family="ipv4" source address="10.1.0.2" port port="7777" protocol="tcp" accept
\trule priority="-5" port port="7777" protocol="tcp" drop
"""


def match(field, right):
    protocol = "ip" if field == "saddr" else "tcp"
    left = {"payload": {"protocol": protocol, "field": field}}
    return {"match": {"op": "==", "left": left, "right": right}}


def rule(chain, *expressions):
    place = {"family": "inet", "table": "firewalld", "chain": chain}
    return {"rule": {**place, "expr": list(expressions)}}


IN_POLICY = "filter_IN_policy_ocfs2_pre"
KERNEL = [
    rule("filter_INPUT", {"jump": {"target": "filter_INPUT_ZONES"}}),
    rule("filter_INPUT_POLICIES_pre", {"jump": {"target": "filter_IN_policy_ocfs2"}}),
    *(rule(IN_POLICY, match("saddr", x), match("dport", PORT), {"accept": None}) for x in PEERS),
    rule(IN_POLICY, match("dport", PORT), {"drop": None}),
]


def rules(permanent=LISTED, runtime=LISTED, kernel=KERNEL):
    halves = {"permanent": permanent, "runtime": runtime}
    blocks = {half: firewalld.blocks(text).get("ocfs2") for half, text in halves.items()}
    return [*({"policy": {"half": x, "block": y}} for x, y in blocks.items()), *kernel]


def agrees(*changed, **changes):
    return FIREWALLD.ours(rules(*changed, **changes), PORT, PEERS) == FIREWALLD.expected(
        PORT, PEERS
    )


def test_our_policy_is_recognised():
    assert agrees()
    assert FIREWALLD.opened(rules(), PORT, PEERS) == []
    assert FIREWALLD.has_rules(rules())


@pytest.mark.parametrize("half", ["permanent", "runtime"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ocfs2 (active)", "other"),
        ("priority: -1\n", "priority: 1\n"),
        ("  ingress-zones: ANY\n  egress-zones: HOST\n  services", "  services"),
        ("services: ", "services: ssh"),
        (
            "  masquerade: no\n  rich rules: \n\trule pri",
            "  masquerade: yes\n  rich rules: \n\trule pri",
        ),
        ('10.1.0.3"', '10.1.0.9"'),
        ('tcp" drop', 'tcp" accept'),
        ('\trule priority="-5" port port="7777" protocol="tcp" drop\n', ""),
    ],
)
def test_drift_of_each_half_is_seen(half, old, new):
    assert old in LISTED
    assert not agrees(**{half: LISTED.replace(old, new)})
    (chain, *_) = FIREWALLD.opened(rules(**{half: LISTED.replace(old, new)}), PORT, PEERS)
    assert chain == ("inet", "firewalld", "filter_INPUT", "from")


def test_quotes_and_order_of_words_do_not_matter():
    other = LISTED.replace('rule priority="-10" family="ipv4"', "rule family=ipv4 priority=-10")
    assert agrees(permanent=other)


@pytest.mark.parametrize(
    "damage",
    [
        lambda kernel: kernel.clear(),
        lambda kernel: kernel.pop(0),
        lambda kernel: kernel.pop(1),
        lambda kernel: kernel.pop(2),
        lambda kernel: kernel.pop(),
        lambda kernel: kernel.insert(2, kernel.pop()),
        lambda kernel: kernel.insert(2, rule(IN_POLICY, {"accept": None})),
        lambda kernel: kernel[2]["rule"]["expr"].insert(0, {"limit": {"rate": 1, "per": "hour"}}),
        lambda kernel: kernel[4]["rule"]["expr"].insert(0, match("sport", 1)),
    ],
)
def test_drift_of_the_kernel_is_seen(damage):
    kernel = copy.deepcopy(KERNEL)
    damage(kernel)
    assert not agrees(kernel=kernel)


def test_a_rule_for_new_connections_alone_is_the_same():
    kernel = copy.deepcopy(KERNEL)
    state = {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["new", "untracked"]}}
    kernel[2]["rule"]["expr"].insert(2, state)
    assert agrees(kernel=kernel)


@pytest.mark.parametrize("listed", ["  key: value\n", "ocfs2\n  no colon\n"])
def test_a_list_of_another_shape_is_refused(listed):
    with pytest.raises(FileInvalid, match="firewalld lists a line that"):
        firewalld.blocks(listed)


@pytest.mark.parametrize("odd", [None, [1], [{"rule": {"family": "inet", "table": "firewalld"}}]])
def test_rules_of_another_shape_are_refused(odd):
    with pytest.raises(FileInvalid, match="in a shape that is not understood"):
        FIREWALLD.ours(odd, PORT, PEERS)


class ListedFirewalld:
    """firewall-cmd that says the same all the time; ``told`` is what it was told."""

    def __init__(self, permanent, runtime, zones=("public\n", "public\n")):
        self.lists = {
            ("--permanent", "--list-all-policies"): permanent,
            ("--list-all-policies",): runtime,
            ("--permanent", "--list-all-zones"): zones[0],
            ("--list-all-zones",): zones[1],
            ("--get-default-zone",): "public\n",
        }
        self.told = []

    def __call__(self, argv, optional=False):
        what = tuple(argv[1:])
        if what in self.lists or "--direct" in what:
            return self.lists.get(what, "")
        self.told.append(what)
        return ""


def test_what_is_right_is_not_told_again():
    run = ListedFirewalld(LISTED, LISTED)
    FIREWALLD.load(run, PORT, PEERS)
    assert run.told == []


def test_a_node_is_added_to_both_halves_without_a_reload():
    run = ListedFirewalld(LISTED, LISTED)
    FIREWALLD.load(run, PORT, [*PEERS, "10.1.0.4"])
    (permanent, runtime) = run.told
    assert permanent == ("--permanent", *runtime)
    assert runtime[0] == "--policy=ocfs2"
    assert 'source address="10.1.0.4"' in runtime[1]


@pytest.mark.parametrize(
    ("permanent", "runtime"),
    [
        ("public\n  services: ssh\n", "public\n  services: ssh http\n"),
        ("public\n  services: ssh\n", "public\n  services: ssh\nnew (active)\n  sources: x\n"),
        ("public\n", "public\ntrusted (active)\n  interfaces: eth1\n"),
        ("trusted\n  interfaces: eth1\n", "trusted\npublic (active)\n  interfaces: eth1\n"),
    ],
)
def test_a_reload_that_loses_something_is_refused_before_anything_is_told(permanent, runtime):
    run = ListedFirewalld("", "", (permanent, runtime))
    with pytest.raises(RulesRefused, match="Fix: type firewall-cmd --runtime-to-permanent"):
        FIREWALLD.load(run, PORT, PEERS)
    assert run.told == []


@pytest.mark.parametrize("zone", ["public", "libvirt", "docker"])
def test_what_comes_back_after_a_reload_is_not_lost(zone):
    others = LISTED[: LISTED.index("ocfs2")]
    run = ListedFirewalld(others, others, (f"{zone}\n", f"{zone} (active)\n  interfaces: x\n"))
    # It gets as far as to make the policy, which this firewalld never lists.
    with pytest.raises(StepFailed, match="has taken the policy ocfs2, and does not list it"):
        FIREWALLD.load(run, PORT, PEERS)
    assert run.told == [("--permanent", "--new-policy=ocfs2")]


def test_a_policy_of_others_is_not_lost_either():
    run = ListedFirewalld("", LISTED.replace("ocfs2", "x"))
    with pytest.raises(RulesRefused, match="policy allow-host-ipv6, policy x"):
        FIREWALLD.load(run, PORT, PEERS)
