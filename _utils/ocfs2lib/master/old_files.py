"""
Files of an older formula that a sync does not remove, where ``clean_dynamic_modules`` is off.

They make a build of their own: who keeps them, a node or this master, differs from the others for
ever.
"""

from ocfs2lib.answers.inquiry import Question

#: What is asked of a node: its modules, and whether a sync removes those that the master has not.
QUESTION = Question(
    ["saltutil.list_extmods", "config.option"],
    ([], ["clean_dynamic_modules"]),
    called="saltutil.list_extmods",
)
#: How many files a sentence names.
_FEW = 5


def reason(answer, ours, cleans):
    """
    Return why a node has another build than this master although it was synced, as a sentence;
    ``""`` if it is not because one of them keeps old files.

    answer
        What the node answered to :data:`QUESTION`.
    ours
        The formula's modules on this master (:func:`system.formula_code.names`).
    cleans
        Whether a sync of this master removes what the formula does not have any more.
    """
    answer = answer if isinstance(answer, dict) else {}
    theirs = _of_the_formula(answer.get("saltutil.list_extmods"))
    ours = _of_the_formula(ours)
    if theirs - ours and answer.get("config.option") is False:
        return (
            f"keeps files of another formula, since its option clean_dynamic_modules is off: "
            f"{_few(theirs - ours)}; remove them below extmods in its cachedir"
        )
    if ours - theirs and not cleans:
        return (
            f"lacks files of another formula that this master keeps, since its option "
            f"clean_dynamic_modules is off: {_few(ours - theirs)}; remove them below the "
            "extension_modules of the master"
        )
    return ""


def _of_the_formula(kinds):
    return {
        f"{kind}/{name}"
        for kind, names in (kinds.items() if isinstance(kinds, dict) else ())
        for name in (names if isinstance(names, list) else ())
        if kind in ("utils", "modules", "states") and str(name).startswith(("ocfs2", "o2cb"))
    }


def _few(names):
    shown = sorted(names)[:_FEW]
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(shown) + more
