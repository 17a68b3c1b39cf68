"""
Holds: what keeps this node, or one LUN on it, down while an orchestration works on it.

.. versionadded:: 1.0.0
"""

from ocfs2lib.node import holds
from ocfs2lib.system import files
from ocfs2lib.system import operating_system


def __virtual__():
    return operating_system.is_linux(__grains__)


def put(reason, lun=""):
    """
    Keep this node, or one LUN on it, down until :func:`release`, over any reboot.

    reason
        Why, and what ends it, in one line.
    lun
        The LUN's key in pillar; without it, the cluster of this node.

    Returns True.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_hold.put 'retune is under way' lun=primary
    """
    return files.write(holds.path(lun), f"{reason}\n")


def release(lun=""):
    """
    End a hold; one that does not exist is fine.

    lun
        The LUN's key in pillar; without it, the cluster of this node.

    Returns True.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_hold.release lun=primary
    """
    return files.remove(holds.path(lun))


def present():
    """
    What is held here, and why.

    Returns ``{"cluster": reason or None, "luns": {key: reason}}``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_hold.present
    """
    luns = files.names(holds.LUNS)
    # A name with a dot in front is a hold that is just being written.
    held = [key for key in luns if not key.startswith(".")]
    return {"cluster": _reason(), "luns": {key: _reason(key) for key in held}}


def _reason(lun=""):
    return files.value(holds.path(lun))
