"""From what the nodes of a cluster that was built by hand tell to the pillar that describes it.

Pure: no node is touched here, and what is proposed has passed the check of every other pillar.
The proof that applying it changes nothing in the cluster is the same that the states and the status
go by: ``node.stack`` finds no difference.
"""

from dataclasses import dataclass

from ocfs2lib.adoption import cluster as adoption_cluster
from ocfs2lib.adoption import luns as adoption_luns
from ocfs2lib.adoption.oddity import Oddity
from ocfs2lib.adoption.oddity import named
from ocfs2lib.errors import PillarInvalid
from ocfs2lib.firewall import registry
from ocfs2lib.lun import mount_guards
from ocfs2lib.lun.case import LunCase
from ocfs2lib.node import fstab
from ocfs2lib.node import setup
from ocfs2lib.node import stack
from ocfs2lib.node.difference import ONLINE
from ocfs2lib.pillar import check
from ocfs2lib.pillar.keys import PILLAR

#: It makes Salt read the file as YAML alone: text from a node must not reach Jinja.
SHEBANG = "#!yaml"


@dataclass(frozen=True)
class Adoption:
    """
    What came of it, as sentences where it is not said otherwise.

    ``pillar`` is the whole pillar, a dict, or None if no node knows a cluster. ``oddities`` is all
    that is odd about the cluster; ``obstacles`` are those of them that keep the pillar from being
    applied as it is. ``changes`` is what applying it will do on the hosts, ``notes`` why it says
    what no node can tell.
    """

    pillar: dict | None
    oddities: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def adopt(surveys, silent):
    """
    The :class:`Adoption` of a cluster.

    surveys
        ``{minion id: survey}`` of the nodes that answered, shaped as
        :func:`answers.census.checked_survey` checks.
    silent
        ``{minion id: reason}`` of the others.
    """
    surveys = dict(sorted(surveys.items()))
    found = [_silent(minion, reason) for minion, reason in sorted(silent.items())]
    sections, odd = adoption_cluster.described(surveys, silent)
    found += odd
    if sections is None:
        return _adoption(None, [*found, _nothing(surveys)])
    found += _unknown(sections["nodes"], surveys, silent)
    luns, seen, odd = adoption_luns.described(
        surveys, sections["nodes"], sections["cluster"]["name"]
    )
    found += odd
    section = _section(sections, luns)
    try:
        desired = check.parse(section)
    except PillarInvalid as err:
        found += [Oddity(f"The pillar is not valid yet. {each}", True) for each in err.problems]
        return _adoption(section, found, (), surveys)
    changes, odd = _changes(desired, surveys, seen)
    found += odd
    if not any(each.obstacle for each in found):
        found += _not_mounted(desired, seen)
    return _adoption(section, found, changes, surveys)


def _adoption(section, found, changes=(), surveys=None):
    texts = dict.fromkeys(each.text for each in found)
    obstacles = dict.fromkeys(each.text for each in found if each.obstacle)
    pillar = section and {PILLAR.name: section}
    notes = _notes(surveys or {})
    return Adoption(pillar, tuple(texts), tuple(obstacles), tuple(changes), notes)


def _notes(surveys):
    rules = [
        f"{backend} has rules on {named(minions)}"
        for backend in registry.FIREWALLS
        if (minions := [each for each in surveys if backend in surveys[each]["firewalls"]])
    ]
    return (
        "type: it is on no volume and matters to a format alone; with uuid pinned there is none.",
        f"firewall: none leaves it to you as it is; {' and '.join(rules) or 'no node has rules'}.",
    )


def _section(sections, luns):
    """The whole section, its keys in the order of the model."""
    whole = {**sections, "firewall": {"backend": "none"}, "luns": luns}
    nodes = sorted(whole["nodes"].items(), key=lambda item: item[1]["number"])
    known = (key.name for key in PILLAR.keys if key.name in whole)
    return {**{name: whole[name] for name in known}, "nodes": dict(nodes)}


def _silent(minion, reason):
    return Oddity(
        f"{minion}: {reason}; what it mounts and how it is set is not known. Bring it back and "
        "read the cluster again.",
        obstacle=True,
    )


