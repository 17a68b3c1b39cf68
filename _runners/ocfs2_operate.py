"""
Changes of a cluster at work, run as ``salt-run state.orchestrate ocfs2.orch.VERB``, which ends with
the status.

Everything is checked before anything is changed; whatever cuts a run, the same command goes on from
there. ``cluster`` is the name of the cluster, needed if pillar describes several. Each returns a
dict with ``clusters`` (one entry), ``retcode`` and ``outputter``.

.. versionadded:: 1.0.0
"""

from ocfs2lib.master import carry_out
from ocfs2lib.master.context import Context
from ocfs2lib.operations.add_node import AddNode
from ocfs2lib.operations.fsck import Fsck
from ocfs2lib.operations.grow import Grow
from ocfs2lib.operations.remove_node import RemoveNode
from ocfs2lib.operations.retire_lun import RetireLun
from ocfs2lib.operations.retune import Retune
from ocfs2lib.operations.rolling_reboot import RollingReboot
from ocfs2lib.operations.slots import Slots


def add_node(cluster=None):
    """
    Let the nodes that pillar has gained join the cluster, without an outage.

    CLI Example:

    .. code-block:: bash

        salt-run state.orchestrate ocfs2.orch.add_node
    """
    return _operate(cluster, AddNode)


def remove_node(node=None, cluster=None):
    """
    Take a node that has left pillar out of the cluster, without an outage.

    node
        Its minion id.

    CLI Example:

    .. code-block:: bash

        salt-run state.orchestrate ocfs2.orch.remove_node \
            pillar='{"ocfs2_node": "host3.domain.com"}'
    """
    return _operate(cluster, RemoveNode, node)


def grow(lun=None, cluster=None):
    """
    Let a volume fill its LUN, which the array has grown to the ``size`` in pillar.

    lun
        The LUN's key in pillar.

    CLI Example:

    .. code-block:: bash

        salt-run state.orchestrate ocfs2.orch.grow pillar='{"ocfs2_lun": "primary"}'
    """
    return _operate(cluster, Grow, lun)


def slots(lun=None, outage=None, cluster=None):
    """
    Give a volume the slots that pillar says. The LUN goes down on every node meanwhile.

    lun
        The LUN's key in pillar.
    outage
        The same, typed once more: the LUN goes down.

    CLI Example:

    .. code-block:: bash

        salt-run state.orchestrate ocfs2.orch.slots \
            pillar='{"ocfs2_lun": "primary", "ocfs2_outage": "primary"}'
    """
    return _operate(cluster, Slots, lun, outage)


def retune(outage=None, cluster=None):
    """
    Change timeouts, addresses and names of nodes. The whole cluster goes down meanwhile.

    outage
        The name of the cluster: all of it goes down.

    CLI Example:

    .. code-block:: bash

        salt-run state.orchestrate ocfs2.orch.retune pillar='{"ocfs2_outage": "web"}'
    """
    return _operate(cluster, Retune, outage)


def rolling_reboot(limit=None, cluster=None):
    """
    Restart every node, one after the other.

    limit
        Seconds that each may take to come back, 60 or more; default 1800.

    CLI Example:

    .. code-block:: bash

        salt-run state.orchestrate ocfs2.orch.rolling_reboot
    """
    return _operate(cluster, RollingReboot, limit)


def fsck(lun=None, outage=None, repair=None, cluster=None):
    """
    Check a volume, read-only. The LUN goes down on every node meanwhile.

    lun
        The LUN's key in pillar.
    outage
        The same, typed once more: the LUN goes down.
    repair
        The same, typed a third time, to have repaired what is found.

    CLI Example:

    .. code-block:: bash

        salt-run state.orchestrate ocfs2.orch.fsck \
            pillar='{"ocfs2_lun": "primary", "ocfs2_outage": "primary"}'
    """
    return _operate(cluster, Fsck, lun, outage, repair)


def retire_lun(path=None, cluster=None):
    """
    Unmount a LUN that has left pillar, on every node and for good. Its data is not touched.

    path
        Its mount point.

    CLI Example:

    .. code-block:: bash

        salt-run state.orchestrate ocfs2.orch.retire_lun pillar='{"ocfs2_path": "/san/old"}'
    """
    return _operate(cluster, RetireLun, path)


def _operate(cluster, operation, *arguments):
    return carry_out.on_one(_context(), cluster, lambda master: operation(master, *arguments).run())


def _context():
    job = __context__.get("ocfs2_job") or globals().get("__jid__") or ""
    return Context(__opts__, __salt__["pillar.show_pillar"], str(job))
