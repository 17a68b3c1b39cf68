"""Each guard, and each rule of evidence, taken out of a copy of the code, one at a time: the test
named here must fail."""

import os
import shutil
from pathlib import Path

import pytest

from support.prefork import Prefork

from .fence_mutants import FENCE
from .firewall_mutants import FIREWALL
from .format_mutants import REMEMBERED
from .mutant import Mutant
from .tool_mutants import TOOLS

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("_modules", "_states", "_utils", "pyproject.toml")
#: What most of the tests import, but nothing of the copy.
IMPORTS = ("hypothesis", "salt.config", "salt.loader", "salt.minion", "salt.modules.state")
NO_CACHE = ("-p", "no:cacheprovider")
TESTS = ("unit", "functional", "histories", "support")

GUARD, CASE = "_utils/ocfs2lib/lun/format_guards.py", "_utils/ocfs2lib/lun/case.py"
STAGE = "_utils/ocfs2lib/operations/format_luns.py"
ORDER, FORMAT = "_utils/ocfs2lib/lun/format_order.py", "_modules/ocfs2_format.py"
PROBE, STATE = "_modules/ocfs2.py", "_states/ocfs2.py"
FAULT = "test/unit/lun/test_format_guards.py::test_one_fault_gives_the_one_refusal_of_its_guard"
LEADER = "test/unit/lun/test_format_order.py::test_the_leader_refuses_what_it_sees_itself"
MKFS = "test/functional/format/test_mkfs.py::"
REFUSALS = "test/functional/format/test_refusals.py::"
FORMATTED = "test/functional/format/test_formatted.py::"
HISTORIES = "test/histories/test_histories.py"
TIMEOUTS = "_utils/ocfs2lib/timeouts.py"
UNSEEN = "test/unit/findings/test_find.py::test_without_an_answer_nothing_is_said_of_a_lun"


def _without(guard, fault):
    """A guard taken out of those that judge before the format is ordered."""
    listed = "FORMAT_GUARDS = (\n"
    body = (ROOT / GUARD).read_text().split(listed)[1].split(")\n")[0]
    lines = body.splitlines(keepends=True)
    asked = (f"    {guard},\n", f"    of_every_node({guard}),\n")
    less = "".join(line for line in lines if line not in asked)
    assert len(less.splitlines()) == len(lines) - 1
    return Mutant(GUARD, listed + body, listed + less, f"{FAULT}[{fault}]")


def _without_on_leader(guard, case):
    line = next(
        line for line in (ROOT / GUARD).read_text().splitlines() if line.startswith("LEADER_GUARDS")
    )
    assert guard in line
    names = [name for name in line.split("(")[1].rstrip(")").split(", ") if name != guard]
    return Mutant(GUARD, line, f"LEADER_GUARDS = ({', '.join(names)})", f"{LEADER}[{case}]")


