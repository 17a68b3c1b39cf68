"""What the SAN shows to real minions of a real master, without any pillar."""

from pathlib import Path

import pytest

from ocfs2lib.pillar import check
from ocfs2lib.system import formula_code
from support import roster
from support import san

NODES = ("host1.domain.com", "host2.domain.com")


@pytest.fixture(scope="module")
def ask(site):
    """Ask both minions, which have no pillar."""
    site.describe()

    def run(*words):
        answer = site.salt_run("ocfs2.luns", *(words or (",".join(NODES),)))
        return answer.returncode, answer.data

    return run


@pytest.fixture(scope="module")
def loaded(ask):
    """Both minions have the formula."""
    return ask()


@pytest.fixture
def tell(site, loaded):
    """Have the minions answer with inventories, and with the build of the master."""
    formula = formula_code.build(site.master.config["extension_modules"])
    kept = {}

    def told(inventories):
        for minion, answer in zip(site.minions.values(), inventories, strict=True):
            path = Path(minion.config["extension_modules"], "modules", "ocfs2_node.py")
            kept.setdefault(path, path.read_text())
            answer = {**answer, "formula": formula}
            path.write_text(f"def luns():\n    return {answer!r}\n")

    yield told
    for path, text in kept.items():
        path.write_text(text)


def test_minions_without_formula_and_pillar_are_given_the_one_and_answer(loaded):
    """What the disks of this host are is not known here; that both were asked is."""
    rc, data = loaded
    assert data["silent"] == {}
    assert rc == bool(data["flags"])
    assert data["lines"][-1].startswith("Next: ")
    for lun in data["luns"]:
        assert set(lun["nodes"]) <= set(NODES)


@pytest.mark.once
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nodes names no minion"),
        (("nodes=[]",), "nodes names no minion"),
        (("host1.domain.com,,host2.domain.com",), "nodes names no minion"),
        (("nodes=7",), "nodes names no minion"),
        (("nodes='host*'",), "is no minion id; name each, without patterns"),
    ],
)
def test_what_can_not_be_meant_is_refused_before_anybody_is_asked(site, words, said):
    answer = site.salt_run("ocfs2.luns", *words)
    assert answer.returncode == 1
    (line,) = answer.data["lines"]
    assert said in line
    assert line.endswith("Nobody was asked.")


def test_a_minion_that_does_not_exist_is_named(ask):
    rc, data = ask("host9.domain.com")
    assert rc == 1
    assert "has no accepted key on this master" in data["silent"]["host9.domain.com"]


def test_a_lun_that_both_see_can_be_pasted(ask, tell):
    tell([san.inventory(san.disk())] * 2)
    rc, data = ask(f"nodes=[{', '.join(NODES)}]")
    assert (rc, data["flags"], data["silent"]) == (0, [], {})
    (lun,) = data["luns"]
    assert (lun["wwid"], lun["nodes"], lun["of_hosts"]) == (san.WWID, list(NODES), False)
    section = roster.section()
    section["luns"] = {
        "primary": {
            "device": lun["device"],
            "wwid": lun["wwid"],
            "size": lun["sizes"][0]["bytes"],
            "mount": {"path": "/san/primary"},
        }
    }
    assert check.check(section) == []


def test_a_lun_that_one_sees_is_flagged(ask, tell):
    tell([san.inventory(san.disk()), san.inventory()])
    rc, data = ask()
    assert rc == 1
    (flag,) = data["flags"]
    assert f"{NODES[0]} see it and {NODES[1]} do not" in flag
    assert '    nodes: ["host1.domain.com"]' in [line[2:] for line in data["lines"]]


def test_a_lie_is_a_minion_that_did_not_answer(ask, tell):
    tell([san.inventory(san.disk()), {"luns": []}])
    rc, data = ask()
    assert rc == 1
    assert "its inventory lacks initiator" in data["silent"][NODES[1]]
