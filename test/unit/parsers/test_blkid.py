import re

import pytest

from ocfs2lib.parsers import blkid


def test_blkid_keeps_everything_but_the_name_of_the_device():
    text = "DEVNAME=/dev/sda\nTYPE=ext4\nLABEL=a=b\n\nUSAGE=filesystem\n"
    assert blkid.parse(text) == {"TYPE": "ext4", "LABEL": "a=b", "USAGE": "filesystem"}
    assert blkid.parse("") == {}


ENTRY = """\
DEVNAME=/dev/sda1
PART_ENTRY_SCHEME=gpt
PART_ENTRY_UUID=0B1D5E3C-6f5a-4c53-9a55-0d6b8e1f2a33
PART_ENTRY_NUMBER=1
PART_ENTRY_OFFSET=2048
PART_ENTRY_SIZE=614400
PART_ENTRY_DISK=8:0
"""


def test_where_the_table_has_a_partition_is_no_content_of_it():
    assert blkid.parse(ENTRY) == {}
    assert blkid.parse(ENTRY + "TYPE=swap\n") == {"TYPE": "swap"}
    assert blkid.partition(ENTRY) == ("0b1d5e3c-6f5a-4c53-9a55-0d6b8e1f2a33", 2048, 614400)


@pytest.mark.parametrize("field", ["UUID", "OFFSET", "SIZE"])
def test_an_entry_that_lacks_something_is_none(field):
    assert blkid.partition(re.sub(f"PART_ENTRY_{field}=.*", "", ENTRY)) is None
    assert blkid.partition(re.sub(f"(PART_ENTRY_{field}=).*", r"\1", ENTRY)) is None
