import pytest
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.system import files


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file"


@pytest.mark.parametrize("mode", [0o644, 0o600])
def test_a_file_is_replaced_as_a_whole(path, mode):
    path.write_text("old")
    files.replace(str(path), "new\r\n", mode)
    assert path.read_bytes() == b"new\r\n"
    assert path.stat().st_mode & 0o777 == mode
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_content(path):
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        files.replace(str(path), "\ud800")
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_made_but_none_replaced(path):
    files.create(str(path), "first")
    with pytest.raises(FileExistsError):
        files.create(str(path), "second")
    assert path.read_text() == "first"
    assert list(path.parent.iterdir()) == [path]


def test_what_is_read_can_be_written_again(path):
    path.write_bytes(b"a\xff\r\n")
    assert files.write(str(path), files.read_exactly(str(path)))
    assert path.read_bytes() == b"a\xff\r\n"
    assert files.value(str(path)) == "a\ufffd"


def test_what_is_not_there_is_none(path):
    assert files.read(str(path)) is None
    assert files.value(str(path)) is None
    assert files.value(str(path.parent)) is None
    assert files.names(str(path)) == []
    assert files.remove(str(path))


def test_what_can_not_be_done_is_a_sentence(path):
    with pytest.raises(CommandExecutionError, match="cannot be read: Is a directory"):
        files.read(str(path.parent))
    with pytest.raises(CommandExecutionError, match="cannot be removed: Is a directory"):
        files.remove(str(path.parent))
    with pytest.raises(SaltInvocationError, match="not an absolute path"):
        files.write("file", "text")
