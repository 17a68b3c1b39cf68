"""The main job, shown: three guests, one blank LUN, one orchestration, one mounted cluster."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import yaml

from lab.errors import LabError
from lab.lab import REPOSITORY
from lab.lab import Lab

NAME = "demo"


def main(verb):
    """Run ``up`` or ``down``; returns the exit code."""
    lab = Lab(NAME, say=_say)
    try:
        if verb == "down":
            lab.down()
            _say("the demo cluster is gone; make demo brings it up again")
        else:
            _up(lab)
    except LabError as err:
        _say(str(err))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _up(lab):
    start = time.monotonic()
    lab.up(nodes=3)
    try:
        _bring_up_the_cluster(lab)
    except BaseException:
        # Not sooner: a lab that refuses to start because one already runs must not end that one.
        lab.down()
        raise
    lab.detach()
    _say(f"done in {time.monotonic() - start:.0f} s; the cluster is left running. Next:")
    for line in (
        f"{sys.executable} test/lab --name {NAME} shell 1                 a shell on host1",
        f"{sys.executable} test/lab --name {NAME} salt-run ocfs2.status   Salt against it",
        "make demo-down                                         take it down",
    ):
        _say("  " + line)


def _bring_up_the_cluster(lab):
    lab.set_pillar(yaml.safe_load((REPOSITORY / "pillar.example").read_text()))
    _say("salt-run state.orchestrate ocfs2.orch")
    _must(lab.salt_run("state.orchestrate", "ocfs2.orch", stream=True))
    _say("salt-run ocfs2.status")
    _must(lab.salt_run("ocfs2.status", stream=True))
    _share_a_file(lab)


def _share_a_file(lab):
    text = f"written on host1 at {time.time():.0f}"
    _must(lab.run(1, ["sh", "-c", f"echo {text} > /san/primary/hello && sync"]))
    for node in (2, 3):
        read = _must(lab.run(node, ["cat", "/san/primary/hello"])).stdout.strip()
        if read != text:
            raise LabError(f"host{node} reads {read!r}, host1 wrote {text!r}")
        _say(f"host{node} reads: {read}")


def _must(result):
    if result.rc:
        raise LabError(f"failed with exit code {result.rc}: {result.stderr or result.stdout}")
    return result


def _say(text):
    print(f"demo: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "up"))
