"""
What the person at the terminal is shown while a run goes on. Results go to standard output, this
does not.
"""

import sys
import time

#: Seconds between two lines that say who is waited for, and how many nodes each names.
_INTERVAL, _NAMES = 30, 5
#: Seconds between two questions how far a full read has come.
_READ_INTERVAL = 15


def say(text):
    """Show one or more lines."""
    print(text, file=sys.stderr, flush=True)


class WaitingNotice:
    """
    Say now and then who is waited for, and how long already.

    question
        The :class:`answers.inquiry.Question`.
    """

    def __init__(self, question):
        self._name, self._next = question.name, _INTERVAL

    def __call__(self, seconds, waiting):
        if seconds < self._next:
            return
        self._next = seconds + _INTERVAL
        names = ", ".join(waiting[:_NAMES])
        more = f" and {len(waiting) - _NAMES} others" if len(waiting) > _NAMES else ""
        say(f"waiting for {names}{more} to answer {self._name}: {seconds:.0f} s")


class FullRead:
    """
    Ask the leader, now and then, how far its full read has come, and show it.

    master
        The :class:`master.master.Master`.
    lun, leader
        The key of the LUN, and the minion id.
    """

    def __init__(self, master, lun, leader):
        self._master, self._lun, self._leader = master, lun, leader
        self._next = time.monotonic() + _READ_INTERVAL

    def __call__(self):
        if time.monotonic() < self._next:
            return
        returns, _ = self._master.ask([self._leader], "ocfs2_format.running", limit=_READ_INTERVAL)
        running = returns.get(self._leader)
        read = running.get("read") if isinstance(running, dict) else None
        if isinstance(read, int) and read:
            self._master.say(f"{self._lun}: {read >> 20} MiB read, all zeros so far")
        self._next = time.monotonic() + _READ_INTERVAL
