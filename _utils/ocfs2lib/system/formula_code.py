"""Which code of the formula a machine really has."""

import hashlib
from pathlib import Path

from ocfs2lib.version import VERSION

#: What Salt syncs to both the master and the minions (runners/saltutil.py knows no beacons, and no
#: node is given outputters), and which of it is the formula's.
_SHARED = ("utils", "modules", "states")
_NAMES = ("ocfs2*.py", "o2cb*.py", "ocfs2lib/**/*.py")


def build(extension_modules):
    """
    Return the version and a digest of the formula's code, such as ``1.0.0+5f3a9c20d1e4``.

    Master and minion have the same code exactly if this is the same text on both.

    extension_modules
        The directory into which Salt syncs modules, its option of that name.
    """
    digest = hashlib.sha256()
    for name, path in _files(extension_modules):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{name} {content}\n".encode())
    return f"{VERSION}+{digest.hexdigest()[:12]}"


def names(extension_modules):
    """
    Return ``{kind: names}`` of the formula's modules, as ``saltutil.list_extmods`` does of a node:
    the names of all files below a kind, without their ending.

    extension_modules
        As for :func:`build`.
    """
    found = {}
    for name, path in _files(extension_modules):
        found.setdefault(name.partition("/")[0], []).append(path.stem)
    return found


def _files(extension_modules):
    """Yield the name below the directory, and the path, of each file."""
    for kind in _SHARED:
        directory = Path(extension_modules, kind)
        for path in sorted(path for name in _NAMES for path in directory.glob(name)):
            yield f"{kind}/{path.relative_to(directory)}", path
