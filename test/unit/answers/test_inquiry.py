"""A question to nodes that are quick, slow, mute, or still busy with an earlier one."""

import pytest

from ocfs2lib.answers.inquiry import Inquiry
from ocfs2lib.answers.inquiry import Question
from ocfs2lib.timeouts import LOOK
from ocfs2lib.timeouts import WORK
from ocfs2lib.timeouts import WaitPolicy

LIMIT = 600
FUN = "ocfs2_node.examine"
NEVER = 10**6


class SimulatedReply:
    """``takes`` seconds for a question, ``probe`` for one whether it is at work."""

    def __init__(self, takes=0.5, probe=0.5, loses=False):
        self.takes, self.probe, self.loses = takes, probe, loses
        self.running = {}  # {job id: when it ends}
        self.jobs = 0


class SimulatedClient:
    """Nodes and a clock, which goes on while it is listened to."""

    def __init__(self, **nodes):
        self.nodes, self.time = nodes, 1000.0
        self._replies = []  # (when, job id, minion, what it returns)
        self._read, self._last = 0, 0

    def now(self):
        return self.time

    def send(self, minions, question):
        accepted = [minion for minion in minions if minion in self.nodes]
        if not accepted:
            return None, []
        jid = self._jid()
        for minion in accepted:
            self.begin(minion, jid)
        return jid, accepted

    def begin(self, minion, jid):
        node = self.nodes[minion]
        node.jobs += 1
        node.running[jid] = 0 if node.loses else self.time + node.takes
        if not node.loses:
            self._replies.append((self.time + node.takes, jid, minion, f"{minion} at {jid}"))

    def probe(self, minions, job):
        jid = self._jid()
        for minion in minions:
            node = self.nodes[minion]
            when = self.time + node.probe
            at_work = {"jid": job} if node.running.get(job, 0) > when else {}
            self._replies.append((when, jid, minion, at_work))
        return jid, minions

    def _jid(self):
        self._last += 1
        return str(self._last)

    def returns(self, jid):
        return {
            minion: value
            for when, job, minion, value in self._replies
            if job == jid and when <= self.time
        }

    def signs_of_life(self, seconds):
        before, self.time = self.time, self.time + seconds
        return {minion for when, _, minion, _ in self._replies if before < when <= self.time}


def ask(client, owed=None, least=LOOK, minions=None, **changes):
    minions = minions or list(client.nodes)
    policy = WaitPolicy(minions, least, LIMIT, **changes)
    return Inquiry(client, Question(FUN), policy, owed).run(minions)


def seconds(client, function, *arguments, **changes):
    begin = client.now()
    found = function(client, *arguments, **changes)
    return found, client.now() - begin


def test_all_answer():
    client = SimulatedClient(one=SimulatedReply(), other=SimulatedReply(takes=3))
    found, took = seconds(client, ask)
    assert (sorted(found.returns), found.silent, found.owed) == (["one", "other"], {}, {})
    assert took < 4
    assert [node.jobs for node in client.nodes.values()] == [1, 1]


def test_a_mute_node_holds_nobody_up():
    client = SimulatedClient(one=SimulatedReply(), mute=SimulatedReply(NEVER, NEVER))
    found, took = seconds(client, ask)
    assert LOOK <= took < LOOK + 1
    assert (list(found.returns), found.slow) == (["one"], set())
    assert found.silent == {"mute": f"did not answer {FUN}"}
    assert found.owed == {"mute": {"jid": "1", "fun": FUN, "time": 1000.0}}


def test_slow_nodes_are_waited_for_although_none_answers_in_time():
    """As on a busy machine: none answers within the fifteen seconds of a quick cluster."""
    client = SimulatedClient(**{name: SimulatedReply(takes=25, probe=20) for name in "abc"})
    found, took = seconds(client, ask)
    assert (sorted(found.returns), found.silent) == (["a", "b", "c"], {})
    assert took < 26


def test_a_node_that_is_far_slower_than_the_others_is_waited_for_while_it_is_at_work():
    client = SimulatedClient(one=SimulatedReply(), slow=SimulatedReply(takes=200, probe=5))
    found, took = seconds(client, ask)
    assert sorted(found.returns) == ["one", "slow"]
    assert took < 201


def test_an_answer_that_comes_while_others_are_waited_for_is_used():
    """The node is mute for longer than the patience with it, but not than that with another."""
    client = SimulatedClient(
        one=SimulatedReply(),
        late=SimulatedReply(takes=40, probe=NEVER),
        slow=SimulatedReply(takes=60, probe=5),
    )
    found, _ = seconds(client, ask)
    assert sorted(found.returns) == ["late", "one", "slow"]


def test_when_nobody_answers_it_ends_all_the_same():
    client = SimulatedClient(**{name: SimulatedReply(NEVER, NEVER) for name in "abc"})
    found, took = seconds(client, ask)
    assert WORK <= took < WORK + 1
    assert (found.returns, sorted(found.silent), found.slow) == ({}, ["a", "b", "c"], set())


def test_a_bound_tells_the_slow_from_the_silent():
    client = SimulatedClient(slow=SimulatedReply(30, 2), mute=SimulatedReply(NEVER, NEVER))
    found, took = seconds(client, ask, bound=10)
    assert 10 <= took < 11
    assert found.slow == {"slow"}
    assert found.silent == {
        "slow": f"is still at work on {FUN}",
        "mute": f"did not answer {FUN}",
    }


