"""What multipathd says of itself."""

import shutil

from ocfs2lib.system import tools

#: A daemon that hangs is to cost no more than this many seconds.
_LIMIT = 5


def show(*words):
    """Return what ``multipathd show`` prints for some words, None where it does not run or does
    not say."""
    if not shutil.which("multipathd"):
        return None
    result = tools.attempt(["multipathd", "show", *words], timeout=_LIMIT)
    return None if result["retcode"] else result["stdout"]
