"""The keys that packages are signed with: those in a file, and those that rpm trusts."""

import os
import re
import tempfile

from salt.exceptions import CommandExecutionError

from ocfs2lib.system import tools

_TRUSTED = re.compile(r"[0-9a-f]{8,64}")


def fingerprints(path):
    """
    Return the fingerprints of the keys in a file, a list; None if there is no such file.

    path
        Absolute path.

    Raises ``CommandNotFoundError`` without gpg, ``CommandExecutionError`` if it finds no key.
    """
    if not os.path.isfile(path):
        return None
    with tempfile.TemporaryDirectory() as home:
        argv = ["gpg", "--homedir", home, "--batch", "--with-colons"]
        listed = tools.run([*argv, "--import-options", "show-only", "--import", path])
    found, primary = [], False
    for fields in (line.split(":") for line in listed.splitlines()):
        if fields[0] in ("pub", "sub"):
            primary = fields[0] == "pub"
        elif fields[0] == "fpr" and primary:
            found.append(fields[9])
    if not found:
        raise CommandExecutionError(f"{path} has no key in it.")
    return found


def trusted():
    """
    Return what rpm says of the keys that it trusts: the end of each fingerprint, in small letters.
    There is none where rpm is not installed.
    """
    if tools.output(["rpm", "--version"]) is None:
        return []
    # Its exit code is 1 if there is none.
    listed = tools.attempt(["rpm", "-q", "gpg-pubkey", "--qf", "%{VERSION}\\n"])["stdout"]
    return [line for line in listed.splitlines() if _TRUSTED.fullmatch(line)]


def trust(path):
    """Have rpm trust the keys in a file."""
    tools.run(["rpm", "--import", path])
