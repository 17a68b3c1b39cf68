"""The LUN of the tests that format, and how they judge what has become of it."""

import json
import re

from support.images import MIB
from support.images import fsck
from support.images import own_uuid
from support.images import run

#: From here on every type of volume can be made.
SIZE = 2048 * MIB
WWID = "35000c50000000001"
TOKEN = "0" * 32
STALE = "f" * 32
UUID = own_uuid()


def audited(minion):
    """The entries of the audit log of a minion."""
    return [json.loads(line) for line in minion.audit.read_text().splitlines()]


def is_whole(image, uuid):
    """One good filesystem, as its own tools see it."""
    checked = fsck(image)
    assert "All passes succeeded." in checked
    # mkfs.ocfs2 1.8.7 gives the directory of the system files no index, and fsck.ocfs2 misses one
    # as soon as the names do not fit into its inode: of many slots, or in small blocks.
    assert set(re.findall(r"^\[([A-Z_]+)\]", checked, re.MULTILINE)) <= {"DX_TREE_MISSING"}, checked
    assert uuid in run("debugfs.ocfs2", "-R", "stats", str(image))
    assert "lost+found" in run("debugfs.ocfs2", "-R", "ls /", str(image))
