"""Which refusals of a volume keep it from being worked on; test/histories runs the operations."""

from types import SimpleNamespace

import pytest

from ocfs2lib.lun.refusal import Code
from ocfs2lib.lun.refusal import Refusal
from ocfs2lib.operations.fsck import Fsck
from ocfs2lib.operations.slots import Slots
from ocfs2lib.plan.cluster_plan import REFUSE
from ocfs2lib.plan.cluster_plan import USE
from ocfs2lib.plan.cluster_plan import LunPlan
from support import answers

PILLAR = answers.desired()
FEW = Refusal("mount", Code.SLOTS_TOO_FEW, "host1.example.com", "2 slots for 3 nodes", "Raise them")
#: The words alone decide nothing.
OTHER = Refusal("mount", Code.OTHER_VOLUME, "host1.example.com", "no slots for 3 nodes", "Correct")


def obstacles(operation, *refusals, action=USE, volume=True):
    """What the operation says to a volume that is refused so."""
    facts = answers.volume(PILLAR) if volume else None
    lun = LunPlan("primary", action, refusals, facts)
    plan = SimpleNamespace(luns=[lun], lun=lambda key: lun if key == "primary" else None)
    master = SimpleNamespace(desired=PILLAR)
    return operation(master, "primary")._volume_obstacles(plan)


@pytest.mark.parametrize("operation", [Slots, Fsck])
def test_a_volume_with_too_few_slots_is_worked_on(operation):
    assert obstacles(operation) == []
    assert obstacles(operation, FEW) == []


@pytest.mark.parametrize("operation", [Slots, Fsck])
@pytest.mark.parametrize("refusals", [(OTHER,), (FEW, OTHER)])
def test_a_volume_that_is_refused_for_anything_else_is_not(operation, refusals):
    assert obstacles(operation, *refusals) == [f"LUN primary: {each}" for each in refusals]


def test_a_lun_without_a_volume_is_not():
    assert obstacles(Slots, action=REFUSE, volume=False) == ["LUN primary: it holds no volume yet"]


def test_a_lun_that_is_not_in_pillar_is_not():
    plan = SimpleNamespace(luns=[LunPlan("primary", USE)], lun=lambda key: None)
    (reason,) = Slots(SimpleNamespace(desired=PILLAR), "other")._volume_obstacles(plan)
    assert reason == "pillar has no LUN other: name one of primary as ocfs2_lun"
