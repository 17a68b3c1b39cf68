"""The format stage step by step; test/histories lets everything else happen in between."""

import pytest

from ocfs2lib.errors import RecordUnwritable
from support import answers
from support.simulated import SimulatedCache
from support.simulated import SimulatedMaster

PILLAR = answers.desired()
HOSTS = [node.minion for node in PILLAR.nodes]
LEADER = HOSTS[0]


class SimulatedFormatter:
    """A node that formats as it is told, unless told not to answer, or to answer otherwise."""

    def __init__(self, lun):
        self.lun, self.mark, self.asked = lun, (), []
        self.replies = {}

    def census_of(self, lun):
        return dict(self.lun)

    def carry_out(self, fun, arg, kwarg):
        self.asked.append(fun)
        if fun in self.replies:
            return self.replies[fun]
        if fun == "ocfs2_format.mark":
            self.mark = arg
            return True
        if fun == "state.apply":
            grant = kwarg["pillar"]["ocfs2_format"]["grant"]
            volume = answers.volume(PILLAR, uuid=grant["uuid"])
            self.lun.update(volume=volume, half_made=False, written=None)
        return {"result": True}


@pytest.fixture
def lun():
    """What every node sees, blank at first."""
    return answers.lun(PILLAR)


@pytest.fixture
def nodes(lun):
    return {minion: SimulatedFormatter(lun) for minion in HOSTS}


@pytest.fixture
def master(nodes):
    return SimulatedMaster(PILLAR, nodes, SimulatedCache())


def verdicts(master):
    return [verdict for verdict, _, _ in master.audited]


def recorded(master):
    return master.ledger.fetch(PILLAR.luns[0].wwid)


def test_a_blank_lun_is_formatted_on_the_leader_alone_and_put_down(master, nodes):
    volumes, failures = master.orchestrate()
    assert failures == []
    assert nodes[LEADER].asked == ["ocfs2_format.mark", "state.apply"]
    assert [nodes[host].asked for host in HOSTS[1:]] == [[], []]
    assert recorded(master) == volumes["primary"]
    assert volumes["primary"].state == "formatted"
    assert verdicts(master) == ["granted", "done"]


def test_it_is_on_record_before_the_leader_hears_of_it(master, nodes):
    nodes[LEADER].carry_out = lambda *_: pytest.fail(f"asked, with {recorded(master).state}")
    with pytest.raises(pytest.fail.Exception, match="asked, with formatting"):
        master.orchestrate()


def test_a_leader_that_takes_no_mark_gets_no_order_and_leaves_no_record(master, nodes):
    nodes[LEADER].replies = {"ocfs2_format.mark": "ERROR: No space left on device"}
    _, (failure,) = master.orchestrate()
    assert "did not take its grain ocfs2_leader: " in failure
    assert "No space left on device. Nothing was formatted" in failure
    assert "state.apply" not in nodes[LEADER].asked
    assert recorded(master).state == "never"
    assert verdicts(master) == ["granted", "failed"]


def test_a_leader_that_goes_silent_is_an_unknown_outcome(master, nodes):
    nodes[LEADER].replies = {"state.apply": None}
    _, (failure,) = master.orchestrate()
    assert "the outcome is UNKNOWN and no other node takes over" in failure
    assert recorded(master).state == "formatting"
    assert verdicts(master) == ["granted", "unknown"]


def test_the_next_run_goes_on_with_the_same_leader_token_and_uuid(master, nodes):
    nodes[LEADER].replies = {"state.apply": None}
    master.orchestrate()
    begun = recorded(master)
    nodes[LEADER].replies = {}
    volumes, failures = master.orchestrate()
    assert (volumes["primary"].uuid, failures) == (begun.uuid, [])
    assert recorded(master).token == begun.token


def test_nobody_else_is_elected_for_a_leader_that_is_lost(master, nodes, lun):
    nodes[LEADER].replies = {"state.apply": None}
    master.orchestrate()
    nodes[LEADER].census_of = lambda lun: None
    _, failures = master.orchestrate()
    assert any("UNKNOWN outcome" in each and "ocfs2.resume" in each for each in failures)
    assert lun["volume"] is None


def test_a_released_format_is_finished_by_whoever_leads_now(master, nodes):
    master.ledger.store(
        answers.record(PILLAR, "formatting", leader="host9.example.com").released("f" * 32)
    )
    volumes, failures = master.orchestrate()
    assert (volumes["primary"].uuid, failures) == (answers.UUID, [])
    assert recorded(master).leader == LEADER


def test_a_refusal_of_the_leader_takes_its_permission_back(master, nodes):
    nodes[LEADER].replies = {"state.apply": {"result": False, "comment": "Refused: G3"}}
    _, (failure,) = master.orchestrate()
    assert failure == "LUN primary: Refused: G3"
    assert nodes[LEADER].mark == (PILLAR.cluster.name,)
    assert verdicts(master) == ["granted", "failed"]


def test_what_the_leader_claims_is_not_done_before_all_see_it(master, nodes):
    nodes[LEADER].replies = {"state.apply": {"result": True}}
    _, (failure,) = master.orchestrate()
    assert "does not read back on every node" in failure
    assert recorded(master).state == "formatting"


