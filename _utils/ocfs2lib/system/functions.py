"""What is handed to code that knows no host: the functions of this room by name, and Salt's."""

from ocfs2lib.system import files
from ocfs2lib.system import package_files
from ocfs2lib.system import signing_keys
from ocfs2lib.system import systemd
from ocfs2lib.system import tools

_ROOM = {
    "files": files,
    "package_files": package_files,
    "signing_keys": signing_keys,
    "systemd": systemd,
    "tools": tools,
}


def call(salt, function, *arguments):
    """
    Call a function by its name and return what it returns.

    salt
        Salt's execution functions, ``{name: function}``.
    function
        Such as ``files.read`` of this room, or ``sysctl.assign`` of Salt.
    arguments
        Its arguments.
    """
    file, _, name = function.partition(".")
    found = getattr(_ROOM[file], name) if file in _ROOM else salt[function]
    return found(*arguments)
