"""What tells why a node restarted, each rule taken out."""

from .mutant import Mutant

_PATH = "_utils/ocfs2lib/fence/"
_TEST = "test/unit/fence/test_filesystem.py::"


def _cause(old, new, kills):
    return Mutant(f"{_PATH}cause.py", old, new, _TEST + kills)


FENCE = {
    "the filesystem stops a node": _cause(
        "_frozen, _filesystem, _panicked",
        "_frozen, _panicked",
        "test_the_filesystem_stops_a_node_because_of_io",
    ),
    "an abort is enough": _cause(
        "not (panics or aborted)", "not panics", "test_a_journal_that_ends_with_the_abort_is_enough"
    ),
    "last words stand at the end": _cause(
        "- each.time <= _LAST_WORDS",
        "- each.time <= 900",
        "test_an_abort_long_before_the_end_is_not_the_end",
    ),
    "damage is not I/O": _cause(
        "return any(each.kind in _FAILED_IO for each in events)",
        "return True",
        "test_the_filesystem_stops_a_node_because_of_damage",
    ),
    "a crash is quoted": _cause(
        "if panics and crashes:", "if False:", "test_a_bug_of_the_filesystem_is_quoted"
    ),
    "all at once": _cause(
        "_dead_at_once, _all_at_once, _unknown",
        "_dead_at_once, _unknown",
        "test_all_nodes_at_once_is_the_power_or_the_array",
    ),
    "one that goes on": Mutant(
        f"{_PATH}incident.py",
        "bool(self.together) and len(self.together) == self.answered",
        "bool(self.together)",
        _TEST + "test_one_node_that_goes_on_is_no_failure_of_all",
    ),
    "the array is no reason to wait": Mutant(
        f"{_PATH}advice.py",
        "        yield _ARRAY\n        return\n",
        "        yield _ARRAY\n",
        _TEST + "test_heartbeats_of_all_nodes_that_fail_are_no_reason_to_wait_longer",
    ),
    "an answer has an end": Mutant(
        f"{_PATH}incident.py",
        "    for _ in range(_MOST):\n",
        "    while True:\n",
        _TEST + "test_of_a_flood_of_evictions_the_newest_are_told",
    ),
}
