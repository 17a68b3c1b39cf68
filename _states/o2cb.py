"""
The cluster stack of one node: files, boot, firewall, and the cluster in the kernel.

Every state takes ``config``, the whole ``ocfs2`` section of pillar, and finds in it what concerns
this minion. What needs the other nodes to unmount first is refused, in test mode too.

.. versionadded:: 1.0.0
"""

from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.errors import FormulaError
from ocfs2lib.node import cluster_conf as node_cluster_conf
from ocfs2lib.node import difference
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import setup
from ocfs2lib.node import stack
from ocfs2lib.node import state_result
from ocfs2lib.node.difference import NODE
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.parts import setup_part
from ocfs2lib.node.state_result import Comments
from ocfs2lib.pillar import check
from ocfs2lib.platform import platforms
from ocfs2lib.system import files
from ocfs2lib.system import functions
from ocfs2lib.system import operating_system

_REFUSALS = (CommandExecutionError, SaltInvocationError, FormulaError)
# Gaps that only going online from scratch closes.
_ABSENT_STACK = (Part.STACK, Part.LIVE_CLUSTER)


def __virtual__():
    return operating_system.is_linux(__grains__)


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
        return stack.conf_differences(desired, files.read(name))

    def close(desired, found):
        __salt__["o2cb.conf_write"](
            node_cluster_conf.render(node_cluster_conf.from_desired(desired)), name
        )

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
        found = stack.settings_differences(desired, facts["settings"]["values"])
        answers = __salt__["o2cb.debconf_get"]()
        return found if answers is None else found + stack.debconf_differences(desired, answers)

    def close(desired, found):
        values = o2cb_settings.from_desired(desired)
        if any(gap.part is Part.SETTING for gap in found):
            __salt__["o2cb.settings_write"](values)
        if any(gap.part is Part.DEBCONF for gap in found):
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
    return _set_up(setup.part("boot"), name, config)


def part(name, config):
    """
    One part of what the formula sets up on a host is as pillar describes it.

    name
        Which part: ``boot``, ``firewall``, ``panic`` or ``services``.
    config
        The ``ocfs2`` section of pillar.
    """
    try:
        return _set_up(setup.part(name), name, config)
    except _REFUSALS as err:
        return state_result.refused(state_result.new(name, ""), err)


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
        found = stack.kernel_differences(desired, desired.node(__opts__["id"]), facts)
        held = __salt__["ocfs2_hold.present"]()["cluster"]
        if found and held:
            raise CommandExecutionError(held)
        if found and not facts["modules"]:
            platform = platforms.required(__grains__)
            raise CommandExecutionError(
                "The running kernel has no ocfs2 modules. Fix: boot a kernel that has them "
                f"({platform.name}: {platform.kernel.package}, never {platform.kernel.without})."
            )
        if any(gap.kind == NODE for gap in found):
            use = __salt__["o2cb.in_use"]()
            if use:
                gaps = state_result.as_text(found)
                raise CommandExecutionError(
                    f"{gaps} needs the cluster down here, but {use}. Fix: unmount first."
                )
        return found

    def close(desired, found):
        cluster = desired.cluster.name
        if any(gap.kind == NODE or gap.part in _ABSENT_STACK for gap in found):
            __salt__["o2cb.online"](cluster)
            return
        if any(gap.part is Part.LIVE_NODE for gap in found):
            __salt__["o2cb.register"](cluster)
        for gap in found:
            if gap.part is Part.LIVE_VALUE and gap.subject in stack.WRITABLE_ONLINE:
                __salt__["o2cb.attribute_write"](cluster, gap.subject, gap.new)

    return _converge(name, config, "The cluster is online as pillar says.", gaps, close)


def firewall(name, config):
    """
    The other nodes, and nobody else, reach the TCP port of the interconnect.

    Only the formula's own table or chain is written, or what it has given to firewalld or ufw where
    the host runs one. Where a chain of somebody else would drop the port, the state fails and names
    the rule that is missing there.

    name
        Any name for the rules.
    config
        The ``ocfs2`` section of pillar.
    """
    return _set_up(setup.part("firewall"), name, config)


