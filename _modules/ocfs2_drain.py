"""
Emptying a node before its volumes are unmounted in a planned operation.

.. versionadded:: 1.0.0
"""

from salt.exceptions import CommandExecutionError

from ocfs2lib.system import operating_system
from ocfs2lib.system import tools


def __virtual__():
    return operating_system.is_linux(__grains__)


def run(command, limit=600):
    """
    Run the operator's command that empties this node, and wait for its end.

    command
        Absolute path of an executable. It runs as root, without arguments, shell or terminal.
    limit
        Seconds after which it is killed; what it has started itself may go on.

    Returns True. Raises ``CommandExecutionError`` with what it said, if it cannot be run, its exit
    code is not 0 or it does not end in time. What it has moved by then stays moved.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_drain.run /usr/local/sbin/drain-hypervisor 600
    """
    result = tools.attempt([command], limit)
    if result["retcode"]:
        said = tools.failure([command], result)
        raise CommandExecutionError(f"This node is not drained: {said}")
    return True
