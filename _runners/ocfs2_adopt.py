"""
Take over a cluster that was built by hand: read it from its nodes, write the pillar that is it.

Changes nothing on the nodes but the formula's own modules, which they may not have yet.

.. versionadded:: 1.0.0
"""

from ocfs2lib.master import adopt_cluster
from ocfs2lib.master.context import Context


def pillar(nodes, file=None):
    """
    Read a running cluster and write it down as the pillar that describes it.

    Applying that pillar then changes nothing in cluster.conf, in the running cluster or in its
    mounts. Everything odd about the cluster is named, with what to do, also at the head of the
    file.

    nodes
        The minion ids of all nodes of the cluster, a list.
    file
        The pillar file to write, such as ``/srv/pillar/ocfs2.sls``. One that exists is left as it
        is. Without it, or in test mode, nothing is written.

    Returns, besides ``lines`` and ``retcode``: ``pillar``, or None if there is no cluster;
    ``oddities``, the issues of the cluster, those of them that keep it from being applied as it is
    as ``obstacles``, and ``changes``, what applying it does on the nodes, as sentences;
    ``written``, whether the file was written now. ``retcode`` is 1 if there are obstacles, or if
    the file cannot be written.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_adopt.pillar nodes='[host1.domain.com, host2.domain.com]'
        salt-run ocfs2_adopt.pillar nodes='[host1.domain.com]' file=/srv/pillar/ocfs2.sls
    """
    return adopt_cluster.pillar(_context(), nodes, file)


def _context():
    return Context(__opts__, __salt__["pillar.show_pillar"])
