"""
The cluster stack of one node: files, boot, firewall, and the cluster in the kernel.

Every state takes ``config``, the whole ``ocfs2`` section of pillar, and finds in it what concerns
this minion. What needs the other nodes to unmount first is refused, in test mode too.

.. versionadded:: 1.0.0
"""

from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

import ocfs2_boot
import ocfs2_check
import ocfs2_conf
import ocfs2_firewall
import ocfs2_live
import ocfs2_netfilter
import ocfs2_settings

__virtualname__ = "o2cb"

_REFUSALS = (CommandExecutionError, SaltInvocationError, ValueError)
# Gaps that only going online from scratch closes.
_ABSENT_STACK = ("stack", "live:cluster")
_PRESENT, _ABSENT, _OTHER = "as described", "absent", "other content"


def __virtual__():
    if __grains__.get("kernel") != "Linux":
        return False, "OCFS2 is a filesystem of the Linux kernel."
    return __virtualname__


def cluster_conf(name, config):
    """
    cluster.conf lists the nodes of pillar.

    name
        Path of the file.
    config
        The ``ocfs2`` section of pillar.

    Example:

    .. code-block:: yaml

        /etc/ocfs2/cluster.conf:
          o2cb.cluster_conf:
            - config: {{ ocfs2 | json }}
    """

    def gaps(desired, facts):
        return ocfs2_live.conf(desired, __salt__["ocfs2_file.read"](name))

    def close(desired, found):
        __salt__["o2cb.conf_write"](ocfs2_conf.render(ocfs2_conf.from_desired(desired)), name)

    return _converge(name, config, f"{name} lists the nodes of pillar.", gaps, close)


def settings(name, config):
    """
    The o2cb settings are those of pillar: in the file that this platform really reads and, where
    debconf exists, in the answers from which the package would write it again.

    name
        Any name for the settings.
    config
        The ``ocfs2`` section of pillar.
    """

    def gaps(desired, facts):
        found = ocfs2_live.settings(desired, facts["settings"]["values"])
        answers = __salt__["o2cb.debconf_get"]()
        return found if answers is None else found + ocfs2_live.debconf(desired, answers)

    def close(desired, found):
        values = ocfs2_settings.from_desired(desired)
        if any(gap.what.startswith("settings:") for gap in found):
            __salt__["o2cb.settings_write"](values)
        if any(gap.what.startswith("debconf:") for gap in found):
            __salt__["o2cb.debconf_set"](values)

    return _converge(name, config, "The o2cb settings are those of pillar.", gaps, close)


def boot(name, config):
    """
    The cluster comes up at boot and goes down at shutdown in the right order, through a unit of
    the formula; the init script that kills the users of every mount never runs.

    name
        Any name for the state.
    config
        The ``ocfs2`` section of pillar.
    """

    def gaps(desired, facts):
        found = _file_gaps(ocfs2_boot.files(desired))
        if not __salt__["ocfs2_systemd.masked"](ocfs2_boot.KILLER):
            found.append(_gap(ocfs2_boot.KILLER, "not masked", "masked"))
        if not __salt__["ocfs2_systemd.enabled"](ocfs2_boot.UNIT):
            found.append(_gap(ocfs2_boot.UNIT, "disabled", "enabled"))
        return found

    def close(desired, found):
        _write(ocfs2_boot.files(desired), found)
        changed = {gap.what for gap in found}
        if ocfs2_boot.KILLER in changed:
            __salt__["ocfs2_systemd.unit"]("mask", ocfs2_boot.KILLER)
        if ocfs2_boot.UNIT in changed:
            __salt__["ocfs2_systemd.unit"]("enable", ocfs2_boot.UNIT)
        __salt__["ocfs2_systemd.reload"]()

    return _converge(name, config, f"{ocfs2_boot.UNIT} is set up.", gaps, close)


