"""The plan names what is to be done in the order in which it is to be done."""

import copy

from ocfs2lib.pillar import check
from ocfs2lib.plan import decide
from ocfs2lib.plan import plan_text
from support import answers
from support import roster

HOSTS = [f"host{number}.example.com" for number in range(3)]
TIB = 1 << 40
ORCHESTRATE = "salt-run state.orchestrate ocfs2.orch"


def plan(was, pillar, disturb=lambda census: None):
    """The plan for a cluster that is as ``was`` says and mounted, under another pillar."""
    mount = [{"path": was.luns[0].mount.path, "options": ["rw"]}]
    census = answers.census(was, volume=answers.volume(was), mounts=mount, written=None, slot=0)
    for answer in census.values():
        cluster = answer["o2cb"]["clusters"]["ocfs2"]
        cluster["regions"] = [answers.UUID]
    disturb(census)
    census = {node.minion: census.get(node.minion) for node in pillar.nodes}
    records = {"primary": answers.record(pillar)}
    return decide.plan(pillar, census, {}, answers.FORMULA, records)


def headings(lines):
    return [line.strip() for line in lines if line.startswith("  ") and line.endswith(":")]


def everything():
    """A pillar that asks for something of every kind, and the nodes that it describes."""
    section = roster.section(3, cluster={"heartbeat_threshold": 61, "fence_method": "panic"})
    section["luns"]["primary"].update(size="3TiB", slots=20)

    def disturb(census):
        for answer in census.values():
            answer["mounts"] = ["/san/old"]
            answer["luns"]["primary"]["size"] = 3 * TIB
        census[HOSTS[2]]["o2cb"]["clusters"]["ocfs2"]["regions"] = []

    return plan(answers.desired(4), check.parse(section), disturb)


def test_what_can_be_done_while_all_goes_on_comes_first():
    lines = plan_text.lines(everything())
    assert headings(lines)[-7:] == [
        f"While all goes on, one node leaves, by {ORCHESTRATE}.remove_node:",
        f"While all goes on, by {ORCHESTRATE}:",
        "On these nodes, whose cluster goes down and up while nothing is mounted there, by "
        f"{ORCHESTRATE}:",
        f"While all else goes on, one volume leaves, by {ORCHESTRATE}.retire_lun:",
        f"While all goes on, by {ORCHESTRATE}.grow:",
        f"With an OUTAGE of the LUN on every node, by {ORCHESTRATE}.slots:",
        f"With an OUTAGE of the whole cluster, by {ORCHESTRATE}.retune:",
    ]


def test_no_difference_is_left_out():
    found = everything()
    text = "\n".join(plan_text.lines(found))
    for where, gap in found.gaps():
        assert str(gap) in text
        assert where in text


def test_what_several_nodes_have_in_common_stands_once():
    lines = plan_text.lines(everything())
    (line,) = [line for line in lines if "/san/old" in line]
    assert line == f"    {', '.join(HOSTS)}: mount:/san/old: mounted -> absent (no LUN of pillar)"


def test_what_is_impossible_stands_above_all():
    section = roster.section()
    section["nodes"][HOSTS[1]]["number"] = 9
    was = answers.desired()
    lines = plan_text.lines(plan(was, check.parse(section)))
    named = headings(lines)
    first = next(number for number, line in enumerate(named) if "by salt-run" in line)
    assert named[first - 1] == "Impossible; pillar has to be put right:"
    assert any("a node number is for ever: write number: 1" in line for line in lines)


def test_the_last_lines_name_every_orchestration():
    lines = plan_text.lines(everything())
    verbs = ["remove_node", "retire_lun", "grow", "slots", "retune"]
    assert lines[-1].endswith(f"to do by an orchestration of their own: {', '.join(verbs)}.")
    assert plan_text.data(everything())["orchestrations"] == verbs


def test_a_report_changes_nothing():
    found = everything()
    before = copy.deepcopy(found)
    plan_text.lines(found)
    plan_text.data(found)
    assert found == before
