import pytest

from ocfs2lib.pillar import clusters
from support import roster


def sections(*names, nodes=2):
    """Every node of each cluster has the section of its cluster."""
    found = {}
    for name in names:
        section = roster.section(nodes, cluster={"name": name})
        section["nodes"] = {f"{name}-{key}": node for key, node in section["nodes"].items()}
        section["luns"]["primary"]["wwid"] += name.encode().hex()
        found.update(dict.fromkeys(section["nodes"], section))
    return found


def test_each_cluster_is_described_by_its_members():
    found, errors = clusters.described(sections("web", "db"))
    assert {name: desired.cluster.name for name, desired in found.items()} == {
        "web": "web",
        "db": "db",
    }
    assert errors == []


def test_one_can_be_chosen():
    found, errors = clusters.described(sections("web", "db"), "db")
    assert (list(found), errors) == (["db"], [])


def test_a_broken_one_does_not_hide_the_other():
    given = sections("web", "db")
    for minion in list(given):
        if minion.startswith("db"):
            given[minion] = {**given[minion], "luns": "none"}
    found, [(name, reasons)] = clusters.described(given)
    assert (list(found), name) == (["web"], "db")
    assert any("ocfs2:luns" in each for each in reasons)


def test_members_with_different_sections_are_both_named():
    given = sections("web")
    first, second = given
    given[second] = {**given[second], "firewall": {"backend": "none"}}
    _, [(_, [reason])] = clusters.described(given)
    assert f"{first} and {second} have different pillars for cluster web" in reason


@pytest.mark.parametrize("change", [{}, {"firewall": {"backend": "none"}}, {"cluster": {}}])
def test_a_cluster_does_without_a_stranger_that_has_its_pillar(change):
    given = sections("web")
    section = next(iter(given.values()))
    found, errors = clusters.described(given)
    given = {"a stranger": {**section, **change, "cluster": {"name": "web"}}, **given}
    assert clusters.described(given) == (found, errors)
    assert clusters.strangers(given) == {"web": ["a stranger"]}


def test_strangers_alone_are_no_cluster():
    section = next(iter(sections("web").values()))
    _, [(_, [reason])] = clusters.described({"stranger": section})
    assert "stranger has the pillar of cluster web but is not in its roster" in reason
    assert clusters.strangers({"stranger": section}) == {}


@pytest.mark.parametrize("section", [None, [], "text", {"cluster": "web"}, {"cluster": None}])
def test_what_is_no_section_is_an_error(section):
    found, [(name, _)] = clusters.described({"host1": section})
    assert (found, name) == ({}, "ocfs2")


@pytest.mark.parametrize(
    ("given", "wanted", "words"),
    [({}, None, "any cluster (known: none)"), (sections("web"), "db", "a cluster db (known: web)")],
)
def test_nothing_to_work_with_is_an_error(given, wanted, words):
    found, [(_, [reason])] = clusters.described(given, wanted)
    assert found == {}
    assert words in reason


@pytest.mark.parametrize("what", ["nodes", "wwid"])
def test_what_two_clusters_claim_is_an_error_of_both_and_not_of_a_third(what):
    given = sections("web", "db", "mail")
    web, db = (next(given[key] for key in given if key.startswith(name)) for name in ("web", "db"))
    if what == "nodes":
        minion, node = next(iter(web["nodes"].items()))
        db["nodes"][minion] = {**node, "number": 9, "address": "10.9.0.9", "name": "other"}
        words = f"minion {minion}"
    else:
        words = f"LUN {web['luns']['primary']['wwid'].lower()}"
        db["luns"]["primary"]["wwid"] = web["luns"]["primary"]["wwid"].upper()
    found, errors = clusters.described(given)
    assert list(found) == ["mail"]
    assert sorted(name for name, _ in errors) == ["db", "web"]
    for _, reasons in errors:
        assert any(words in each and "in cluster web" in each for each in reasons)
    assert clusters.described(given, "web")[0] == {}