def test_a_look_that_never_ends_is_given_up_at_its_limit():
    client = SimulatedClient(one=SimulatedReply(), hangs=SimulatedReply(takes=NEVER))
    found, took = seconds(client, ask)
    assert LIMIT <= took < LIMIT + 1
    assert found.slow == {"hangs"}


def test_a_node_that_has_lost_its_job_is_not_waited_for():
    client = SimulatedClient(one=SimulatedReply(), lost=SimulatedReply(loses=True))
    found, took = seconds(client, ask)
    assert took < 2 * WORK
    assert found.silent == {"lost": f"answers, but its return of {FUN} was lost"}
    # There is nothing to be joined.
    assert found.owed == {}


def test_a_question_that_was_lost_is_put_once_more():
    client = SimulatedClient(one=SimulatedReply(), lost=SimulatedReply(loses=True))
    policy = WaitPolicy(list(client.nodes), LOOK, LIMIT)
    found = Inquiry(client, Question(FUN), policy, repeats=True).run(list(client.nodes))
    assert found.silent == {"lost": f"answers, but its return of {FUN} was lost"}
    assert client.nodes["lost"].jobs == 2


def test_what_was_lost_once_is_answered_the_second_time():
    client = SimulatedClient(one=SimulatedReply(), lost=SimulatedReply(loses=True))
    begin = client.begin

    def once(minion, jid):
        begin(minion, jid)
        client.nodes[minion].loses = False

    client.begin = once
    policy = WaitPolicy(list(client.nodes), LOOK, LIMIT)
    found = Inquiry(client, Question(FUN), policy, repeats=True).run(list(client.nodes))
    assert (sorted(found.returns), found.silent) == (["lost", "one"], {})


def test_looks_are_never_piled_up():
    """Ten looks at a node that hangs, each given up: one job."""
    client = SimulatedClient(one=SimulatedReply(), hangs=SimulatedReply(takes=NEVER, probe=1))
    owed = {}
    for number in range(1, 11):
        found = ask(client, owed, bound=5)
        owed = found.owed
        assert client.nodes["hangs"].jobs == 1
        assert client.nodes["one"].jobs == number
    assert found.silent == {"hangs": f"is still at work on an earlier {FUN}"}


def test_what_hangs_for_long_is_not_waited_for_anew_by_each_look():
    client = SimulatedClient(one=SimulatedReply(), hangs=SimulatedReply(takes=NEVER, probe=1))
    owed, first = seconds(client, ask)
    found, second = seconds(client, ask, owed.owed)
    assert (first >= LIMIT, second < LOOK) == (True, True)
    assert found.slow == {"hangs"}


def test_what_was_frozen_for_long_is_asked_before_it_is_given_up():
    client = SimulatedClient(one=SimulatedReply(), thawed=SimulatedReply(takes=NEVER, probe=NEVER))
    owed = ask(client).owed
    client.time += 10 * LIMIT
    client.nodes["thawed"] = SimulatedReply(probe=1)
    assert sorted(ask(client, owed).returns) == ["one", "thawed"]


def test_the_next_look_joins_the_one_that_was_given_up():
    client = SimulatedClient(one=SimulatedReply(), slow=SimulatedReply(takes=60, probe=2))
    owed = ask(client, bound=5).owed
    assert list(owed) == ["slow"]
    client.nodes["slow"].takes = 1
    found, took = seconds(client, ask, owed)
    # The earlier one ends after a minute; what is used is the answer to the new one.
    assert 55 < took < 60
    assert found.returns["slow"] != f"slow at {owed['slow']['jid']}"
    assert found.owed == {}
    assert client.nodes["slow"].jobs == 2


def test_a_late_answer_frees_the_node_without_a_question():
    client = SimulatedClient(one=SimulatedReply(), slow=SimulatedReply(takes=60, probe=NEVER))
    owed = ask(client, bound=5).owed
    client.time += 100
    client.nodes["slow"].takes = 1
    found, took = seconds(client, ask, owed)
    assert took < 2
    assert (sorted(found.returns), found.owed) == (["one", "slow"], {})


def test_a_node_that_restarted_meanwhile_is_asked_anew():
    client = SimulatedClient(one=SimulatedReply(), gone=SimulatedReply(loses=True, probe=NEVER))
    owed = ask(client, bound=5).owed
    client.nodes["gone"] = SimulatedReply(probe=0.5)
    found, took = seconds(client, ask, owed)
    assert took < LOOK
    assert (sorted(found.returns), found.owed) == (["gone", "one"], {})


def test_a_node_without_an_accepted_key_is_told_at_once():
    client = SimulatedClient(one=SimulatedReply())
    found, took = seconds(client, ask, minions=["one", "stranger"])
    assert took < 2
    assert found.silent == {"stranger": "has no accepted key on this master"}
    found, took = seconds(client, ask, minions=["stranger"])
    assert (took < 1, found.returns) == (True, {})


@pytest.mark.parametrize("waited", ["slow"])
def test_who_is_waited_for_is_told(waited):
    client = SimulatedClient(one=SimulatedReply(), slow=SimulatedReply(takes=40, probe=2))
    told = []
    policy = WaitPolicy(list(client.nodes), LOOK, LIMIT)
    each = lambda now, minions: told.append((now, minions))  # noqa: E731
    Inquiry(client, Question(FUN), policy, meanwhile=each).run(list(client.nodes))
    assert told[0][1] == ["one", "slow"]
    assert told[-1][1] == [waited]
    assert 39 < told[-1][0] <= 40
