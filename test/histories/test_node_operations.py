"""Nodes that come and go on a simulated cluster: their slots and their numbers."""

import pytest

from ocfs2lib.operations.add_node import AddNode
from support.simulated_operator import SimulatedOperator

from .scenarios import HOSTS
from .scenarios import remove_node
from .scenarios import slots_for_a_newcomer

pytestmark = pytest.mark.once


def test_a_newcomer_comes_once_there_is_a_slot_for_it():
    scenario = slots_for_a_newcomer()
    first = scenario.run(AddNode)
    assert any(
        "First: salt-run state.orchestrate ocfs2.orch.slots" in each for each in first["lines"]
    )
    assert scenario.run()["result"] is True
    assert scenario.run(AddNode)["result"] is True
    scenario.absent = ()
    assert scenario.left() == []


def test_a_number_stays_that_of_its_host_until_it_is_freed():
    scenario = remove_node()
    scenario.run()
    other = {"number": 3, "address": "10.1.0.77"}
    scenario.world.add("host7.example.com", "10.1.0.77")
    scenario.pillar(lambda section: section["nodes"].update({"host7.example.com": other}))
    answer = scenario.run(AddNode)
    assert any(f"number 3 is that of {HOSTS[3]}" in each for each in answer["lines"])
    assert scenario.world.wrong == []
    master = SimulatedOperator(scenario.world)
    master.keep_numbers(lambda numbers, time: numbers.freed(3))
    assert scenario.run(AddNode)["result"] is True
