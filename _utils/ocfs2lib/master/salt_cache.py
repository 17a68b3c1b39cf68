"""Salt's cache on the master, in which records are kept."""

import salt.cache


def opened(opts):
    """
    Return Salt's cache, but never what another process has kept in memory.

    opts
        Salt's options of the master.
    """
    return salt.cache.factory(opts, memcache_expire_seconds=0)