#: Beside the guards of a format.
MORE = {**FENCE, **FIREWALL, **REMEMBERED, **TOOLS}
MUTANTS = {
    "G1 identity": _without("identity", "another LUN under the name"),
    "G1 size": _without("size", "one byte too many"),
    "G1 sectors": _without("sectors", "sectors of 4 KiB, blocks of 1"),
    "G2 readable": _without("readable", "I/O error"),
    "G3 blank": _without("blank", "no zero"),
    "G4 ledger": _without("ledger", "formatted before"),
    "G5 permission": _without("permission", "format never"),
    "G6 one writer": _without("one_writer", "the leader is lost"),
    "G7 in use": _without("in_use", "mounted"),
    "G7 writable": _without("writable", "read-only"),
    "G8 roster": _without("roster", "silent node"),
    "G1 identity on the leader": _without_on_leader("identity", "changes0-G1"),
    "G1 size on the leader": _without_on_leader("size", "changes1-G1"),
    "G1 sectors on the leader": _without_on_leader("sectors", "changes8-G1"),
    "G2 readable on the leader": _without_on_leader("readable", "changes2-G2"),
    "G3 blank on the leader": _without_on_leader("blank", "changes3-G3"),
    "G7 in use on the leader": _without_on_leader("in_use", "changes6-G7"),
    "G7 writable on the leader": _without_on_leader("writable", "changes7-G7"),
    "G1 another device under the name": Mutant(
        PROBE,
        "    if os.fstat(handle).st_rdev != os.stat(node).st_rdev:\n",
        "    if False:\n",
        REFUSALS + "test_a_name_that_leads_elsewhere_by_now_is_refused",
    ),
    "G3 the samples": Mutant(
        PROBE,
        '        "written": _written_offsets(handle, regions, made, progress),\n',
        '        "written": [],\n',
        REFUSALS + "test_a_full_read_finds_the_byte_that_no_sample_would",
    ),
    "G4 written before the format": Mutant(
        STAGE,
        "        self._master.ledger.store(new)\n",
        "",
        MKFS + "test_an_orchestration_formats_a_blank_lun_and_leaves_it_alone_afterwards",
    ),
    "G4 half-made by anybody": Mutant(
        CASE,
        'volume["uuid"] == self.started_uuid',
        "True",
        "test/unit/lun/test_format_order.py::test_what_another_format_left_is_not_formatted_over",
    ),
    "G4 whole or half-made": Mutant(
        CASE,
        ' and self.facts["half_made"] is True',
        "",
        "test/unit/lun/test_format_order.py::test_a_volume_that_may_be_whole_is_never_formatted_over",
    ),
    "G6 the token": Mutant(
        FORMAT,
        '    if not token or (grain.get("wwid"), grain.get("token")) != (wwid, token):\n',
        "    if False:\n",
        REFUSALS + "test_what_is_wrong_is_refused_and_nothing_written",
    ),
    "G6 the leader alone": Mutant(
        FORMAT,
        '    if order.leader != __grains__["id"]:\n',
        "    if False:\n",
        REFUSALS + "test_what_is_wrong_is_refused_and_nothing_written",
    ),
    "G6 the token is spent": Mutant(
        FORMAT,
        "            mark(order.cluster)\n",
        "            pass\n",
        REFUSALS + "test_a_permission_is_good_for_one_attempt",
    ),
    "G6 one format at a time": Mutant(
        FORMAT,
        "        if not file_lock.take(fd) or _is_mkfs_running(_read_lock_file(fd)):\n",
        "        if False:\n",
        MKFS + "test_two_formats_on_one_node_exclude_each_other",
    ),
    "G6 a mkfs that outlived its job": Mutant(
        FORMAT,
        " or _is_mkfs_running(_read_lock_file(fd)):\n",
        ":\n",
        MKFS + "test_a_format_that_outlived_its_job_is_not_joined_by_another",
    ),
    "G6 all of it": Mutant(
        FORMAT,
        "        objections += order.refusals",
        "        objections = order.refusals",
        REFUSALS + "test_what_is_wrong_is_refused_and_nothing_written",
    ),
    "G9 no force flag": Mutant(
        ORDER,
        '            *("-U", self.uuid),\n',
        '            *("-F", "-U", self.uuid),\n',
        "test/unit/lun/test_format_order.py::test_the_arguments_of_mkfs",
    ),
    "G9 read back": Mutant(
        ORDER,
        "            if volume[name] != value\n",
        "            if False\n",
        "test/unit/lun/test_format_order.py::test_another_volume_does_not_read_back",
    ),
    "G9 the tools": Mutant(
        FORMAT,
        "        if not salt.utils.path.which(tool)\n",
        "        if False\n",
        REFUSALS + "test_without_modprobe_nothing_is_formatted",
    ),
    "G10 a dry run": Mutant(
        STATE,
        '        if __opts__["test"]:\n            return _would_format(ret, order)\n',
        "",
        FORMATTED + "test_a_dry_run_writes_nothing",
    ),
    "a record is no observation": Mutant(
        GUARD,
        "fix + forget if case.observed else _UNSEEN",
        "fix + forget",
        UNSEEN,
    ),
    "a finding needs one": Mutant(
        "_utils/ocfs2lib/findings/lun.py",
        "    return refusal.node in case.seen or case.observed\n",
        "    return True\n",
        UNSEEN,
    ),
    "what nobody saw is not zero": Mutant(
        "_utils/ocfs2lib/status/data.py",
        "len(plan.case.mounted) if answered else None",
        "len(plan.case.mounted)",
        "test/unit/status/test_lines.py::test_a_cluster_of_which_nobody_answered",
    ),
    "while nobody has answered": Mutant(
        TIMEOUTS,
        "if self._slowest is None or minion in self._seen:",
        "if minion in self._seen:",
        "test/unit/answers/test_inquiry.py::"
        "test_slow_nodes_are_waited_for_although_none_answers_in_time",
    ),
    "who is heard is not silent": Mutant(
        TIMEOUTS,
        "return max(self._waiting[minion], self._seen.get(minion, 0))",
        "return self._waiting[minion]",
        "test/unit/answers/test_inquiry.py::"
        "test_a_node_that_is_far_slower_than_the_others_is_waited_for_while_it_is_at_work",
    ),
    "one look at a time": Mutant(
        "_utils/ocfs2lib/answers/inquiry.py",
        "self._put([minion for minion in minions if not self._owes(minion)])",
        "self._put(list(minions))",
        "test/unit/answers/test_inquiry.py::test_looks_are_never_piled_up",
    ),
    "G3 anywhere": Mutant(
        GUARD,
        "LEADER_GUARDS = (identity, size, sectors, readable, blank, in_use, writable)",
        "LEADER_GUARDS = (identity, size, sectors, readable, in_use, writable)",
        HISTORIES,
    ),
    **MORE,
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of code and tests, to be mutated and mended again."""
    root = tmp_path_factory.mktemp("copy")
    for name in (*COPIED, *(f"test/{each}" for each in TESTS)):
        source, target = ROOT / name, root / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return root


@pytest.fixture(scope="module")
def tested(copy):
    """A function that returns the exit code of some tests in the copy."""
    histories = {"HISTORIES": "200", "HISTORIES_SEED": "2", "UNREAD": "1"}
    # Of a file that changes twice in a second, Python would take the bytecode of the first.
    python = {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    env = {**os.environ, **histories, **python}
    with Prefork("pytest:console_main", IMPORTS, cwd=copy, env=env) as program:
        yield lambda *tests: program.call(["pytest", "-qx", *NO_CACHE, *tests]).returncode


def _case(name):
    """Those of the guards are quick; one that only histories find takes as long as all others."""
    slow = name in MORE or MUTANTS[name].kills == HISTORIES
    return pytest.param(name, marks=pytest.mark.slow if slow else ())


@pytest.mark.parametrize("name", [_case(name) for name in MUTANTS])
def test_without_the_guard_the_named_test_fails(copy, tested, name):
    mutant = MUTANTS[name]
    path = copy / mutant.path
    good = path.read_text()
    assert good.count(mutant.old) == 1
    path.write_text(good.replace(mutant.old, mutant.new))
    try:
        # 1: a test failed; anything else is no verdict.
        assert tested(mutant.kills) == 1
    finally:
        path.write_text(good)


def test_with_every_guard_in_place_they_pass(tested):
    assert tested("test/unit/lun/test_format_guards.py", "test/unit/lun/test_format_order.py") == 0
