"""What has changed between two looks."""

from ocfs2lib.status.changes import change_lines
from support import answers
from support.statuses import status

PILLAR = answers.desired(slots=6)
ONE, TWO, THREE = (f"host{number}.example.com" for number in range(3))


def test_who_did_not_answer_has_no_connections_to_count(nodes):
    before = status(PILLAR, nodes)
    del nodes[THREE]
    said = change_lines(before, status(PILLAR, nodes, silent={THREE: "did not answer"}))
    assert f"+ {THREE}: no answer (was: online, 2/2 connections, primary mounted)" in said


def test_what_has_changed(broken, nodes):
    before = status(PILLAR)
    assert change_lines(before, before) == []
    said = change_lines(before, broken)
    assert said[0] == (
        "+ host1.example.com: online, 2/2 connections, primary late"
        " (was: online, 2/2 connections, primary mounted)"
    )
    assert any(each.startswith("+ UNKNOWN host2.example.com: did not answer") for each in said)
    back = change_lines(broken, before)
    assert any(each.startswith("- UNKNOWN host2.example.com: did not answer") for each in back)
