"""Tools that outlive the job that started them: real processes, where systemd does not run."""

import multiprocessing
import os
import signal

import psutil
import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib.system import volume_tools
from support.until import until

UUID = "458E997A48634B3DAB36F01667EBB761"
#: Works until it is told to end, and says how often it was begun.
WORKS = 'echo begun >> "$0/begun"; until [ -e "$0/end" ]; do sleep 0.02; done; echo through; exit 3'
LIMIT = 60


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch):
    monkeypatch.setattr(volume_tools, "_DIRECTORY", str(tmp_path / "tools"))
    return tmp_path


def finish(directory, task="check", limit=LIMIT):
    return volume_tools.finish(UUID, task, ["sh", "-c", WORKS, str(directory)], limit)


@pytest.fixture
def at_work(directory):
    """A tool whose job has ended as Salt ends one: with every process that descends from it."""
    job = multiprocessing.get_context("fork").Process(target=finish, args=(directory,))
    job.start()
    until((directory / "begun").exists)
    for process in [*psutil.Process(job.pid).children(recursive=True), psutil.Process(job.pid)]:
        process.kill()
    job.join()
    yield directory
    (directory / "end").touch()
    until(lambda: not volume_tools.at_work())


def ended(task="check", script="exit 0", **options):
    return volume_tools.finish(UUID, task, ["sh", "-c", script], LIMIT, **options)


def test_how_a_tool_ends_is_returned(directory):
    found = ended(script="echo out; echo err >&2; exit 7")
    assert found == {"retcode": 7, "stdout": "out\nerr", "stderr": ""}
    assert volume_tools.at_work() == {}


def test_what_it_prints_can_be_followed_in_a_file(directory):
    output = directory / "log"
    output.write_text("of an earlier one, and longer")
    assert ended(script="echo found", output=str(output))["stdout"] == "found"
    assert output.read_text() == "found\n"


def test_a_word_stays_a_word():
    found = volume_tools.finish(UUID, "check", ["echo", "$(id); `id` > x", "a  b"], LIMIT)
    assert found["stdout"] == "$(id); `id` > x a  b"


def test_a_tool_reads_nothing_and_speaks_the_c_locale(monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert ended(script='cat; echo "$LC_ALL"')["stdout"] == "C"


def test_a_tool_outlives_its_job_and_the_next_run_waits_for_it(at_work):
    assert volume_tools.at_work() == {UUID: "check"}
    with pytest.raises(CommandExecutionError, match=r"It has taken 0\.2 s and more"):
        finish(at_work, limit=0.2)
    (at_work / "end").touch()
    found = finish(at_work)
    assert (found["retcode"], found["stdout"]) == (3, "through")
    assert (at_work / "begun").read_text() == "begun\n"


def test_another_task_is_refused_until_then(at_work):
    said = f"is at work on volume {UUID} here, wait for its end$"
    with pytest.raises(CommandExecutionError, match=said):
        finish(at_work, "repair", limit=1)
    (at_work / "end").touch()
    until(lambda: not volume_tools.at_work())
    assert ended("repair")["retcode"] == 0


def test_what_has_ended_is_begun_anew(directory):
    (directory / "end").touch()
    for _ in range(2):
        assert finish(directory)["retcode"] == 3
    assert (directory / "begun").read_text() == "begun\nbegun\n"


def test_each_volume_has_a_tool_of_its_own(at_work):
    other = volume_tools.finish("0" * 32, "grow", ["true"], LIMIT)
    assert other["retcode"] == 0
    assert volume_tools.at_work() == {UUID: "check"}


def test_a_tool_that_is_killed_is_not_taken_for_one_that_reached_its_end():
    assert ended(script="kill -KILL $$")["retcode"] == 128 + signal.SIGKILL
    # With all that belongs to it, as systemd ends it when the host goes down.
    assert ended(script="kill -KILL 0")["retcode"] is None


def test_a_tool_that_is_not_there_or_cannot_print_is_an_error(directory):
    found = volume_tools.finish(UUID, "check", ["nosuch"], LIMIT)
    assert found["retcode"] == 127
    assert "nosuch: No such file" in found["stdout"]
    with pytest.raises(CommandExecutionError, match=r"sh cannot be started: .*No such file"):
        ended(output=str(directory / "nowhere/log"))
    assert volume_tools.at_work() == {}


def test_a_record_that_is_being_written_is_no_task():
    work = volume_tools._Work(UUID)
    os.makedirs(volume_tools._DIRECTORY)
    with open(work._lock, "w") as file:
        file.write('{"task": "che')
    assert work.record()["task"] == ""
