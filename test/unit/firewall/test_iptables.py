import pytest

from ocfs2lib.errors import FileInvalid
from ocfs2lib.firewall import iptables

IPTABLES = iptables.Iptables()
PORT = 7777
PEERS = ["10.1.0.2", "10.1.0.3"]
SAVED = [
    "*filter",
    ":INPUT DROP [0:0]",
    ":OCFS2 - [0:0]",
    "-A INPUT -p tcp -j OCFS2",
    "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT",
    *iptables.chain(PORT, PEERS),
    "COMMIT",
]


def test_iptables_fills_our_chain_only():
    assert IPTABLES.render(PORT, PEERS).splitlines()[1:] == [
        "*filter",
        ":OCFS2 - [0:0]",
        "-A OCFS2 -s 10.1.0.2/32 -p tcp -m tcp --dport 7777 -j ACCEPT",
        "-A OCFS2 -s 10.1.0.3/32 -p tcp -m tcp --dport 7777 -j ACCEPT",
        "-A OCFS2 -i lo -p tcp -m tcp --dport 7777 -j ACCEPT",
        "-A OCFS2 -p tcp -m tcp --dport 7777 -j DROP",
        "COMMIT",
    ]


def agrees(saved):
    return IPTABLES.ours(saved, PORT, PEERS) == IPTABLES.expected(PORT, PEERS)


def test_our_chain_and_its_jump_are_recognised():
    assert agrees(SAVED)
    assert agrees([*SAVED[:-1], "-A INPUT -j REJECT", SAVED[-1]])


@pytest.mark.parametrize(
    "saved",
    [
        [],
        [line for line in SAVED if "10.1.0.3" not in line],
        [line for line in SAVED if line != "-A INPUT -p tcp -j OCFS2"],
        [*SAVED[:4], *SAVED[3:]],
        [*SAVED[:3], "-A INPUT -s 10.0.0.0/8 -j DROP", *SAVED[3:]],
        [*SAVED[:3], "-A INPUT -j REJECT --reject-with icmp-port-unreachable", *SAVED[3:]],
        [*SAVED, "-A OCFS2 -j ACCEPT"],
    ],
)
def test_drift_of_our_chain_is_seen(saved):
    assert not agrees(saved)


def test_there_are_rules_once_one_is_added():
    assert IPTABLES.has_rules(SAVED)
    assert not IPTABLES.has_rules([":INPUT ACCEPT [0:0]"])


@pytest.mark.parametrize("saved", [None, [1]])
def test_rules_of_another_shape_are_refused(saved):
    with pytest.raises(FileInvalid, match="iptables lists rules in a shape that is not understood"):
        IPTABLES.ours(saved, PORT, PEERS)


def commands(act, saved):
    """What is run beside iptables-save, which prints ``saved``."""
    done = []

    def run(argv):
        done.append(argv)
        return "\n".join(saved)

    act(run)
    return [argv[1:] for argv in done if argv[0] == "iptables"]


def test_every_jump_to_our_chain_gives_way_to_one_at_the_head():
    def load(run):
        IPTABLES.load(run, PORT, PEERS)

    delete, insert = ["--wait", "-D", *iptables.JUMP], ["--wait", "-I", *iptables.JUMP]
    assert commands(load, SAVED) == [delete, insert]
    assert commands(load, SAVED * 2) == [delete, delete, insert]
    assert commands(load, []) == [insert]


def test_our_chain_is_removed_with_its_jumps_if_it_is_there():
    assert commands(IPTABLES.unload, SAVED) == [
        ["--wait", "-D", *iptables.JUMP],
        ["--wait", "-F", "OCFS2"],
        ["--wait", "-X", "OCFS2"],
    ]
    assert commands(IPTABLES.unload, []) == []
