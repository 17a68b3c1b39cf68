"""What the ledger remembers, and when a LUN is looked at, each taken out."""

from .mutant import Mutant

_PATH = "_utils/ocfs2lib/operations/format_luns.py"
_RESTORE = (
    "        elif not lun.case.started_format:\n"
    "            self._master.ledger.store(lun.case.record)\n"
)
_TEST = "test/unit/operations/test_format_luns.py::"

REMEMBERED = {
    "what the leader alone saw": Mutant(
        _PATH,
        '            self._record_contents(lun, f"{contents} on {lun.leader}")\n',
        "            pass\n",
        _TEST + "test_what_the_leader_alone_saw_is_remembered",
    ),
    "what is seen beside a format that was begun": Mutant(
        _PATH,
        "            self._store_record(lun, ledger.FORMATTING, found=contents)\n",
        "            pass\n",
        _TEST + "test_what_is_seen_beside_a_format_that_was_begun_is_remembered",
    ),
    "a clean refusal ends the format": Mutant(
        _PATH,
        _RESTORE,
        "",
        _TEST + "test_a_refusal_before_anything_is_written_ends_the_format",
    ),
    "a refusal ends no format that was begun before": Mutant(
        _PATH,
        _RESTORE,
        "        else:\n            self._master.ledger.store(ledger.Record(lun.case.lun.wwid))\n",
        _TEST + "test_a_refusal_ends_no_format_that_was_begun_before",
    ),
    "each LUN is looked at before its order": Mutant(
        _PATH,
        "self._format(lun) if not ordered else self._look_and_format(lun.key)",
        "self._format(lun)",
        _TEST + "test_a_lun_that_somebody_begins_to_use_meanwhile_is_not_formatted",
    ),
    "what was made to its end is not made again": Mutant(
        "_utils/ocfs2lib/lun/format_guards.py",
        'if case.last_verdict == "done":',
        "if False:",
        "test/unit/lun/test_format_guards.py::test_one_fault_gives_the_one_refusal_of_its_guard"
        "[made to its end and gone]",
    ),
    "a command that destroys": Mutant(
        "_utils/ocfs2lib/lun/format_guards.py",
        'if view.started_uuid and view.facts["written"] and view.reached:',
        'if view.started_uuid and view.facts["written"]:',
        "test/unit/lun/test_format_guards.py::"
        "test_a_command_that_destroys_needs_a_format_that_has_begun_to_write",
    ),
    "a permission ends": Mutant(
        "_modules/ocfs2_format.py",
        "type(given) is not int or not 0 <= time.time() - given <= _PERMITTED",
        "False",
        "test/functional/format/test_refusals.py::test_a_permission_is_not_good_for_ever",
    ),
    "a permission that cannot be spent": Mutant(
        "_modules/ocfs2_format.py",
        '        found = f"the permission cannot be spent: {err}"\n',
        '        found = ""\n',
        "test/functional/format/test_refusals.py::test_a_permission_that_can_not_be_spent_is_none",
    ),
}
