"""
The shape of an answer: plain data of a bounded size, with the fields and types that are expected.
"""

#: What the facts of 64 LUNs on a node of a cluster of 255 stay far below.
_MAX_TEXT, _MAX_ITEMS, _MAX_DEPTH, _MAX_VALUES = 1 << 18, 4096, 12, 1 << 17
_MAX_NUMBER = 1 << 64
#: Characters of what is said about a wrong answer; names in it may be of any length.
_SAID = 300

#: The types of a field; for one with fields of its own a dict of the same kind is used instead.
TEXT, MAYBE_TEXT, FLAG, MAYBE_FLAG = (str,), (str, type(None)), (bool,), (bool, type(None))
NUMBER, MAYBE_NUMBER = (int,), (int, type(None))


def believed(answer, what, check):
    """
    The answer, if ``check`` raises nothing; ValueError with the reason, a short one, otherwise.

    answer
        Whatever a minion returned.
    what
        What it should be, such as ``a census``.
    check
        Called once it is known to be plain data of a size that can be handled.
    """
    try:
        _bounded(answer, what)
        check()
    except ValueError as err:
        raise ValueError(str(err)[:_SAID]) from None
    return answer


def _bounded(answer, what):
    """Plain data of a size that a node can have a reason for; looked at before anything else."""
    waiting, seen = [(answer, 0)], 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if seen > _MAX_VALUES or depth > _MAX_DEPTH:
            raise ValueError(f"its answer is too large to be {what}")
        if isinstance(value, (dict, list)):
            _few(value, what)
            members = value.values() if isinstance(value, dict) else value
            waiting += [(member, depth + 1) for member in members]
        elif isinstance(value, str):
            _short(value)
        elif not (value is None or (isinstance(value, int) and abs(value) < _MAX_NUMBER)):
            raise ValueError(f"its answer holds a {type(value).__name__} or a huge number")


def _few(collection, what):
    if len(collection) > _MAX_ITEMS:
        raise ValueError(f"its answer is too large to be {what}")
    if isinstance(collection, dict):
        for name in collection:
            if not isinstance(name, str):
                raise ValueError(f"its answer has a {type(name).__name__} for a key")
            _short(name)


def _short(text):
    if len(text) > _MAX_TEXT:
        raise ValueError("its answer holds a text that is too long")


def all_of(values, types, where):
    """ValueError unless each of ``values`` is of one of ``types``."""
    for value in values:
        if type(value) not in types:
            raise ValueError(f"its {where} holds a {type(value).__name__}")


def shaped(value, shape, where):
    """ValueError unless ``value`` is a dict with the fields of ``shape``, ``{name: types}``."""
    if not isinstance(value, dict):
        raise ValueError(f"its answer is no {where}: {str(value)[:200]}")
    for name, expected in shape.items():
        if name not in value:
            raise ValueError(f"its {where} lacks {name}")
        if isinstance(expected, dict):
            shaped(value[name], expected, f"{where}.{name}")
        elif type(value[name]) not in expected:
            raise ValueError(f"its {where}.{name} is a {type(value[name]).__name__}")