def offline(name):
    """
    No cluster is registered in the kernel. Refused while anything uses it.

    name
        Any name for the state.
    """

    def find():
        return [
            Difference(Part.REGISTERED, cluster, "online", "offline")
            for cluster in sorted(__salt__["o2cb.facts"]()["clusters"])
        ]

    def permit(found):
        use = __salt__["o2cb.in_use"]()
        if use:
            raise CommandExecutionError(f"The cluster stays online: {use}. Fix: unmount first.")

    def close(found):
        __salt__["o2cb.offline"]()

    comments = Comments(did="{subjects} went offline.")
    return _run(name, "No cluster is online here.", find, close, permit, comments)


def absent(name):
    """
    Nothing of the formula but the data is left: cluster.conf, settings, units, drop-ins,
    firewall rules. Refused while a cluster is online.

    name
        Any name for the state.
    """

    def find():
        return _leftovers(__salt__["o2cb.facts"]())

    def permit(found):
        clusters = __salt__["o2cb.facts"]()["clusters"]
        if clusters:
            raise CommandExecutionError(
                f"{', '.join(clusters)} is online. Fix: apply o2cb.offline first."
            )

    def close(found):
        _remove(__salt__["o2cb.facts"](), found)

    comments = Comments(
        did="The configuration of the cluster was removed.", left="Still there: {gaps}."
    )
    return _run(name, "No configuration of the cluster is left.", find, close, permit, comments)


def _set_up(part, name, config):
    """Bring one part of the set-up to what pillar says."""
    minion = __opts__["id"]

    def gaps(desired, _):
        arguments = setup.arguments_for(desired)
        facts = setup.facts(_call, arguments, parts=[part])
        platform = platforms.required(__grains__)
        unsupported = part.unsupported(desired, platform, facts)
        if unsupported:
            raise CommandExecutionError(". ".join(map(str, unsupported)) + ".")
        blocked = part.blocked(desired, minion, facts, platform)
        if blocked:
            raise CommandExecutionError(" ".join(map(str, blocked)))
        return part.differences(desired, minion, facts, platform)

    def close(desired, found):
        part.close(_call, found, desired, minion, platforms.required(__grains__))

    return _converge(name, config, part.done, gaps, close)


def _converge(name, config, fine, gaps, close):
    """
    Bring the node to what pillar says, as far as a highstate may.

    fine
        The comment when nothing differs.
    gaps
        ``gaps(desired, facts)`` returns the differences, or raises for a certain refusal.
    close
        ``close(desired, found)`` closes them.
    """
    try:
        desired = check.parse(config)
        node = desired.member(__opts__["id"])
    except _REFUSALS as err:
        return state_result.refused(state_result.new(name, fine), err)
    return _run(
        name,
        fine,
        lambda: gaps(desired, __salt__["o2cb.facts"]()),
        lambda found: close(desired, found),
        lambda _: _refuse_others(desired, node),
    )


def _run(name, fine, find, close, permit, comments=None):
    """Run a state as ``state_result.converge`` describes; what is refused is its comment."""
    result = state_result.new(name, fine)
    try:
        return state_result.converge(
            result, find, close, test=__opts__["test"], permit=permit, comments=comments
        )
    except _REFUSALS as err:
        return state_result.refused(result, err)


def _refuse_others(desired, node):
    """Raise if anything differs from pillar that a highstate must not change by itself."""
    # The files wait too: a node that boots with new values could not join the others.
    gaps = stack.differences(desired, node.minion, __salt__["o2cb.facts"]())
    refusals = difference.refusals(gaps)
    if refusals:
        raise CommandExecutionError(". ".join(refusals) + ".")


def _call(function, *arguments):
    return functions.call(__salt__, function, *arguments)


def _leftovers(facts):
    kept = setup_part.read(_call, _files(facts))
    found = setup_part.present(kept, kept)
    found += [gap for part in setup.PARTS for gap in part.leftovers(_call)]
    if (__salt__["o2cb.debconf_get"]() or {}).get(o2cb_settings.ENABLED) == "true":
        found.append(Difference(Part.DEBCONF, o2cb_settings.ENABLED, "true", "false"))
    return found


def _files(facts):
    return facts["conf"]["path"], facts["settings"]["path"]


def _remove(facts, found):
    if difference.subjects(found, Part.DEBCONF):
        __salt__["o2cb.debconf_set"]({o2cb_settings.ENABLED: "false"})
    for part in reversed(setup.PARTS):
        part.remove(_call)
    for path in _files(facts):
        files.remove(path)
