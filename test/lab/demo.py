"""The main job, shown: three guests, one blank LUN, one orchestration, one mounted cluster.

The guests of ``make test`` come up by :func:`bring_up` and :func:`show` as well, so that a demo
that does not work is a test that fails.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import yaml

from lab.errors import LabError
from lab.lab import REPOSITORY
from lab.lab import Lab
from lab.namespace import running_labs

NAME = "demo"
NODES = 3
#: How often a command is run of which README says to run it again if it fails.
_TRIES = 3


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
    try:
        if NAME in running_labs():
            _say("its lab is running already; going on with it")
            lab.wait_minions()
        else:
            lab.up(nodes=NODES)
        _bring_up_and_keep(lab)
    except LabError as err:
        raise LabError(f"{err}\n{_left()}") from err
    _say(f"done in {time.monotonic() - start:.0f} s; the cluster is left running. Next:")
    for command, what in commands(NAME).items():
        _say(f"  {command:60}  {what}")


def _bring_up_and_keep(lab):
    try:
        bring_up(lab, example(), _say)
    except LabError:
        # To look at what is wrong with it, and to go on with it.
        lab.detach()
        raise
    lab.detach()
    show(lab, _say)


def _left():
    if NAME not in running_labs():
        return "Nothing of the lab is left. Next: make demo"
    return "The lab is left running, to look at. Next: make demo goes on, make demo-down ends it."


def commands(name):
    """``{command: what it does}``: what an operator can type once the cluster called so runs."""
    lab = f"{sys.executable} test/lab --name {name}"
    return {
        f"{lab} salt-run ocfs2.status": "Salt against it",
        f"{lab} shell 1": "a shell on host1",
        "make demo-down": "take it down",
    }


def example():
    """The pillar of ``pillar.example``."""
    return yaml.safe_load((REPOSITORY / "pillar.example").read_text())


def bring_up(lab, pillar, say):
    """Describe the cluster and run the orchestration; again, where README says so."""
    lab.set_pillar(pillar, pillar["ocfs2"]["nodes"])
    _run(lab, say, "state.orchestrate", "ocfs2.orch")


def show(lab, say):
    """The cluster says that it is healthy, and what one node writes the others read."""
    _run(lab, say, "ocfs2.status")
    text = f"written on host1 at {time.time():.0f}"
    _must(lab.run(1, ["sh", "-c", f"echo {text} > /san/primary/hello && sync"]))
    for node in range(2, NODES + 1):
        read = _must(lab.run(node, ["cat", "/san/primary/hello"])).stdout.strip()
        if read != text:
            raise LabError(f"host{node} reads {read!r}, host1 wrote {text!r}")
        say(f"host{node} reads: {read}")


def _run(lab, say, *arguments):
    words = " ".join(("salt-run", *arguments))
    for number in range(1, _TRIES + 1):
        begin = time.monotonic()
        say(words if number == 1 else f"{words} again, try {number} of {_TRIES}")
        code = lab.salt_run(*arguments, stream=True).rc
        say(f"{words} ended with exit code {code} after {time.monotonic() - begin:.0f} s")
        if code == 0:
            return
    raise LabError(f"{words} failed {_TRIES} times; what it said stands above.")


def _must(result):
    if result.rc:
        raise LabError(f"failed with exit code {result.rc}: {result.stderr or result.stdout}")
    return result


def _say(text):
    print(f"demo: {text}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] not in (["up"], ["down"]):
        sys.exit("demo.py cannot do that. Fix: python3 test/lab/demo.py up, or down.")
    sys.exit(main(sys.argv[1]))
