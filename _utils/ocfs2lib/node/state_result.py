"""
What a state of Salt returns, and the one way to it: compare, change, look again.
"""

from dataclasses import dataclass

from ocfs2lib.errors import StepFailed


@dataclass(frozen=True)
class Comments:
    """
    The comments of a state: in test mode, after the change, and if something is left.

    ``{fine}`` is the comment of a state that finds nothing to do, ``{gaps}`` are the differences
    and ``{subjects}`` what they are about.
    """

    would: str = "Would change {gaps}."
    did: str = "{fine} Changed: {gaps}."
    left: str = "After the change there is still {gaps}."


def new(name, comment):
    """Return the result of a state that finds everything as described."""
    return {"name": name, "result": True, "changes": {}, "comment": comment}


def refused(result, reason):
    """Make a result that of a state which failed, and return it; ``reason`` is shown as text."""
    result["result"], result["comment"] = False, str(reason)
    return result


def as_changes(gaps):
    """Return differences (:class:`node.difference.Difference`) as Salt shows changes."""
    return {gap.what: {"old": gap.old, "new": gap.new} for gap in gaps}


def as_text(gaps):
    """Return differences in one line."""
    return "; ".join(map(str, gaps))


def converge(result, find, close, *, test, permit=None, comments=None):
    """
    Find what differs, close it, and look again: only what is gone by then counts as changed.

    result
        Of :func:`new`; its comment is what stands if nothing differs.
    find
        Return the differences, or raise for what cannot be judged.
    close
        Close the differences given.
    test
        Whether only to say what would be done.
    permit
        Raise if the differences given must not be closed; also asked in test mode.
    comments
        The :class:`Comments` to use.

    Returns ``result``. Raises what these functions raise; what was changed till then is in it.
    """
    found, comments = find(), comments or Comments()
    if not found:
        return result
    if permit:
        permit(found)
    if test:
        result["result"], result["changes"] = None, as_changes(found)
        result["comment"] = _said(comments.would, found, result)
        return result
    try:
        close(found)
    finally:
        left = find()
        still = {gap.thing for gap in left}
        result["changes"] = as_changes(gap for gap in found if gap.thing not in still)
    if left:
        raise StepFailed(_said(comments.left, left, result))
    result["comment"] = _said(comments.did, found, result)
    return result


def _said(text, gaps, result):
    subjects = ", ".join(str(gap.subject) for gap in gaps)
    return text.format(fine=result["comment"], gaps=as_text(gaps), subjects=subjects)
