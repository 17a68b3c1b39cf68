"""
FCoE by software as far as the formula sets it up.

.. versionadded:: 1.0.0
"""

import os
import re

from salt.exceptions import CommandExecutionError

from ocfs2lib.system import files
from ocfs2lib.system import operating_system
from ocfs2lib.system import systemd
from ocfs2lib.system import tools
from ocfs2lib.system import waiting

_HOSTS = "/sys/class/fc_host"
#: Seconds for which a port is waited for.
_LIMIT = 30


def __virtual__():
    return operating_system.is_linux(__grains__)


def start(interfaces, unit):
    """
    Have network interfaces speak FCoE from now on; what they do at boot their files say.

    interfaces
        A list of names, such as ``eth2``. They are brought up.
    unit
        The unit of fcoe-utils, which reads the files when it starts.

    Returns True. Raises ``CommandExecutionError`` for an interface that speaks no FCoE after 30
    seconds.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_fcoe.start '[eth2]' fcoe-utils.service
    """
    for each in interfaces:
        tools.run(["ip", "link", "set", "dev", each, "up"])
    speaking = _speaking()
    missing = [each for each in interfaces if each not in speaking]
    if missing and not speaking:
        systemd.unit("restart", unit)
    elif missing:
        # A restart of the unit could take the others away from those that use them.
        for each in missing:
            tools.run(["fcoeadm", "-c", each])
    _await(interfaces)
    return True


def _await(interfaces):
    missing = waiting.until_empty(lambda: sorted(set(interfaces) - _speaking()), _LIMIT)
    if missing:
        raise CommandExecutionError(
            f"{', '.join(missing)}: there is no Fibre Channel port over it. Fix: see "
            "fcoeadm -i and the log of fcoemon; FCoE needs an MTU of 2500."
        )


def _speaking():
    """The network interfaces over which the kernel has a Fibre Channel port, or over a VLAN of."""
    places = [os.path.realpath(f"{_HOSTS}/{host}") for host in files.names(_HOSTS)]
    found = [re.search(r"/net/([^/]+)/ctlr_", place) for place in places]
    return {name for match in found if match for name in (match[1], match[1].split(".")[0])}