def online(name, config):
    """
    The cluster is online with the nodes and values of pillar.

    Nodes are added, and the values that a running cluster takes are set, at any time. What needs
    the cluster down on this node is applied if nothing is mounted here; what needs every node to
    unmount is refused.

    name
        Any name for the cluster.
    config
        The ``ocfs2`` section of pillar.
    """

    def gaps(desired, facts):
        found = ocfs2_live.live(desired, desired.node(__opts__["id"]), facts)
        if found and not facts["modules"]:
            raise CommandExecutionError(
                "The running kernel has no ocfs2 modules. Fix: boot a kernel that has them "
                "(Debian: linux-image-amd64, never linux-image-cloud-amd64)."
            )
        if any(gap.kind == ocfs2_live.NODE for gap in found):
            use = __salt__["o2cb.in_use"]()
            if use:
                raise CommandExecutionError(
                    f"{_list(found)} needs the cluster down here, but {use}. Fix: unmount first."
                )
        return found

    def close(desired, found):
        cluster = desired.cluster.name
        if any(gap.kind == ocfs2_live.NODE or gap.what in _ABSENT_STACK for gap in found):
            __salt__["o2cb.online"](cluster)
            return
        changed = {gap.what.removeprefix("live:"): gap.new for gap in found}
        if any(what.startswith("node:") for what in changed):
            __salt__["o2cb.register"](cluster)
        for attribute in ocfs2_live.FREE & changed.keys():
            __salt__["o2cb.attribute_write"](cluster, attribute, changed[attribute])

    return _converge(name, config, "The cluster is online as pillar says.", gaps, close)


def firewall(name, config):
    """
    The other nodes, and nobody else, reach the TCP port of the interconnect.

    Only the formula's own table or chain is written. Where a chain of somebody else would drop the
    port, the state fails and names the rule that is missing there.

    name
        Any name for the rules.
    config
        The ``ocfs2`` section of pillar.
    """

    def gaps(desired, facts):
        backend = desired.firewall.backend
        found = _firewall_leftovers(backend)
        if backend != ocfs2_firewall.NONE:
            found += _file_gaps(ocfs2_firewall.files(desired, __opts__["id"]))
            found += _rule_gaps(desired)
            if not __salt__["ocfs2_systemd.enabled"](ocfs2_firewall.UNIT):
                found.append(_gap(ocfs2_firewall.UNIT, "disabled", "enabled"))
        return found

    def close(desired, found):
        backend = desired.firewall.backend
        if backend != ocfs2_firewall.NONE:
            _write(ocfs2_firewall.files(desired, __opts__["id"]), found)
            __salt__["o2cb_firewall.load"](backend)
            if {ocfs2_firewall.UNIT, ocfs2_firewall.UNIT_PATH} & {gap.what for gap in found}:
                __salt__["ocfs2_systemd.unit"]("reenable", ocfs2_firewall.UNIT)
                __salt__["ocfs2_systemd.reload"]()
                if __salt__["ocfs2_systemd.booted"]():
                    __salt__["ocfs2_systemd.unit"]("restart", ocfs2_firewall.UNIT)
        _remove_firewall(backend)

    return _converge(name, config, "The firewall of the interconnect is set.", gaps, close)


def offline(name):
    """
    No cluster is registered in the kernel. Refused while anything uses it.

    name
        Any name for the state.
    """
    ret = _ret(name, "No cluster is online here.")
    try:
        clusters = sorted(__salt__["o2cb.facts"]()["clusters"])
        if not clusters:
            return ret
        use = __salt__["o2cb.in_use"]()
        if use:
            raise CommandExecutionError(f"The cluster stays online: {use}. Fix: unmount first.")
        found = [_gap(cluster, "online", "offline") for cluster in clusters]
        _changed(ret, found)
        if __opts__["test"]:
            return _would(ret, found)
        __salt__["o2cb.offline"]()
    except _REFUSALS as err:
        return _refused(ret, err)
    ret["comment"] = f"{', '.join(clusters)} went offline."
    return ret