def _nothing(surveys):
    return Oddity(
        f"{named(surveys) or 'Nobody'}: there is no cluster, neither in /etc/ocfs2/cluster.conf "
        "nor in the kernel, and so nothing to describe. To make one, start from pillar.example.",
        obstacle=True,
    )


def _unknown(nodes, surveys, silent):
    for minion in nodes:
        if minion not in surveys and minion not in silent:
            yield Oddity(
                f"{minion}: cluster.conf has this node, and it is none of the minions that were "
                "asked; it is in the pillar so that cluster.conf stays as it is. If it lives, read "
                "the cluster again with it; if it is gone for good, take it out of nodes and never "
                "give its number to another.",
                obstacle=True,
            )


# ---- what applying the pillar does


def _changes(desired, surveys, seen):
    """What applying a valid pillar would do on each node, and what it would refuse."""
    changes, found = [], []
    for minion, survey in surveys.items():
        if desired.node(minion):
            live = stack.differences(desired, minion, survey["o2cb"])
            found += [_refused(minion, each) for each in live if each.kind != ONLINE]
            gaps = [*live, *setup.differences(desired, minion, survey["setup"], survey["host"])]
            changes += [f"{minion}: {gap}" for gap in gaps]
            changes += [f"{minion}: {each}" for each in _mounts(desired, minion, survey, seen)]
    return changes, found


def _refused(minion, difference):
    return Oddity(
        f"{minion}: {difference}; the formula does not change that in a cluster that is in use. "
        "Correct the pillar, or unmount on every node first.",
        obstacle=True,
    )


def _mounts(desired, minion, survey, seen):
    lines = {
        line["path"]: {"device": line["source"], **_type_and_options(line)}
        for line in survey["fstab"]
    }
    for lun in desired.luns:
        if not fstab.agrees(lun, lines):
            device, options = lun.device, ",".join(fstab.line(lun)["options"])
            yield f"/etc/fstab: {device} {lun.mount.path} ocfs2 {options}"
        facts = seen[lun.key].get(minion)
        if facts and lun.mount.path not in [mount["path"] for mount in facts["mounts"]]:
            yield f"mount LUN {lun.key} on {lun.mount.path}"


def _type_and_options(line):
    return {"fstype": line["fstype"], "options": line["options"]}


def _not_mounted(desired, seen):
    """What the guards say against a mount although nothing above has."""
    for lun in desired.luns:
        case = LunCase(desired, lun, seen[lun.key])
        for refusal in mount_guards.refusals(case):
            yield Oddity(f"LUN {lun.key}: {refusal}", obstacle=True)


# ---- as text


def comment(adoption):
    """The head of the pillar file: what it is, and everything that has to be known about it."""
    cluster = adoption.pillar[PILLAR.name]["cluster"]["name"]
    lines = [
        f"The cluster {cluster} as its nodes had it. Nothing was changed on them.",
        *_findings(adoption),
        *_listed("To be known", adoption.notes),
    ]
    return "".join([f"{SHEBANG}\n", *(_comment_line(line) for line in lines)])


def _findings(adoption):
    rest = [each for each in adoption.oddities if each not in adoption.obstacles]
    return [
        *_listed("It can not be applied as it is", adoption.obstacles),
        *_listed("Odd", rest),
        *_listed("What applying it does on the nodes", adoption.changes),
    ]


def _listed(title, texts):
    return ["", f"{title}:", *(f"- {text}" for text in _grouped(texts))] if texts else []


def _grouped(texts):
    """What is to be said of several nodes is said once."""
    heads = {}
    for text in texts:
        head, separator, said = text.partition(": ")
        heads.setdefault(separator + said, []).append(head)
    return [named(head) + said for said, head in heads.items()]


def _comment_line(line):
    """Whatever a node has in a name, it does not end the line of a comment."""
    plain = " ".join(line.split()).encode("ascii", "replace").decode()
    return f"# {plain}".rstrip() + "\n"


def report(adoption):
    """What was found, as lines for a reader at the terminal."""
    return [line for line in _findings(adoption) if line]
