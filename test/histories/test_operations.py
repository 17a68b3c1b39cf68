"""Every operation on a simulated cluster, undisturbed: once, twice, and in test mode."""

import pytest

from .scenarios import SCENARIOS
from .scenarios import everything

pytestmark = pytest.mark.once


@everything
def test_an_operation_leaves_the_cluster_as_pillar_says(name):
    scenario = SCENARIOS[name]()
    answer = scenario.run()
    assert answer["result"] is True, answer["lines"]
    assert answer["changes"]
    assert scenario.world.wrong == []
    assert scenario.left() == []
    assert not any(node.kept["holds"]["cluster"] for node in scenario.world.nodes.values())


@everything
def test_a_second_run_has_nothing_to_do_or_does_it_all_again(name):
    scenario = SCENARIOS[name]()
    scenario.run()
    answer = scenario.run()
    assert answer["result"] is True, answer["lines"]
    repeats = name.startswith(("fsck", "rolling_reboot"))
    assert bool(answer["changes"]) == repeats
    assert scenario.left() == []


@everything
def test_test_mode_changes_nothing(name):
    scenario = SCENARIOS[name]()
    before = scenario.world.state()
    answer = scenario.run(testing=True)
    assert answer["result"] is None
    assert all(line.startswith("would: ") for line in answer["lines"])
    assert scenario.world.state() == before
