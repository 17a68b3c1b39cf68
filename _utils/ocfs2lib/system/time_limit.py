"""
Ask what may never answer.

A LUN without a path, or a volume whose lock is held by a dead node, keeps a process in the kernel
where no signal ends it. Such a question is put by a child, which is left behind when the time is
over, and is not put again while that child still hangs. One that runs, or waits for a processor,
does not hang: on a busy node it is given more time.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import select
import signal
import time

#: What an answer may have at most; the largest are a few KiB.
_LONGEST = 1 << 20
#: So many times its limit may a child take that does not hang; it is looked at once a second.
_SLOW, _SLICE = 6, 1
#: How often, and how many seconds apart, its state is read for that.
_SAMPLES, _APART = 5, 0.02


def ask_each(seconds, questions, functions, cachedir):
    """
    Put some questions, all at the same time, and wait for so long.

    seconds
        How long the slowest may take, 1 to 600. One that does not hang, but runs on a busy node,
        may take six times as long.
    questions
        ``{key: [name of a function, argument, ...]}``; the functions return plain data.
    functions
        ``{name: function}``, such as Salt's execution functions.
    cachedir
        Salt's option: where it is known which questions still hang.

    Returns ``{"answers": {key: answer}, "failures": {key: reason}}``; each key is in one of them.
    """
    begin = time.monotonic()
    deadline, latest = begin + seconds, begin + _SLOW * seconds
    answers, failures, children = {}, {}, {}
    for key, (name, *arguments) in questions.items():
        child = _Child.start(_lock(cachedir, [name, *arguments]), functions[name], arguments)
        if child:
            children[key] = child
        else:
            failures[key] = "has hung since an earlier look, and is not looked at again"
    for key, child in children.items():
        if child.wait(deadline, latest):
            kind, said = child.answer()
            (answers if kind == "answer" else failures)[key] = said
        else:
            failures[key] = f"did not answer within {seconds} s"
    return {"answers": answers, "failures": failures}


def _lock(cachedir, question):
    """Where it is known that a question still hangs: who put it holds a lock on this file."""
    directory = os.path.join(cachedir, "ocfs2-limit")
    os.makedirs(directory, mode=0o700, exist_ok=True)
    name = hashlib.sha256(json.dumps(question).encode()).hexdigest()
    return os.path.join(directory, name)


class _Child:
    """A process that puts one question."""

    def __init__(self, pid, pipe):
        self._pid, self._pipe, self._text = pid, pipe, b""

    @classmethod
    def start(cls, lock, function, arguments):
        """The child; None if an earlier one holds the lock."""
        held = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        reading, writing = os.pipe()
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(reading)
            return None
        else:
            pid = os.fork()
            if not pid:
                # The lock is that of the open file, so it lives as long as this process.
                _put(function, arguments, writing)
            return cls(pid, reading)
        finally:
            os.close(held)
            os.close(writing)

    def wait(self, deadline, latest):
        """
        Whether the whole answer has come before the deadline, or before the latest one while the
        child runs; if not, the child is left.
        """
        while len(self._text) <= _LONGEST:
            left = max(0, deadline - time.monotonic())
            if not select.select([self._pipe], [], [], left)[0]:
                if time.monotonic() >= latest or not _runs(self._pid):
                    break
                deadline = min(time.monotonic() + _SLICE, latest)
                continue
            piece = os.read(self._pipe, 1 << 16)
            if not piece:
                os.close(self._pipe)
                os.waitpid(self._pid, 0)
                return True
            self._text += piece
        os.close(self._pipe)
        os.kill(self._pid, signal.SIGKILL)
        # One that hangs in the kernel stays; whoever becomes its parent buries it.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, os.WNOHANG)
        return False

    def answer(self):
        """``("answer", value)`` or ``("failure", reason)``."""
        try:
            return json.loads(self._text)
        except ValueError:
            return "failure", "the process that was to ask ended without an answer"


def _runs(pid):
    """Whether a process, or one that it waits for, runs or waits for a processor."""
    for _ in range(_SAMPLES):
        if _is_running(pid):
            return True
        time.sleep(_APART)
    return False


def _is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            state = file.read().rpartition(")")[2].split()[0]
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = file.read().split()
    except OSError:
        return False
    return state == "R" or any(map(_is_running, children))


def _put(function, arguments, pipe):
    """Put the question, in the child, and end it."""
    try:
        try:
            said = ("answer", function(*arguments))
        except Exception as err:
            said = ("failure", str(err) or type(err).__name__)
        text = json.dumps(said).encode()
        while text:
            text = text[os.write(pipe, text) :]
    finally:
        # Nothing of the parent's may run here a second time.
        os._exit(0)
