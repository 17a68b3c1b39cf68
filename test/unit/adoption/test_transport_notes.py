"""How the LUNs of a cluster built by hand come to its nodes."""

from ocfs2lib.adoption import adopt
from ocfs2lib.adoption import transport_notes
from support import by_hand

TARGET, PORTALS = "iqn.2003-01.com.domain:a", ["192.168.50.10:3260", "192.168.51.10:3260"]


def over_iscsi():
    surveys = by_hand.surveys()
    for survey in surveys.values():
        survey["sessions"] = [[TARGET, portal] for portal in PORTALS]
    return surveys


def test_the_pillar_says_how_the_formula_would_see_to_it():
    adoption = adopt.adopt(over_iscsi(), {})
    assert "san" not in adoption.pillar["ocfs2"]
    said = " ".join(map(str, adoption.notes))
    assert f"portals: [{', '.join(PORTALS)}], targets: [{TARGET}]" in said


def test_subsystems_are_named_as_well():
    surveys = by_hand.surveys()
    for survey in surveys.values():
        survey["controllers"] = [["nqn.2003-01.com.domain:a", "192.168.50.20:4420"]]
    said = " ".join(map(str, transport_notes.notes(surveys)))
    assert "subsystems: [nqn.2003-01.com.domain:a]" in said


def test_nodes_that_log_in_by_one_name_are_an_obstacle():
    surveys = over_iscsi()
    assert transport_notes.issues(surveys) == []
    for survey in surveys.values():
        survey["initiator"] = "iqn.1993-08.org.debian:01:cloned"
    (found,) = transport_notes.issues(surveys)
    assert found.obstacle
    assert found.subjects == tuple(surveys)
    for survey in surveys.values():
        survey["sessions"] = []
    assert transport_notes.issues(surveys) == []
