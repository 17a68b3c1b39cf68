import pytest

from ocfs2lib.parsers import dmsetup


def test_a_partition_of_kpartx_is_one_piece_of_its_map():
    assert dmsetup.linear("0 614400 linear 253:0 2048\n") == (2048, 614400)


@pytest.mark.parametrize(
    "table",
    [
        "",
        "0 614400 crypt aes-xts-plain64 :64 0 253:0 2048\n",
        "0 100 linear 253:0 2048\n100 100 linear 253:0 4096\n",
        "100 614400 linear 253:0 2048\n",
        "0 614400 linear 253:0 x\n",
        "No such device or address",
    ],
)
def test_anything_else_is_none(table):
    assert dmsetup.linear(table) is None
