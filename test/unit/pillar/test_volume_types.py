import pytest

from ocfs2lib import sizes
from ocfs2lib.pillar.volume_types import journal_bytes


@pytest.mark.parametrize(
    ("kind", "size", "mib"),
    [
        ("mail", 300 * sizes.MIB, 32),
        ("mail", 512 * sizes.MIB - 512, 32),
        ("mail", 512 * sizes.MIB, 64),
        ("mail", sizes.GIB - 512, 64),
        ("mail", sizes.GIB, 128),
        ("mail", 2 * sizes.GIB - 512, 128),
        ("mail", 2 * sizes.GIB, 256),
        ("mail", sizes.TIB, 256),
        ("vmstore", 2 * sizes.GIB, 128),
        ("vmstore", sizes.TIB, 128),
        ("datafiles", 2 * sizes.GIB, 32),
    ],
)
def test_journal_bytes(kind, size, mib):
    assert journal_bytes(kind, size) == mib * sizes.MIB
