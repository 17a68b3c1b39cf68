"""Any history of masters, nodes, crashes and repeated jobs: at most one format, never over data."""

import os
import time

import pytest
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import seed
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import initialize
from hypothesis.stateful import invariant
from hypothesis.stateful import rule
from hypothesis.stateful import run_state_machine_as_test

from ocfs2lib.lun.format_order import LEADER_GRAIN

from .world import World
from .world import real_head

#: ``make test-faults`` sets 1000.
HISTORIES = int(os.environ.get("HISTORIES", "60"))
STEPS = 60
#: A history that fails is made small for who reads it; nobody reads those of ``test/mutants``.
PHASES = [each for each in Phase if each is not Phase.shrink or "UNREAD" not in os.environ]
#: With one, the histories are the same each time.
SEED = os.environ.get("HISTORIES_SEED")

masters = st.integers(0, 1)
some = st.integers(0, 1 << 16)
#: What ends most histories would leave nothing to look at if it happened as often as the rest.
rarely = st.integers(0, 9).map(lambda number: number == 1)


def histories(head, seen):
    """The state machine; ``seen`` counts what its histories have come to."""

    class Histories(RuleBasedStateMachine):
        @initialize(nodes=st.integers(3, 5), shared=st.booleans())
        def begin(self, nodes, shared):
            self.world = World(head, nodes, shared)

        def teardown(self):
            if not hasattr(self, "world"):
                return
            self.all_goes_well_in_the_end()
            seen["histories"] += 1
            seen["formatted"] += len(self.world.lun.made)
            seen["jobs"] += len(self.world.jobs)
            self.world.close()

        def node(self, number):
            nodes = list(self.world.nodes.values())
            return nodes[number % len(nodes)]

        @rule(number=masters)
        def a_master_orchestrates(self, number):
            self.world.orchestrate(number)

        @rule(number=masters, steps=st.integers(1, 40))
        def a_master_goes_on(self, number, steps):
            for _ in range(steps):
                self.world.step_master(number)

        @rule(number=some, steps=st.integers(1, 30))
        def a_job_goes_on(self, number, steps):
            for _ in range(steps):
                jobs = self.world.open_jobs()
                if jobs:
                    jobs[number % len(jobs)].task.switch()

        @rule(number=masters, steps=st.integers(1, 150))
        def all_goes_well_for_a_while(self, number, steps):
            self.every_node_is_brought_back()
            self.world.orchestrate(number)
            for _ in range(steps):
                self.all_go_on(number)

        @rule(number=masters)
        def all_goes_well_until_a_format_is_ordered(self, number):
            self.every_node_is_brought_back()
            self.world.orchestrate(number)
            for _ in range(150):
                if self.world.ordered():
                    break
                self.all_go_on(number)

        def all_goes_well_in_the_end(self):
            """Whatever has happened, a quiet run follows, and must do no harm either."""
            self.all_goes_well_until_a_format_is_ordered(0)
            for _ in range(150):
                self.all_go_on(0)
            self.nothing_happened_that_must_not()

        def all_go_on(self, number):
            self.world.step_master(number)
            for job in self.world.open_jobs():
                job.task.switch()

        @rule(number=masters)
        def a_master_loses_patience(self, number):
            self.world.give_up(number)
            self.world.step_master(number)

        @rule(number=masters)
        def a_master_is_killed(self, number):
            self.world.kill_master(number)

        @rule(number=some)
        def a_node_freezes_or_thaws(self, number):
            node = self.node(number)
            node.frozen = not node.frozen

        @rule(number=some)
        def a_node_loses_its_power(self, number):
            self.world.crash(self.node(number).minion)

        def every_node_is_brought_back(self):
            for minion in self.world.nodes_of_pillar():
                self.world.nodes[minion].up, self.world.nodes[minion].frozen = True, False

        @rule(number=some)
        def a_job_is_sent_again(self, number):
            if self.world.jobs:
                job = self.world.jobs[number % len(self.world.jobs)]
                self.world.send(job.minion, *job.sent)

        @rule(number=some, other=some)
        def a_node_claims_to_be_the_leader(self, number, other):
            """It takes over a mark that another was given, and gets the other's job too."""
            marks = [job.sent[1] for job in self.world.jobs if job.sent[0] == "ocfs2_format.mark"]
            orders = [job for job in self.world.jobs if job.sent[0] == "state.apply"]
            if marks and orders:
                names = ("cluster", "wwid", "token")
                mark = dict(zip(names, marks[other % len(marks)], strict=False))
                self.node(number).grains[LEADER_GRAIN] = {**mark, "time": int(time.time())}
                self.world.send(self.node(number).minion, *orders[other % len(orders)].sent)

        @rule(number=masters, rare=rarely)
        def a_ledger_is_lost(self, number, rare):
            if rare:
                self.world.caches[number].clear()

        @rule(rare=rarely)
        def another_host_writes_data(self, rare):
            if rare and not self.world.proving():
                self.world.lun.write_foreign()

        @rule()
        def another_host_is_quicker_than_the_leader(self):
            if self.world.ordered() and not self.world.proving():
                self.world.lun.write_foreign()

        @rule(number=some, rare=rarely)
        def a_node_is_scrapped_and_its_format_released(self, number, rare):
            minion = self.node(number).minion
            roster = self.world.nodes_of_pillar()
            if rare and len(roster) > 2 and minion in roster:
                self.world.scrap(minion)
                for master in (0, 1):
                    if self.world.begun_on(master) == minion:
                        self.world.resume(master)

        @invariant()
        def nothing_happened_that_must_not(self):
            if hasattr(self, "world"):
                assert self.world.lun.wrong == []

    return Histories


@pytest.fixture(scope="module")
def head():
    return real_head()


def test_any_history_has_at_most_one_format_and_never_one_over_data(head):
    seen = {"histories": 0, "formatted": 0, "jobs": 0}
    machine = histories(head, seen)
    run_state_machine_as_test(
        seed(SEED)(machine) if SEED else machine,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            phases=PHASES,
        ),
    )
    print(seen)
    # Else they would prove nothing. The others meet data, or a format whose node is gone.
    assert seen["formatted"] > seen["histories"] / 2
