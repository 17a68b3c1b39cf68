"""What every part of the set-up has, and what they share."""

from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.difference import subjects
from ocfs2lib.node.reasons import Blocked

#: The type of a fact that may be absent, as ``answers.shape`` takes it.
MAYBE_TEXT = (str, type(None))

#: Set up before any package is installed.
BEFORE_PACKAGES = "before_packages"
#: Set up once the packages are there: what brings the LUNs.
BRING_LUNS = "bring_luns"
#: Set up together with cluster.conf, before the cluster comes up.
BEFORE_CLUSTER = "before_cluster"
#: Set up when the volumes are mounted.
AFTER_MOUNT = "after_mount"
STEPS = (BEFORE_PACKAGES, BRING_LUNS, BEFORE_CLUSTER, AFTER_MOUNT)

_ABSENT, _PRESENT, _OTHER = "absent", "as described", "other content"


class SetupPart:
    """
    One part of the set-up: what a node tells of it, what may differ, and what closes that.

    ``name`` is what ``o2cb.part`` calls it, ``done`` the comment of a state that finds it as
    described. ``step`` is when the sls files set it up, one of :data:`STEPS`; None for a part that
    has an sls of its own.

    ``files`` are paths whose text a node tells under ``files``, ``units`` those that it tells
    ``enabled`` or ``masked``, ``tools`` the commands that it may need. ``shape`` has the types of
    the other facts, as ``answers.shape`` takes them; ``texts`` are the paths to lists and dicts in
    it that hold texts alone, ``text_lists`` those to lists of such lists.
    """

    name = ""
    done = ""
    step = None
    files = ()
    units = ()
    tools = ()
    shape = {}
    texts = ()
    text_lists = ()

    def concerns(self, desired, platform):
        """Return whether there is anything of this part for this pillar on this platform."""
        return True

    def is_described(self, desired):
        """Return whether this pillar says anything of the part. If not, there is nothing to do for
        it on a host that has none of :meth:`leftovers`."""
        return True

    def needed_tools(self, desired):
        """Return which of ``tools`` this pillar needs."""
        return self.tools

    def packages(self, desired, platform, lacking=None):
        """Return the packages that this pillar needs besides those of every node.

        lacking
            Release of the running kernel if it lacks the ocfs2 modules.
        """
        found = map(platform.package_of, self.needed_tools(desired))
        return tuple(dict.fromkeys(each for each in found if each not in platform.packages))

    def arguments(self, desired):
        """Return what a node has to know of pillar to tell its facts, as JSON has it; or None."""

    def facts(self, call, arguments):
        """Return the facts of ``shape``, as they are on this node.

        call
            Calls an execution function: its name, then its arguments.
        arguments
            What :meth:`arguments` returned; None on a node whose pillar is not known.
        """
        return {}

    def fitness(self, call):
        """Return those facts of :meth:`facts` that :meth:`unsupported` goes by; it is asked before
        anything is touched.

        call
            As for :meth:`facts`.
        """
        return {}

    def unsupported(self, desired, platform, facts):
        """Return why a host of this platform cannot have the part as pillar describes it
        (:class:`node.reasons.Reason`).

        facts
            Those of :meth:`fitness` at least.
        """
        return []

    def blocked(self, desired, minion, facts, platform):
        """Return what of others is in the way (:class:`node.reasons.Blocked`), which no state of
        the formula changes; the arguments are those of :meth:`differences`."""
        return []

    def conflicts(self, desired, facts):
        """Return ``{minion id: [Blocked]}`` of what several nodes have and only one may have.

        desired
            As for :meth:`differences`.
        facts
            ``{minion id: facts}`` of every node that answered.
        """
        return {}

    def is_nameless(self, desired, facts):
        """Return whether a host has no name yet for an array to know it by, and needs one; the
        packages of the part make it. The arguments are those of :meth:`differences`."""
        return False

    def differences(self, desired, minion, facts, platform):
        """Return every :class:`Difference` of one host.

        desired
            Pillar as ``pillar.desired.Desired``.
        minion
            Minion id of the node.
        facts
            Those of this part, with ``files``, ``enabled`` and ``masked``.
        platform
            The ``platform.platform.Platform`` of the node; None if it is none that is known, where
            nothing that depends on it is compared.
        """
        return []

    def close(self, call, found, desired, minion, platform):
        """Close the differences that were ``found`` on this node."""
        raise NotImplementedError

    def leftovers(self, call):
        """Return the differences of a node that the formula is to leave: what is still there."""
        return []

    def remove(self, call):
        """Take all of :meth:`leftovers` away."""


def of_files(wanted, files):
    """Return the differences of files that should be there; both are ``{path: text}``."""
    return [
        Difference(Part.FILE, path, _ABSENT if files.get(path) is None else _OTHER, _PRESENT)
        for path, text in wanted.items()
        if files.get(path) != text
    ]


def present(paths, files):
    """Return the differences of files that should not be there."""
    return [
        Difference(Part.FILE, path, "present", _ABSENT) for path in paths if files[path] is not None
    ]


def disabled(unit, facts):
    """Return the difference of a unit that is not enabled."""
    return [] if unit in facts["enabled"] else [Difference(Part.UNIT, unit, "disabled", "enabled")]


def shared(names, what, fix, finding):
    """
    Return ``{minion id: [Blocked]}`` of the nodes that have the same name for something.

    names
        ``{minion id: name or None}``.
    what, fix, finding
        Of each :class:`Blocked`; ``what`` has ``{name}`` and ``{others}`` in it.
    """
    owners = {}
    for minion, name in names.items():
        if name:
            owners.setdefault(name, []).append(minion)
    return {
        minion: [Blocked(what.format(name=name, others=_but(minion, minions)), fix, finding)]
        for name, minions in owners.items()
        if len(minions) > 1
        for minion in minions
    }


def _but(minion, minions):
    return ", ".join(each for each in minions if each != minion)


def start_unit(call, unit):
    """Enable a unit of the distribution, and start it where systemd runs."""
    call("systemd.unit", "enable", unit)
    if call("systemd.booted"):
        call("systemd.unit", "start", unit)


def write(call, files, found):
    """Write those of ``{path: text}`` that were found to differ."""
    for path in files.keys() & subjects(found, Part.FILE):
        call("files.write", path, files[path])


def read(call, paths):
    """Return ``{path: text or None}`` of files on this node."""
    return {path: call("files.read", path) for path in paths}


def remove_unit(call, unit, path):
    """Stop a unit of the formula, and remove its file."""
    if call("systemd.booted"):
        call("systemd.unit", "stop", unit)
    call("systemd.unit", "disable", unit)
    call("files.remove", path)
    call("systemd.reload")
