"""A package in a file: its checksum, and who signed it."""

import hashlib
import tempfile
from pathlib import Path

from ocfs2lib.system import tools


def sha256(path):
    """Return the SHA-256 of a file, in small letters."""
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def check_signature(path, keys, signature=None):
    """
    Refuse a package that none of these keys signed; what the host trusts besides does not count.

    path
        Absolute path of the file.
    keys
        The text of the keys.
    signature
        Path of the signature beside a package that has none inside; None for an RPM.

    Raises ``CommandExecutionError`` with what the tool said.
    """
    with tempfile.TemporaryDirectory() as scratch:
        key = Path(scratch, "keys.asc")
        key.write_text(keys, encoding="ascii")
        if signature:
            gpg = ["gpg", "--homedir", scratch, "--batch"]
            tools.run([*gpg, "--import", str(key)])
            tools.run([*gpg, "--verify", signature, path])
            return
        own = ["rpmkeys", "--define", f"_dbpath {scratch}/db"]
        tools.run([*own, "--import", str(key)])
        # Without this level, digests alone are enough.
        tools.run([*own, "--define", "_pkgverify_level all", "--checksig", path])
