"""The one way the formula runs a tool: no shell, no terminal, the C locale, a time limit."""

import logging
import os
import shutil
import subprocess

from salt.exceptions import CommandExecutionError
from salt.exceptions import CommandNotFoundError

_LOG = logging.getLogger(__name__)


def run(argv, timeout=60, stdin="", env=None, optional=False):
    """
    Return what a tool printed; for tools whose exit code can be trusted.

    argv
        The tool and its arguments, a list.
    timeout
        Seconds after which it is killed.
    stdin
        What it reads.
    env
        ``{name: value}`` to add to its environment.
    optional
        Whether to return None if it is not installed.

    Raises ``CommandNotFoundError`` if it is not installed, ``CommandExecutionError`` with what it
    said if its exit code is not 0.
    """
    if not shutil.which(argv[0]):
        if optional:
            return None
        raise CommandNotFoundError(f"{argv[0]} is not installed. Fix: apply ocfs2.package.")
    result = attempt(argv, timeout, stdin, env)
    if result["retcode"]:
        raise CommandExecutionError(failure(argv, result))
    return result["stdout"]


def output(argv):
    """Return what a tool printed; None if it is not installed, or could not do what it should.

    argv
        The tool and its arguments, a list.
    """
    if not shutil.which(argv[0]):
        return None
    result = attempt(argv)
    return None if result["retcode"] else result["stdout"]


def attempt(argv, timeout=60, stdin="", env=None):
    """
    Return how a tool ended, whatever its exit code: ``{"retcode", "stdout", "stderr", "pid"}``.

    One that did not end in time has exit code 1, and its output says so.

    argv, timeout, stdin, env
        As for :func:`run`.
    """
    _LOG.info("Executing command %s", argv)
    process = _started(argv, env)
    try:
        stdout, stderr = process.communicate(stdin.encode(), timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        # Not what it has yet to print: a child of its own may hold the pipes.
        process.wait()
        stdout, stderr, retcode = f"{argv} : Timed out after {timeout} seconds".encode(), b"", 1
    else:
        retcode = process.returncode
    finally:
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()
    return {
        "retcode": retcode,
        "stdout": stdout.decode(errors="replace").rstrip(),
        "stderr": stderr.decode(errors="replace").rstrip(),
        "pid": process.pid,
    }


def failure(argv, result):
    """
    Return a sentence on how a tool failed.

    argv, result
        What was run, and what :func:`attempt` returned.
    """
    reason = result["stderr"].strip() or result["stdout"].strip() or "no output"
    code = "no exit code" if result["retcode"] is None else f"exit code {result['retcode']}"
    return f"{' '.join(argv)} failed ({code}): {reason}"


def environment(env=None):
    """
    Return the environment of a tool: the minion's, in the C locale.

    env
        ``{name: value}`` to add.
    """
    # A tool must not tell systemd that the minion is ready.
    inherited = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
    return {**inherited, "LC_ALL": "C", "LANGUAGE": "C", **(env or {})}


def _started(argv, env):
    home = os.path.expanduser("~")
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=home if os.access(home, os.R_OK) else "/",
            env=environment(env),
        )
    except OSError as err:
        raise CommandExecutionError(f"Unable to run command {argv}, reason: {err}") from err
