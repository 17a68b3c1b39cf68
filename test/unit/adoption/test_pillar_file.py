"""The head of the pillar file: everything is named in it, and nothing in it is obeyed."""

import pytest
import yaml

from ocfs2lib.adoption import pillar_file
from support import by_hand
from support.adoption import HOST
from support.adoption import LAST
from support.adoption import OTHER
from support.adoption import adopted
from support.adoption import by_kernel_name
from support.adoption import facts
from support.adoption import line
from support.adoption import typeless


@pytest.fixture
def nodes():
    return by_hand.surveys()


def test_no_name_reaches_a_template_or_ends_a_comment(nodes):
    evil = "x\n{{ salt['cmd.run']('id') }}\u2028ocfs2: y"
    for survey in nodes.values():
        facts(survey)["volume"]["label"] = evil
        line(survey)["options"].append(evil)
    adoption = adopted(nodes)
    head = pillar_file.head(adoption)
    assert head.startswith("#!yaml\n")
    assert all(each.startswith("#") for each in head.splitlines())
    assert yaml.safe_load(head) is None
    assert "cmd.run" in head
    assert adoption.obstacles


def test_the_head_names_everything(nodes):
    by_kernel_name(nodes[OTHER])
    adoption = adopted(nodes)
    head = pillar_file.head(adoption)
    for each in (*adoption.issues, *adoption.changes, *adoption.notes):
        assert f"{each.text}\n" in head
    assert "cannot be applied" not in head
    assert f"nftables has rules on {HOST}, {OTHER}, {LAST}." in head


def test_what_is_said_of_several_nodes_is_said_once(nodes):
    for minion in (HOST, LAST):
        typeless(nodes[minion])
    (line,) = [each for each in pillar_file.report(adopted(nodes)) if "no type" in each]
    assert line.startswith(f"- {HOST}, {LAST}: the line of LUN primary in /etc/fstab has no type;")
