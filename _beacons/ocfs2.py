"""
Watches the cluster from this node, and tells the master what becomes wrong or right again.

.. code-block:: yaml

    beacons:
      ocfs2:
        - interval: 15
        - heartbeat_late: 0.5
        - slots: 0.9
        - space: 0.9
        - mounts: [/san/primary]
        - metrics: /var/lib/prometheus/node-exporter

Only ``interval`` has to be given; docs/monitoring.rst explains all of it, and the events.

.. versionadded:: 1.0.0
"""

import copy
import sys

import salt.loader

_LOADED_AS = "beacon_ocfs2.loaded"


def __virtual__():
    is_linux = __grains__.get("kernel") == "Linux"
    return is_linux or (False, "OCFS2 is a filesystem of the Linux kernel.")


def validate(config):
    """
    Whether a configuration can be used, and if not, why; ``(True or False, text)``.

    config
        A list, as it stands under ``beacons:ocfs2``.
    """
    # Salt asks every second.
    if __context__.get("ocfs2.checked") != config:
        problems = _ours("ocfs2_beacon.problems", config)
        __context__["ocfs2.verdict"] = (not problems, "; ".join(problems) or "Valid.")
        __context__["ocfs2.checked"] = copy.deepcopy(config)
    return __context__["ocfs2.verdict"]


def beacon(config):
    """
    Look, and return the events: a list of ``{"tag", "message", ...}``.

    config
        As for :func:`validate`.
    """
    found = _ours("ocfs2_beacon.look", config, __context__.get("ocfs2.seen"))
    __context__["ocfs2.seen"] = found["seen"]
    return found["events"]


def _ours(function, *arguments):
    """
    Call a function of the formula, and leave no trace of its code in this process.

    The jobs of a minion are forked from the process that runs its beacons. Whatever of the formula
    was loaded here would be theirs too, also after the master has given this node newer code, and
    they would not know. So the beacon has a loader of its own, and what its modules imported is
    imported anew by whoever comes next.
    """
    if "ocfs2.loader" not in __context__:
        utils = salt.loader.utils(__opts__, context={})
        __context__["ocfs2.loader"] = salt.loader.minion_mods(
            __opts__, context={}, utils=utils, loaded_base_name=_LOADED_AS
        )
    try:
        return __context__["ocfs2.loader"][function](*arguments)
    finally:
        # Jobs that are threads of this process share its modules in any case.
        if __opts__.get("multiprocessing", True):
            for name in [x for x in list(sys.modules) if x.partition(".")[0] == "ocfs2lib"]:
                del sys.modules[name]
