"""A pillar without its secrets, for all that may be printed."""

from ocfs2lib.pillar import key as key_kinds
from ocfs2lib.pillar import keys

#: So long is what stands for a secret that could be right; for one that cannot stands nothing.
_LENGTH = 12


def masked(section):
    """Return a copy of the value of the pillar key ``ocfs2`` in which no secret can be read, and
    that passes the check if the original does."""
    return _masked(keys.PILLAR, section)


def _masked(key, value):
    if key.secret:
        if value is None:
            return None
        right = isinstance(value, str) and key.matches(value)
        return key.name.ljust(_LENGTH, "*") if right else ""
    if not isinstance(value, dict):
        return value
    if key.kind == key_kinds.SECTION:
        known = {sub.name: sub for sub in key.keys}
        return {
            name: _masked(known[name], each) if name in known else each
            for name, each in value.items()
        }
    return value
