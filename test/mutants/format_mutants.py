"""What the ledger remembers, and when a LUN is looked at, each taken out."""

from .mutant import Mutant

_PATH = "_utils/ocfs2lib/operations/format_luns.py"
_RESTORE = (
    "        elif not lun.case.started_format:\n"
    "            self._master.ledger.store(lun.case.record)\n"
)
_TEST = "test/unit/operations/test_format_luns.py::"

_BLOCKS = "_utils/ocfs2lib/lun/mkfs_blocks.py"
_CUTS = "test/functional/format/test_cuts.py::"

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
    "what is beside a cut format": Mutant(
        "_utils/ocfs2lib/lun/format_guards.py",
        "found = contents.beside_format(facts) if view.is_cut_format else",
        'found = "" if view.is_cut_format else',
        "test/unit/lun/test_format_guards.py::test_one_node_that_sees_anything_else_is_enough",
    ),
    "a block of mkfs.ocfs2 is known by its content": Mutant(
        _BLOCKS,
        "            if written and not self.knows(",
        "            if False and not self.knows(",
        _CUTS + "test_what_somebody_else_has_put_beside_a_cut_format_is_not_formatted_over"
        "[data at 16 KiB]",
    ),
    "a block of mkfs.ocfs2 is known by its place": Mutant(
        _BLOCKS,
        "(found[0], found[2]) == (number, self.generation)",
        "found[2] == self.generation",
        "test/functional/format/test_mkfs_blocks.py::test_a_block_is_known_in_its_place_alone",
    ),
    "a block of mkfs.ocfs2 is known by its volume": Mutant(
        _BLOCKS,
        "(found[0], found[2]) == (number, self.generation)",
        "found[0] == number",
        "test/functional/format/test_mkfs_blocks.py::test_nothing_of_another_volume_is_known",
    ),
    "a volume that was begun is mounted only if it is whole": Mutant(
        "_utils/ocfs2lib/lun/mount_guards.py",
        'facts["half_made"] is None and case.started_format',
        "False",
        "test/unit/lun/test_mount_guards.py::"
        "test_a_volume_on_record_as_begun_is_mounted_only_if_it_is_known_to_be_whole",
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
    "what was chosen is read back": Mutant(
        "_utils/ocfs2lib/lun/format_order.py",
        "        found += choices.differing(self, facts)\n",
        "",
        "test/functional/format/test_choices.py::test_what_mkfs_makes_otherwise_is_told",
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
