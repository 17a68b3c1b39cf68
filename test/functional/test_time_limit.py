"""Questions that may never be answered, on real devices and real hung processes."""

import functools
import os
import subprocess
import time

import pytest

from ocfs2lib.system import files
from ocfs2lib.system import time_limit
from support.until import until

FUNCTIONS = {
    "read": files.read,
    "value": files.value,
    "write": files.write,
    "run": functools.partial(subprocess.check_output, text=True),
}


@pytest.fixture
def each(tmp_path_factory):
    cachedir = str(tmp_path_factory.mktemp("cache"))
    return functools.partial(time_limit.ask_each, functions=FUNCTIONS, cachedir=cachedir)


def test_answers_come_by_key(each, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"{name}\n")
    questions = {name: ["value", str(tmp_path / name)] for name in ("a", "b", "c")}
    assert each(30, questions) == {
        "answers": {"a": "a", "b": "b", "c": None},
        "failures": {},
    }


def test_an_error_keeps_no_other_answer_back(each, tmp_path):
    (tmp_path / "a").write_text("a")
    said = each(30, {"a": ["read", str(tmp_path / "a")], "b": ["read", str(tmp_path)]})
    assert said["answers"] == {"a": "a"}
    assert "cannot be read" in said["failures"]["b"]


def test_a_long_answer_arrives_whole(each, tmp_path):
    (tmp_path / "a").write_text("x" * 500_000)
    said = each(30, {"a": ["read", str(tmp_path / "a")]})
    assert said["answers"]["a"] == "x" * 500_000


@pytest.fixture
def fifo(tmp_path):
    """A file that hangs who opens it, until somebody writes."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def test_what_does_not_answer_is_given_up(each, fifo, tmp_path):
    (tmp_path / "a").write_text("a")
    begin = time.monotonic()
    said = each(2, {"slow": ["read", str(fifo)], "a": ["read", str(tmp_path / "a")]})
    assert time.monotonic() - begin < 30
    assert said["answers"] == {"a": "a"}
    assert said["failures"] == {"slow": "did not answer within 2 s"}


def test_what_only_is_slow_gets_more_time(each):
    """A child whose tool runs does not hang."""
    busy = "import time\nend = time.time() + 4\nwhile time.time() < end: pass\nprint('done')"
    said = each(3, {"slow": ["run", ["python3", "-c", busy]]})
    assert said["failures"] == {}
    assert "done" in str(said["answers"]["slow"])


def test_what_runs_for_ever_is_given_up_all_the_same(each):
    # It outlives the child that asked, but not for long.
    argv = ["python3", "-c", "import time\nwhile time.process_time() < 20: pass"]
    begin = time.monotonic()
    said = each(1, {"endless": ["run", argv]})
    assert said["failures"] == {"endless": "did not answer within 1 s"}
    assert time.monotonic() - begin > 5


@pytest.fixture
def frozen(tmp_path):
    """A filesystem that keeps who writes to it in the kernel, as a LUN without a path does."""
    image, path = tmp_path / "image", tmp_path / "mount"
    path.mkdir()
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, path], check=True)
    subprocess.run(["fsfreeze", "-f", path], check=True)
    yield path
    subprocess.run(["fsfreeze", "-u", path], check=True)
    # Those that hung in it go on now, and end.
    umount = functools.partial(subprocess.run, ["umount", path], capture_output=True, check=False)
    until(lambda: umount().returncode == 0, f"{path} to be free", 60)


def test_what_hangs_in_the_kernel_is_not_asked_again(each, sandbox, frozen):
    question = {"hung": ["write", str(frozen / "file"), "text"]}
    first = each(2, question)
    assert first["failures"] == {"hung": "did not answer within 2 s"}
    begin = time.monotonic()
    second = each(30, question)
    assert "not looked at again" in second["failures"]["hung"]
    assert time.monotonic() - begin < 20
