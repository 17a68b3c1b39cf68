"""Who has typed a command, also where Salt runs it as a user of its own, and who that is."""

import os
import pwd
import re

from ocfs2lib.system import files

_LOGINUID = "/proc/self/loginuid"
#: What useradd(8) takes for a name.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.@-]{0,63}\$?")


def operator():
    """
    Return the name of the user who has typed the command that runs.

    It is the one who became root by sudo; else the one who has logged in, by the kernel's account
    (proc_pid_loginuid(5)), which sudo and su leave as it is; else the user of this process. The
    master of Salt's packages runs as ``salt``, so the last of these alone would say nothing.
    """
    for name in (os.environ.get("SUDO_USER", ""), _name(files.value(_LOGINUID))):
        if _NAME.fullmatch(name) and name != "root":
            return name
    return _process_user() or f"uid {os.geteuid()}"


def why_not_written(path, err):
    """
    Return why this process could not write a file, and what to do, as sentences.

    path, err
        The file, and the ``OSError``. It names the user: the master of Salt's own packages does not
        run as root, and ``salt-run`` becomes that user.
    """
    user = _process_user() or os.geteuid()
    return (
        f"{path} cannot be written by user {user}: {err.strerror}. Fix: name a file in a folder "
        f"where user {user} may write."
    )


def _process_user():
    """Return the name of the user of this process, ``""`` if it has none."""
    return _name(str(os.geteuid()))


def _name(uid):
    """Return the name of a user by its number as text, ``""`` if there is none."""
    try:
        return pwd.getpwuid(int(uid)).pw_name
    except (KeyError, OverflowError, TypeError, ValueError):
        # Where nobody has logged in, the number is 2^32 - 1.
        return ""
