"""Wait for a condition."""

import time

#: Seconds between two looks.
_PAUSE = 0.5


def until_empty(find, limit):
    """
    Return what a function returns once that is empty, or what it returned last.

    find
        Returns what is still missing, as anything that can be empty.
    limit
        Seconds for which it is called again.
    """
    deadline = time.monotonic() + limit
    while True:
        found = find()
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(_PAUSE)
