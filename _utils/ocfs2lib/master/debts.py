"""The answers that nodes still owe to earlier runs, kept in the master's cache."""

import time

import salt.cache

#: Seconds after which Salt knows no more of a job (keep_jobs_seconds).
_AGE = 86400


def cache(opts):
    """Salt's cache, but never what another process has kept in memory."""
    return salt.cache.factory(opts, memcache_expire_seconds=0)


class Debts:
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
        store = cache(self._opts)
        ids = set(minions) & set(store.list(self._bank) or ())
        owed = {minion: store.fetch(self._bank, minion) for minion in ids}
        ages = {minion: time.time() - known["time"] for minion, known in owed.items()}
        return {
            minion: {**known, "time": time.monotonic() - ages[minion]}
            for minion, known in owed.items()
            if ages[minion] < _AGE
        }

    def replace(self, before, after):
        """Keep what is owed after a question, where before it something else was."""
        store = cache(self._opts)
        for minion, owed in after.items():
            if owed != before.get(minion):
                # In later runs the monotonic clock is another.
                age = time.monotonic() - owed["time"]
                store.store(self._bank, minion, {**owed, "time": time.time() - age})
        self.forget(before.keys() - after.keys())

    def forget(self, minions):
        """Some nodes owe nothing any more."""
        store = cache(self._opts)
        for minion in minions:
            store.flush(self._bank, minion)
