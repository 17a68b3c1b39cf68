"""What clusters have in common whose LUN comes from a guest, or lies on two of them."""

import contextlib
import json
import time

from operations.traffic import Traffic
from support.until import until

#: Seconds for what a guest does by itself, such as to find a path again, on slow guests.
_LIMIT = 300


def one_lun(numbers, lun, san=None):
    """The change of the pillar that has these nodes alone, with one LUN, ``primary``; ``san`` is
    the way to it."""

    def change(section):
        wanted = {f"host{number}.domain.com" for number in numbers}
        section["nodes"] = {
            minion: entry for minion, entry in section["nodes"].items() if minion in wanted
        }
        section["luns"] = {
            "primary": {"format": "once", "mount": {"path": "/san/primary"}, **lun},
        }
        if san:
            section["san"] = san

    return change


def comes_up(cluster, answer, nodes, path="/san/primary"):
    """The orchestration ended well, and each node reads what each other has written; returns the
    status."""
    assert answer.rc == 0, answer.stdout + answer.stderr
    is_shared(cluster, nodes, path)
    _, status = cluster.status()
    return status


def is_shared(cluster, nodes, path="/san/primary"):
    """What one node writes the others read."""
    for writer in nodes:
        cluster.must(writer, "sh", "-c", f"echo from {writer} > {path}/{writer} && sync")
    for reader in nodes:
        for writer in nodes:
            assert cluster.must(reader, "cat", f"{path}/{writer}") == f"from {writer}"


@contextlib.contextmanager
def written(cluster, nodes, path="/san/primary"):
    """All nodes write meanwhile, and no record of any is lost."""
    traffic = Traffic(cluster.lab, path)
    traffic.start(nodes)
    yield traffic
    verdict = traffic.verdict()
    print(verdict)
    verdict.assert_nothing_lost()
    traffic.stop()


def wait_for(condition, limit=_LIMIT):
    """Wait until a condition holds; returns the seconds that it took."""
    begun = time.monotonic()
    until(condition, limit=limit, pause=1)
    return time.monotonic() - begun


def operate(cluster, verb, **told):
    """An operation that has to end well; returns what it printed."""
    pillar = json.dumps({f"ocfs2_{name}": value for name, value in told.items()})
    words = ("state.orchestrate", f"ocfs2.orch.{verb}", f"pillar={pillar}")
    answer = cluster.lab.salt_run(*words)
    assert answer.rc == 0, answer.stdout + answer.stderr
    return answer.stdout


def kinds(status):
    """The kinds of what a status has found."""
    return {each["kind"] for each in status["findings"]}
