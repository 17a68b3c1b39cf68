"""
The one way the formula runs a tool: no shell, no terminal, the C locale, a time limit.

.. versionadded:: 1.0.0
"""

import salt.utils.path
from salt.exceptions import CommandExecutionError
from salt.exceptions import CommandNotFoundError

__virtualname__ = "ocfs2_cmd"


def __virtual__():
    if __grains__.get("kernel") != "Linux":
        return False, "OCFS2 is a filesystem of the Linux kernel."
    return __virtualname__


def run(argv, timeout=60, stdin="", env=None):
    """
    What a tool printed; for tools whose exit code can be believed.

    argv
        The tool and its arguments, a list.
    timeout
        Seconds after which it is killed.
    stdin
        What it reads.
    env
        ``{name: value}`` to add to its environment.

    Returns the text of its standard output. Raises ``CommandNotFoundError`` if it is not
    installed, ``CommandExecutionError`` with what it said if its exit code is not 0.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_cmd.run '[o2cb, list-clusters]'
    """
    if not salt.utils.path.which(argv[0]):
        raise CommandNotFoundError(f"{argv[0]} is not installed. Fix: apply ocfs2.package.")
    result = attempt(argv, timeout, stdin, env)
    if result["retcode"]:
        raise CommandExecutionError(failure(argv, result))
    return result["stdout"]


def attempt(argv, timeout=60, stdin="", env=None):
    """
    How a tool ended, whatever its exit code.

    argv, timeout, stdin, env
        As for :func:`run`.

    Returns ``{"retcode", "stdout", "stderr", "pid"}``. Raises ``CommandExecutionError`` if it did
    not end in time.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_cmd.attempt '[blkid, -p, /dev/mapper/primary]'
    """
    return __salt__["cmd.run_all"](
        argv,
        python_shell=False,
        stdin=stdin,
        timeout=timeout,
        ignore_retcode=True,
        env={"LC_ALL": "C", **(env or {})},
    )


def failure(argv, result):
    """
    A sentence on how a tool failed.

    argv, result
        What was run, and what :func:`attempt` returned.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_cmd.failure '[o2cb]' '{retcode: 1, stdout: "", stderr: "no"}'
    """
    reason = result["stderr"].strip() or result["stdout"].strip() or "no output"
    return f"{' '.join(argv)} failed (exit code {result['retcode']}): {reason}"
