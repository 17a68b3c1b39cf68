"""
FCoE by software as far as the formula sets it up.

.. versionadded:: 1.0.0
"""

from ocfs2lib.system import files
from ocfs2lib.system import operating_system
from ocfs2lib.system import tools

_HOSTS = "/sys/class/fc_host"


def __virtual__():
    return operating_system.is_linux(__grains__)


def create(interface):
    """
    Have a network interface speak FCoE from now on; what it does at boot its file says.

    interface
        Its name, such as ``eth2``. It is brought up.

    Returns True. Raises ``CommandExecutionError`` with what fcoeadm said.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_fcoe.create eth2
    """
    tools.run(["ip", "link", "set", "dev", interface, "up"])
    if not _speaks(interface):
        tools.run(["fcoeadm", "-c", interface])
    return True


def _speaks(interface):
    """Tell whether a Fibre Channel host of the kernel is over an interface, or a VLAN of it."""
    names = [files.value(f"{_HOSTS}/{host}/symbolic_name") or "" for host in files.names(_HOSTS)]
    return any(name.rpartition(" over ")[2].split(".")[0] == interface for name in names)
