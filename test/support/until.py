"""Wait for a condition, in a test."""

import time


def until(condition, what="it", limit=120, pause=0.1):
    """
    Ask until the answer is something, and return it.

    condition
        A function without arguments.
    what
        The words for what is waited for, in the error when it does not come.
    limit, pause
        Seconds that it may take, generous for a busy machine, and between two questions.
    """
    deadline = time.monotonic() + limit
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"waited {limit} s for {what}"
        time.sleep(pause)
    return answer
