"""What keeps a tool on a volume at work, and what is known of how it ended, each taken out."""

from .mutant import Mutant

_TOOLS = "_utils/ocfs2lib/system/volume_tools.py"
_OFFLINE = "_utils/ocfs2lib/operations/volume_offline.py"
_TEST_TOOLS = "test/unit/system/test_volume_tools.py::"
_TEST_FAILED = "test/functional/format/test_failed.py::"
_TEST_OPERATIONS = "test/histories/test_volume_operations.py::"

TOOLS = {
    "a tool is no child of its job": Mutant(
        _TOOLS,
        '"setsid", "--fork"',
        '"setsid", "--wait"',
        _TEST_TOOLS + "test_a_tool_outlives_its_job_and_the_next_run_waits_for_it",
    ),
    "a tool has the lock of its volume": Mutant(
        _TOOLS,
        "pass_fds=(fd,)",
        "pass_fds=()",
        _TEST_TOOLS + "test_a_tool_outlives_its_job_and_the_next_run_waits_for_it",
    ),
    "another task waits": Mutant(
        _TOOLS,
        'found["task"] != task',
        "False",
        _TEST_TOOLS + "test_another_task_is_refused_until_then",
    ),
    "a run beside another tool is refused": Mutant(
        "_utils/ocfs2lib/operations/tools_at_work.py",
        "[each.task for each in at_work] not in ([], [task])",
        "False",
        _TEST_OPERATIONS + "test_what_would_do_something_else_to_the_volume_is_refused_until_then",
    ),
    "a run goes on where its tool is at work": Mutant(
        _OFFLINE,
        "started_on or online[0], bool(started_on)",
        "online[0], False",
        _TEST_OPERATIONS + "test_the_next_run_waits_for_the_tool_that_is_at_work_and_goes_on",
    ),
    "a tool runs where the LUN is": Mutant(
        _OFFLINE,
        "for node in plan.online() if node.minion in self.nodes]",
        "for node in plan.online()]",
        "test/histories/test_own_nodes.py::test_the_tool_runs_on_one_of_its_nodes",
    ),
    "nobody else has it mounted": Mutant(
        _OFFLINE,
        "lun.case.mounted.difference(self.nodes) if lun else ()",
        "()",
        "test/histories/test_own_nodes.py::"
        "test_a_volume_is_not_taken_down_while_another_node_has_it",
    ),
    "the LUN stays down while its tool is at work": Mutant(
        _OFFLINE,
        "        if at_work or unknown:\n",
        "        if unknown:\n",
        _TEST_OPERATIONS
        + "test_the_lun_stays_down_while_its_tool_is_at_work_whatever_its_job_says",
    ),
    "nothing written is proven": Mutant(
        "_modules/ocfs2_format.py",
        "block_device.written(handle) == before",
        "True",
        _TEST_FAILED + "test_one_that_has_written_anything_leaves_the_outcome_unknown",
    ),
    "what waits in the page cache counts": Mutant(
        "_utils/ocfs2lib/system/block_device.py",
        "        os.fsync(handle)\n",
        "",
        _TEST_FAILED + "test_what_waits_in_the_page_cache_counts_as_written",
    ),
    "an attempt that wrote nothing hides none before it": Mutant(
        "_utils/ocfs2lib/lun/audit.py",
        "            found[volume] = before.pop(volume)\n",
        "            del found[volume]\n",
        "test/unit/lun/test_audit.py::test_an_attempt_that_wrote_nothing_leaves_what_was_known_before",
    ),
}
