"""
What the functions that operations call return, once it has the shape of that.

Each function takes what a minion returned and returns it, or raises AnswerMalformed with the
reason. A text where none is meant is the error of the minion, and so the reason.
"""

import re

from ocfs2lib.answers.shape import FLAG
from ocfs2lib.answers.shape import NUMBER
from ocfs2lib.answers.shape import TEXT
from ocfs2lib.answers.shape import all_are
from ocfs2lib.answers.shape import has_fields
from ocfs2lib.errors import AnswerMalformed

_BOOT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def done(answer):
    """True of a function that has nothing else to say."""
    if answer is not True:
        raise AnswerMalformed(reason(answer))
    return answer


def flag(answer):
    """True or False of a function that is asked whether something is so."""
    return _is(answer, bool)


def members(answer):
    """``{"beating": [node numbers], "slots": [node numbers]}`` of ``ocfs2_volume.members``."""
    _has(answer, {"beating": (list,), "slots": (list,)})
    for name in ("beating", "slots"):
        all_are(answer[name], NUMBER, name)
    return answer


def room(answer):
    """``{"free", "journal"}`` of ``ocfs2_volume.room``, bytes."""
    return _has(answer, {"free": NUMBER, "journal": NUMBER})


def check(answer):
    """``{"ended", "findings", "count", "log", "said"}`` of ``ocfs2_volume.check``."""
    shape = {"ended": FLAG, "findings": (list,), "count": NUMBER, "log": TEXT, "said": TEXT}
    all_are(_has(answer, shape)["findings"], TEXT, "findings")
    return answer


def wwid(answer):
    """The WWID of ``ocfs2_device.at``, ``""`` for none."""
    return _is(answer, str)


def size(answer):
    """The bytes of ``ocfs2_volume.rescan``."""
    if type(answer) is not int:
        raise AnswerMalformed(reason(answer))
    return answer


def mounts(answer):
    """The mounts of ``ocfs2_mount.mounts``, each with its ``path``."""
    for each in _is(answer, list):
        has_fields(each, {"path": TEXT}, "mounts")
    return answer


def fstabs(answer):
    """``{mount point: entry}`` of ``ocfs2_mount.fstabs``, each entry with its ``fstype``."""
    for path, entry in _is(answer, dict).items():
        has_fields(entry, {"fstype": TEXT}, path)
    return answer


def users(answer):
    """``{mount point: [processes]}`` of ``ocfs2_users.busy``."""
    return _lists_of_texts(answer)


def kernels(answer):
    """``{release: [missing modules]}`` of ``ocfs2_reboot.kernels``; there is one at least."""
    if not _lists_of_texts(answer):
        raise AnswerMalformed("it names no kernel")
    return answer


def boot_id(answer):
    """The id of a boot, as the kernel writes it."""
    if not isinstance(answer, str) or not _BOOT_ID.fullmatch(answer):
        raise AnswerMalformed(reason(answer))
    return answer


def at_work(answer):
    """A list of ``{"volume", "task"}`` of ``ocfs2_volume.at_work``."""
    for each in _is(answer, list):
        has_fields(each, {"volume": TEXT, "task": TEXT}, "at_work")
    return answer


def _lists_of_texts(answer):
    for name, each in _is(answer, dict).items():
        all_are([each], (list,), name)
        all_are(each, TEXT, name)
    return answer


def _has(answer, shape):
    has_fields(_is(answer, dict), shape, "answer")
    return answer


def _is(answer, kind):
    if type(answer) is not kind:
        raise AnswerMalformed(reason(answer))
    return answer


def reason(answer):
    """Return the words of a minion that could not do it, or that they are no answer to that."""
    if isinstance(answer, str) and answer:
        return answer
    return f"its answer is of no use: {str(answer)[:200]}"
