"""Keys that packages are signed with: fetched, and taken for what their fingerprints say."""

from ocfs2lib.errors import KeyRefused


def fetched(call, keys):
    """
    Return the text of keys from elsewhere; nothing is written to where it counts.

    call
        Calls a function of the host (:func:`system.functions.call`).
    keys
        ``{url: fingerprints that the keys in this file may have}``

    Raises KeyRefused for a file that cannot be fetched, or that has any other key.
    """
    return "\n".join(_fetched(call, url, set(allowed)) for url, allowed in keys.items())


def _fetched(call, url, allowed):
    path = call("cp.cache_file", url)
    there = call("signing_keys.fingerprints", path) if path else None
    if there is None:
        raise KeyRefused(
            f"the key {url} cannot be fetched. Fix: see whether this node reaches it, or name "
            "another place in pillar."
        )
    if set(there) - allowed:
        raise KeyRefused(
            f"the key {url} has the fingerprint {', '.join(there)}, not "
            f"{' or '.join(sorted(allowed))}; it was not written. Fix: ask its owner for the right "
            "one, and put it in pillar."
        )
    return call("files.read", path)
