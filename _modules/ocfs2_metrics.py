"""
Give the health of this node to Prometheus, through the textfile collector of node_exporter.

Like ``ocfs2_health``, it starts no process and touches no LUN.

.. versionadded:: 1.0.0
"""

import os

from salt.exceptions import CommandExecutionError

from ocfs2lib import version
from ocfs2lib.errors import PlatformUnknown
from ocfs2lib.health import health
from ocfs2lib.health import prometheus
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import units
from ocfs2lib.platform import platforms
from ocfs2lib.system import files
from ocfs2lib.system import operating_system

#: node_exporter reads ``*.prom``.
_NAME = "ocfs2.prom"


def __virtual__():
    return operating_system.is_linux(__grains__)


def facts():
    """
    Return what the metrics are made of.

    Returns ``{"health", "live", "mounts", "fstab", "conf", "settings", "unit"}``:
    ``ocfs2_health.facts``, ``o2cb.live``, the paths on which an OCFS2 is mounted,
    ``ocfs2_mount.fstabs``, the text of cluster.conf or None, the values of ``o2cb.settings_read``,
    and the text of o2cb.service or None.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_metrics.facts
    """
    live = __salt__["o2cb.live"]()
    return {
        "health": __salt__["ocfs2_health.facts"](live),
        "live": live,
        "mounts": [each["path"] for each in __salt__["ocfs2_mount.mounts"]("ocfs2")],
        "fstab": __salt__["ocfs2_mount.fstabs"](),
        "conf": files.read(cluster_conf.PATH),
        "settings": __salt__["o2cb.settings_read"]()["values"],
        "unit": files.read(units.UNIT_PATH),
    }


def text():
    """
    Return the metrics, in Prometheus' text format.

    CLI Example:

    .. code-block:: bash

        salt-call --out=newline_values_only ocfs2_metrics.text
    """
    return _text(facts())


def write(directory=None, seen=None):
    """
    Write the metrics as ``ocfs2.prom`` for node_exporter; at every moment the file is complete.

    directory
        Where node_exporter looks for text files (its option ``--collector.textfile.directory``),
        if that is not where the package of the platform has it look (Debian:
        ``/var/lib/prometheus/node-exporter``). It must be there.
    seen
        What :func:`facts` has returned just now; without it, the node is looked at.

    Returns True. Raises ``CommandExecutionError`` with the reason.

    CLI Example:

    .. code-block:: bash

        salt-call --local ocfs2_metrics.write
        salt-call --local ocfs2_metrics.write /srv/textfiles
    """
    directory = directory or _platform().textfile_directory
    if not os.path.isdir(directory):
        raise CommandExecutionError(
            f"{directory} is no directory, so nobody reads metrics there. Fix: install "
            f"{_platform().exporter_package}, or name the directory that it reads."
        )
    path = os.path.join(directory, _NAME)
    return files.write(path, _text(seen or facts()))


def _platform():
    try:
        return platforms.required(__grains__)
    except PlatformUnknown as err:
        raise CommandExecutionError(str(err)) from err


def _text(seen):
    return prometheus.render(health.of(seen), version.VERSION)