def absent(name):
    """
    Nothing of the formula but the data is left: cluster.conf, settings, units, firewall rules.
    Refused while a cluster is online.

    name
        Any name for the state.
    """
    ret = _ret(name, "No configuration of the cluster is left.")
    try:
        facts = __salt__["o2cb.facts"]()
        found = _leftovers(facts)
        if found and facts["clusters"]:
            raise CommandExecutionError(
                f"{', '.join(facts['clusters'])} is online. Fix: apply o2cb.offline first."
            )
        if not found:
            return ret
        _changed(ret, found)
        if __opts__["test"]:
            return _would(ret, found)
        _remove(facts)
        left = _leftovers(__salt__["o2cb.facts"]())
        if left:
            raise CommandExecutionError(f"Still there: {_list(left)}.")
    except _REFUSALS as err:
        return _refused(ret, err)
    ret["comment"] = "The configuration of the cluster was removed."
    return ret


def _converge(name, config, fine, gaps, close):
    """Find what separates the node from pillar, close it, and look again.

    fine
        The comment when nothing separates them.
    gaps
        ``gaps(desired, facts)`` returns the differences, or raises for a certain refusal.
    close
        ``close(desired, found)`` closes them.
    """
    ret = _ret(name, fine)
    found = []
    try:
        desired = ocfs2_check.parse(config)
        node = desired.member(__opts__["id"])
        facts = __salt__["o2cb.facts"]()
        found = gaps(desired, facts)
        if not found:
            return ret
        _refuse_outage(desired, node, facts)
        _changed(ret, found)
        if __opts__["test"]:
            return _would(ret, found)
        try:
            close(desired, found)
        finally:
            left = gaps(desired, __salt__["o2cb.facts"]())
            still = {gap.what for gap in left}
            _changed(ret, [gap for gap in found if gap.what not in still])
        if left:
            raise CommandExecutionError(f"After the change there is still {_list(left)}.")
    except _REFUSALS as err:
        return _refused(ret, err)
    ret["comment"] = f"{fine} Changed: {_list(found)}."
    return ret


def _refuse_outage(desired, node, facts):
    """Raise if the running cluster differs from pillar in what all nodes must change at once.
    The files wait too: a node that boots with new values could not join the others."""
    gaps = [gap for gap in ocfs2_live.live(desired, node, facts) if gap.kind == ocfs2_live.OUTAGE]
    if gaps:
        use = __salt__["o2cb.in_use"]()
        raise CommandExecutionError(
            f"{_list(gaps)} needs the whole cluster down{f', but {use}' if use else ''}. "
            "Fix: unmount every OCFS2 volume on all nodes and apply again, or set pillar back."
        )


def _rule_gaps(desired):
    backend, minion = desired.firewall.backend, __opts__["id"]
    rules = __salt__["o2cb_firewall.rules"](backend)
    if backend == "iptables":
        agrees = ocfs2_firewall.iptables_agrees(rules, desired, minion)
    else:
        _refuse_blocked(rules, desired)
        agrees = ocfs2_firewall.nftables_agrees(rules, desired, minion)
    return [] if agrees else [_gap("rules", "other or none", f"loaded by {backend}")]


def _refuse_blocked(ruleset, desired):
    port = desired.cluster.port
    peers = [peer.address for peer in desired.peers(__opts__["id"])]
    own = (ocfs2_firewall.FAMILY, ocfs2_firewall.TABLE)
    chains = ocfs2_netfilter.blocking(ruleset, port, peers, own)
    if chains:
        raise CommandExecutionError(
            " ".join(
                f"Chain {' '.join(chain)} drops TCP port {port} from the other nodes. "
                f"Fix: {ocfs2_netfilter.remedy(chain, port, peers)}."
                for chain in chains
            )
        )


def _firewall_leftovers(backend):
    """Return the files of every backend but the one given; none at all for ``none``."""
    paths = [path for other, path in ocfs2_firewall.RULES.items() if other != backend]
    if backend == ocfs2_firewall.NONE:
        paths.append(ocfs2_firewall.UNIT_PATH)
    return _existing(paths)


