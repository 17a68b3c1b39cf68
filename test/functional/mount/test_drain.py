"""The operator's script that takes the guests off a node."""

import pytest
from salt.exceptions import CommandExecutionError


@pytest.fixture
def command(tmp_path):
    """A function that makes an executable script and returns its path."""

    def written(text):
        path = tmp_path / "drain"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    return written


def test_a_drain_that_ends_well(modules, command, tmp_path):
    assert modules["ocfs2_drain.run"](command(f'echo "$#" >{tmp_path}/arguments'), 60) is True
    assert (tmp_path / "arguments").read_text() == "0\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo two guests are left; exit 3", r"failed \(exit code 3\): two guests are left"),
        ("echo no host takes them >&2; exit 1", r"failed \(exit code 1\): no host takes them"),
        ("exec sleep 60", "Timed out after 1 seconds"),
    ],
)
def test_a_drain_that_fails_is_quoted(modules, command, text, said):
    with pytest.raises(CommandExecutionError, match=f"This node is not drained: .*{said}"):
        modules["ocfs2_drain.run"](command(text), 1)


def test_a_drain_that_is_not_there_is_named(modules, tmp_path):
    with pytest.raises(CommandExecutionError, match=f"{tmp_path}/none"):
        modules["ocfs2_drain.run"](f"{tmp_path}/none", 1)