def test_what_a_lun_holds_is_remembered_when_it_reads_blank(master, nodes, lun):
    lun.update(signature={"TYPE": "ext4", "LABEL": "mail"}, written=None)
    _, failures = master.orchestrate()
    assert "it holds ext4 (mail)" in failures[0]
    assert recorded(master).found == f"ext4 (mail) on {LEADER}"
    lun.update(signature={}, written=[])
    _, (failure,) = master.orchestrate()
    assert failure.startswith("LUN primary: G4: ")
    assert f"held ext4 (mail) on {LEADER}" in failure
    assert [node.asked for node in nodes.values()] == [[], [], []]
    assert verdicts(master) == ["refused", "refused"]


REFUSED = {"result": False, "comment": "Refused: G3"}


@pytest.mark.parametrize("again", [False, True])
def test_what_the_leader_alone_saw_is_remembered(master, nodes, lun, again):
    """Zeros at the census, data at the leader, and zeros ever after."""
    if again:
        master.ledger.store(answers.record(PILLAR, "formatting", leader=LEADER))
    refusal = {**REFUSED, "format_refused": {"contents": "ext4 (mail)"}}
    nodes[LEADER].replies = {"state.apply": refusal}
    master.orchestrate()
    assert recorded(master).found == f"ext4 (mail) on {LEADER}"
    nodes[LEADER].replies = {}
    _, failures = master.orchestrate()
    assert any(each.startswith("LUN primary: G4: ") for each in failures)
    assert lun["volume"] is None


def test_a_refusal_before_anything_is_written_ends_the_format(master, nodes):
    nodes[LEADER].replies = {"state.apply": {**REFUSED, "format_refused": {"contents": ""}}}
    master.orchestrate()
    assert recorded(master).state == "never"


def test_a_refusal_ends_no_format_that_was_begun_before(master, nodes):
    master.ledger.store(answers.record(PILLAR, "formatting", leader=LEADER))
    nodes[LEADER].replies = {"state.apply": {**REFUSED, "format_refused": {"contents": ""}}}
    master.orchestrate()
    assert (recorded(master).state, recorded(master).found) == ("formatting", "")


def test_a_failure_that_may_have_written_ends_nothing(master, nodes):
    nodes[LEADER].replies = {"state.apply": REFUSED}
    master.orchestrate()
    assert recorded(master).state == "formatting"


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": {"TYPE": "xfs"}},
        {"volume": {"uuid": "F" * 32}, "half_made": True},
        {"volume": {"uuid": "F" * 32}, "half_made": False},
    ],
)
def test_what_is_seen_beside_a_format_that_was_begun_is_remembered(master, nodes, lun, changes):
    master.ledger.store(answers.record(PILLAR, "formatting", leader=LEADER))
    before = dict(lun)
    if "volume" in changes:
        changes = {**changes, "volume": answers.volume(PILLAR, **changes["volume"])}
    lun.update(changes, written=None)
    master.orchestrate()
    assert recorded(master).state == "formatting"
    assert recorded(master).found
    lun.update(before)
    _, failures = master.orchestrate()
    assert any("but held " in each for each in failures)
    assert lun["volume"] is None
    assert nodes[LEADER].asked == []


def test_a_lun_that_somebody_begins_to_use_meanwhile_is_not_formatted():
    """While the first of two is formatted."""
    pillar = answers.desired_with_two_luns()
    first, second = (answers.lun(pillar, wwid=each.wwid, paths={}) for each in pillar.luns)
    luns = dict(zip([each.key for each in pillar.luns], (first, second), strict=True))
    nodes = {minion: SimulatedFormatter(first) for minion in HOSTS}
    for node in nodes.values():
        node.census_of = lambda lun: dict(luns[lun.key])
    carry_out = nodes[LEADER].carry_out

    def then(fun, arg, kwarg):
        if fun == "state.apply":
            second.update(signature={"TYPE": "ext4"}, written=None)
        return carry_out(fun, arg, kwarg)

    nodes[LEADER].carry_out = then
    master = SimulatedMaster(pillar, nodes, SimulatedCache())
    volumes, failures = master.orchestrate()
    assert list(volumes) == [pillar.luns[0].key]
    assert any("not formatted: G3" in each for each in failures), failures
    assert nodes[LEADER].asked.count("state.apply") == 1
    assert master.ledger.fetch(pillar.luns[1].wwid).state == "held"


def test_a_volume_in_use_is_remembered_too(master, nodes, lun):
    lun.update(volume=answers.volume(PILLAR), half_made=False, written=None)
    assert master.orchestrate() == ({}, [])
    assert f"uuid {answers.UUID}" in recorded(master).found


def test_nothing_is_formatted_for_a_node_that_is_not_ready(master, nodes):
    ready = master._answer

    def unready(minion, facts):
        answer = ready(minion, facts)
        answer["o2cb"].update(clusters={}, online=None)
        return answer

    master._answer = unready
    _, failures = master.orchestrate()
    assert any("not formatted, " in each and "is not ready" in each for each in failures)
    assert verdicts(master) == ["refused"]
    assert recorded(master).state == "never"


def test_a_ledger_that_can_not_be_written_formats_nothing(master, nodes):
    master.ledger.store = lambda record: (_ for _ in ()).throw(RecordUnwritable("no space"))
    _, (failure,) = master.orchestrate()
    assert failure == "LUN primary: not formatted: no space"
    assert nodes[LEADER].asked == []