def _remove_firewall(keep):
    """Take the rules, files and unit of every backend but ``keep`` away; the file goes last, so
    an interrupted removal is taken up again."""
    leftovers = {gap.what for gap in _firewall_leftovers(keep)}
    if ocfs2_firewall.UNIT_PATH in leftovers:
        _remove_unit(ocfs2_firewall.UNIT, ocfs2_firewall.UNIT_PATH)
    for backend, path in ocfs2_firewall.RULES.items():
        if path in leftovers:
            __salt__["o2cb_firewall.unload"](backend)
            __salt__["ocfs2_file.remove"](path)


def _remove_unit(unit, path):
    if __salt__["ocfs2_systemd.booted"]():
        __salt__["ocfs2_systemd.unit"]("stop", unit)
    __salt__["ocfs2_systemd.unit"]("disable", unit)
    __salt__["ocfs2_file.remove"](path)
    __salt__["ocfs2_systemd.reload"]()


def _leftovers(facts):
    paths = [*_kept_files(facts), ocfs2_boot.UNIT_PATH]
    found = _existing(paths) + _firewall_leftovers(ocfs2_firewall.NONE)
    if (__salt__["o2cb.debconf_get"]() or {}).get("O2CB_ENABLED") == "true":
        found.append(_gap("debconf:O2CB_ENABLED", "true", "false"))
    if __salt__["ocfs2_systemd.masked"](ocfs2_boot.KILLER):
        found.append(_gap(ocfs2_boot.KILLER, "masked", "not masked"))
    return found


def _kept_files(facts):
    """What is only read at boot or by a tool, and can go without further ado."""
    return (
        facts["conf"]["path"],
        facts["settings"]["path"],
        ocfs2_boot.STOP_PATH,
        ocfs2_boot.SYSCTL_PATH,
    )


def _remove(facts):
    found = {gap.what for gap in _leftovers(facts)}
    if "debconf:O2CB_ENABLED" in found:
        __salt__["o2cb.debconf_set"]({"O2CB_ENABLED": "false"})
    _remove_firewall(ocfs2_firewall.NONE)
    if ocfs2_boot.UNIT_PATH in found:
        _remove_unit(ocfs2_boot.UNIT, ocfs2_boot.UNIT_PATH)
    for path in found & {*_kept_files(facts)}:
        __salt__["ocfs2_file.remove"](path)
    if ocfs2_boot.KILLER in found:
        __salt__["ocfs2_systemd.unit"]("unmask", ocfs2_boot.KILLER)
        __salt__["ocfs2_systemd.reload"]()


def _file_gaps(files):
    found = []
    for path, text in files.items():
        have = __salt__["ocfs2_file.read"](path)
        if have != text:
            found.append(_gap(path, _ABSENT if have is None else _OTHER, _PRESENT))
    return found


def _existing(paths):
    return [
        _gap(path, "present", _ABSENT)
        for path in paths
        if __salt__["ocfs2_file.read"](path) is not None
    ]


def _write(files, found):
    changed = {gap.what for gap in found}
    for path in files.keys() & changed:
        __salt__["ocfs2_file.write"](path, files[path])


def _gap(what, old, new):
    return ocfs2_live.Difference(what, old, new, ocfs2_live.ONLINE)


def _list(gaps):
    return "; ".join(map(str, gaps))


def _ret(name, comment):
    return {"name": name, "result": True, "changes": {}, "comment": comment}


def _changed(ret, gaps):
    ret["changes"] = {gap.what: {"old": gap.old, "new": gap.new} for gap in gaps}


def _would(ret, gaps):
    ret["result"], ret["comment"] = None, f"Would change {_list(gaps)}."
    return ret


def _refused(ret, reason):
    ret["result"], ret["comment"] = False, str(reason)
    return ret
