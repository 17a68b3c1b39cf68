"""The answers that nodes still owe to earlier runs, kept in the master's cache."""

import time

from ocfs2lib.master import salt_cache

#: Seconds after which Salt knows no more of a job (keep_jobs_seconds).
_AGE = 86400


class OwedAnswers:
    """
    What was asked and given up, and may still go on: ``{minion id: {"jid", "fun", "time"}}``.

    opts
        Salt's options of the master.
    bank
        Where in the cache it is kept.
    """

    def __init__(self, opts, bank):
        self._opts, self._bank = opts, bank

    def of(self, minions):
        """Return what some nodes owe; ``time`` is in seconds of the monotonic clock."""
        cache = salt_cache.opened(self._opts)
        ids = set(minions) & set(cache.list(self._bank) or ())
        owed = {minion: cache.fetch(self._bank, minion) for minion in ids}
        ages = {minion: time.time() - known["time"] for minion, known in owed.items()}
        return {
            minion: {**known, "time": time.monotonic() - ages[minion]}
            for minion, known in owed.items()
            if ages[minion] < _AGE
        }

    def replace(self, before, after):
        """Keep what is owed after a question, where before it something else was."""
        cache = salt_cache.opened(self._opts)
        for minion, owed in after.items():
            if owed != before.get(minion):
                # In later runs the monotonic clock is another.
                age = time.monotonic() - owed["time"]
                cache.store(self._bank, minion, {**owed, "time": time.time() - age})
        self.forget(before.keys() - after.keys())

    def forget(self, minions):
        """Drop what some nodes owed."""
        cache = salt_cache.opened(self._opts)
        for minion in minions:
            cache.flush(self._bank, minion)
