"""What all tests share."""

import tempfile
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def salt_factories_default_root_dir():
    """
    A directory of its own for the daemons of each run.

    The scripts that start them lie in it and name the Salt that they start. In one directory for
    all, two runs side by side would start each other's Salt.
    """
    with tempfile.TemporaryDirectory(prefix="ocfs2-", ignore_cleanup_errors=True) as root:
        yield Path(root)
