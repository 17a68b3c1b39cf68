"""The LUN of the tests that format, and how they judge what has become of it."""

import json
import re

from support.images import MIB
from support.images import fsck
from support.images import own_uuid
from support.images import run

#: Below 1 GiB mkfs.ocfs2 1.8.7 takes blocks of 1 KiB, in which its own fsck finds fault.
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
    assert not re.search(r"^\[[A-Z_]+\]", checked, re.MULTILINE), checked
    assert uuid in run("debugfs.ocfs2", "-R", "stats", str(image))
    assert "lost+found" in run("debugfs.ocfs2", "-R", "ls /", str(image))
