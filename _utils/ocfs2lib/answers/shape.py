"""
The shape of an answer: plain data of a bounded size, with the fields and types that are expected.
"""

from ocfs2lib.errors import AnswerMalformed

#: What the facts of 64 LUNs on a node of a cluster of 255 stay far below.
_MAX_TEXT, _MAX_ITEMS, _MAX_DEPTH, _MAX_VALUES = 1 << 18, 4096, 12, 1 << 17
_MAX_NUMBER = 1 << 64
#: Characters of the reason; names in it may be of any length.
_MAX_REASON = 300

#: The types of a field; for one with fields of its own a dict of the same kind is used instead.
TEXT, MAYBE_TEXT, FLAG, MAYBE_FLAG = (str,), (str, type(None)), (bool,), (bool, type(None))
NUMBER, MAYBE_NUMBER = (int,), (int, type(None))


def checked(answer, what, check):
    """
    Return the answer once it has passed the check.

    answer
        Whatever a minion returned.
    what
        What it should be, such as ``a census``.
    check
        Called, without arguments, once the answer is known to be plain data of a size that can be
        handled; raises AnswerMalformed for what is wrong with it.

    Raises AnswerMalformed with the reason, a short one.
    """
    try:
        _bounded(answer, what)
        check()
    except AnswerMalformed as err:
        raise AnswerMalformed(str(err)[:_MAX_REASON]) from None
    return answer


def _bounded(answer, what):
    """Check that it is plain data of a size that a node can have a reason for."""
    waiting, seen = [(answer, 0)], 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if seen > _MAX_VALUES or depth > _MAX_DEPTH:
            raise AnswerMalformed(f"its answer is too large to be {what}")
        if isinstance(value, (dict, list)):
            _few(value, what)
            members = value.values() if isinstance(value, dict) else value
            waiting += [(member, depth + 1) for member in members]
        elif isinstance(value, str):
            _short(value)
        elif not (value is None or (isinstance(value, int) and abs(value) < _MAX_NUMBER)):
            kind = type(value).__name__
            raise AnswerMalformed(f"its answer holds a {kind} or a huge number")


def _few(collection, what):
    if len(collection) > _MAX_ITEMS:
        raise AnswerMalformed(f"its answer is too large to be {what}")
    if isinstance(collection, dict):
        for name in collection:
            if not isinstance(name, str):
                raise AnswerMalformed(f"its answer has a {type(name).__name__} for a key")
            _short(name)


def _short(text):
    if len(text) > _MAX_TEXT:
        raise AnswerMalformed("its answer holds a text that is too long")


def all_are(values, types, where):
    """Raise AnswerMalformed unless each of ``values`` is of one of ``types``."""
    for value in values:
        if type(value) not in types:
            raise AnswerMalformed(f"its {where} holds a {type(value).__name__}")


def has_fields(value, fields, where):
    """Raise AnswerMalformed unless ``value`` is a dict with ``fields``, ``{name: types}``."""
    if not isinstance(value, dict):
        raise AnswerMalformed(f"its answer is no {where}: {str(value)[:200]}")
    for name, expected in fields.items():
        if name not in value:
            raise AnswerMalformed(f"its {where} lacks {name}")
        if isinstance(expected, dict):
            has_fields(value[name], expected, f"{where}.{name}")
        elif type(value[name]) not in expected:
            raise AnswerMalformed(f"its {where}.{name} is a {type(value[name]).__name__}")
