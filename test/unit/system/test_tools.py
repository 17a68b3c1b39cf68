import os
import time

import pytest
from salt.exceptions import CommandExecutionError
from salt.exceptions import CommandNotFoundError

from ocfs2lib.system import tools


def test_what_a_tool_prints_is_returned():
    assert tools.run(["printf", "a b\n\n"]) == "a b"


def test_a_tool_reads_what_it_is_given_and_no_terminal():
    assert tools.run(["cat"], stdin="a\\nb") == "a\\nb"
    assert tools.run(["cat"]) == ""


def test_a_word_stays_a_word():
    assert tools.run(["echo", "$(id); `id` > x"]) == "$(id); `id` > x"


def test_a_tool_speaks_the_c_locale_and_does_not_know_the_minions_systemd(monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/notify")
    monkeypatch.setenv("KEPT", "kept")
    found = dict(line.split("=", 1) for line in tools.run(["env"], env={"A": "b"}).splitlines())
    assert (found["LC_ALL"], found["KEPT"], found["A"]) == ("C", "kept", "b")
    assert "NOTIFY_SOCKET" not in found


def test_a_tool_that_fails_is_quoted():
    argv = ["ls", "/nowhere"]
    found = tools.attempt(argv)
    assert (found["retcode"], found["stdout"]) == (2, "")
    with pytest.raises(CommandExecutionError, match=r"^ls /nowhere failed \(exit code 2\): ls: "):
        tools.run(argv)


def test_a_tool_that_is_not_there_is_named():
    with pytest.raises(CommandNotFoundError, match=r"nosuch is not installed. Fix: apply ocfs2.p"):
        tools.run(["nosuch"])
    with pytest.raises(CommandExecutionError, match="Unable to run command"):
        tools.attempt(["nosuch"])


def test_a_tool_is_killed_once_its_time_is_over():
    begin = time.monotonic()
    found = tools.attempt(["sleep", "60"], timeout=0.2)
    assert time.monotonic() - begin < 30
    assert (found["retcode"], found["stderr"]) == (1, "")
    assert found["stdout"] == "['sleep', '60'] : Timed out after 0.2 seconds"
    assert not os.path.exists(f"/proc/{found['pid']}")


def test_what_outlives_a_killed_tool_is_not_waited_for():
    begin = time.monotonic()
    tools.attempt(["python3", "-c", "import os, time; os.fork(); time.sleep(20)"], timeout=1)
    assert time.monotonic() - begin < 15


def test_bytes_that_are_no_text_are_replaced():
    assert tools.run(["printf", r"a\377"]) == "a\ufffd"
