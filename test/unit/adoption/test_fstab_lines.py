import pytest

from ocfs2lib.adoption import fstab_lines
from ocfs2lib.parsers import fstab_file


def test_the_options_of_a_line_without_a_type_stand_in_its_place():
    text = "/dev/sdd /san/primary _netdev,nointr 0 0\nLABEL=x /a\\040b ocfs2 _netdev,noatime 0 0\n"
    seed, other = (line.fields() for line in fstab_file.lines(text))
    assert fstab_lines.lacks_type(seed)
    assert fstab_lines.intended_options(seed) == ["_netdev", "nointr"]
    assert not fstab_lines.lacks_type(other)
    assert fstab_lines.intended_options(other) == ["_netdev", "noatime"]


@pytest.mark.parametrize(
    ("fstype", "missing"),
    [("ocfs2", False), ("auto", False), ("ext4", False), ("nointr", True), ("x-systemd.a=b", True)],
)
def test_a_type_that_was_left_out_is_told_from_one(fstype, missing):
    (line,) = fstab_file.lines(f"/dev/sdd /san {fstype} 0 0")
    assert fstab_lines.lacks_type(line.fields()) is missing
