"""
What several nodes see of the LUNs of a SAN, held against each other before any pillar names one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ocfs2lib.adoption.statement import Statement
from ocfs2lib.lun import contents
from ocfs2lib.pillar.sections.luns_keys import DEVICE


@dataclass(frozen=True)
class SeenLun:
    """
    One LUN. ``wwid`` is None for a disk without; ``seen`` is ``{minion id: [facts]}`` of those that
    see it, with the facts of each of its disks or maps there; ``minions`` are all that answered.
    """

    wwid: str | None
    seen: dict
    minions: tuple

    @property
    def facts(self):
        """Return ``(minion id, facts)`` of everything that is seen of it."""
        return [(minion, each) for minion, disks in self.seen.items() for each in disks]

    @property
    def sizes(self):
        """Return ``{bytes: [minion ids]}``, where that is known."""
        return _grouped((facts["size"], minion) for minion, facts in self.facts if facts["size"])

    @property
    def paths(self):
        """Return ``{minion id: how many disks lead to it}``."""
        return {
            minion: sum(len(facts["paths"]) or 1 for facts in disks)
            for minion, disks in self.seen.items()
        }

    @property
    def contents(self):
        """
        Return ``{what it holds, as text: [minion ids]}``; ``no signature`` is not blank, for no
        samples were read. What could not be read is not in it.
        """
        return _grouped(
            (contents.describe(facts) or "no signature", minion)
            for minion, facts in self.facts
            if not facts["unreadable"]
        )

    @property
    def unreadable(self):
        """Return ``{why it could not be read: [minion ids]}``."""
        return _grouped(
            (facts["unreadable"], minion) for minion, facts in self.facts if facts["unreadable"]
        )

    @property
    def users(self):
        """Return ``{minion id: [who uses it there, as text]}`` of those where anybody does."""
        found = {}
        for minion, facts in self.facts:
            found.setdefault(minion, []).extend(_users(facts))
        return {minion: users for minion, users in found.items() if users}

    @property
    def is_of_hosts(self):
        """Return whether a host uses it for something else than a mount of an OCFS2."""
        return any(
            facts["swap"]
            or facts["above"]
            or facts["busy"]
            or any(mount["fstype"] != "ocfs2" for mount in facts["mounted"])
            for _, facts in self.facts
        )

    @property
    def is_local(self):
        """Return whether no SAN leads to it."""
        return all(facts["local"] for _, facts in self.facts)

    @property
    def device(self):
        """Return the best name that is stable and the same wherever it is seen, or None."""
        names = [
            [name for name in facts["names"] if re.fullmatch(DEVICE, name)]
            for _, facts in self.facts
        ]
        return next((name for name in names[0] if all(name in each for each in names)), None)

    @property
    def unseen(self):
        """Return the minion ids of those that answered and do not see it."""
        return [minion for minion in self.minions if minion not in self.seen]

    @property
    def title(self):
        """Return how to name it to a reader."""
        minion, facts = self.facts[0]
        return f"LUN {self.wwid}" if self.wwid else f"{facts['node']} on {minion}"


def seen_luns(inventories):
    """
    Return every LUN that somebody sees as a :class:`SeenLun`, by WWID.

    inventories
        ``{minion id: inventory}``, shaped as :func:`answers.inventory.checked` checks.
    """
    found = {}
    for minion, inventory in sorted(inventories.items()):
        for node, facts in sorted(inventory["luns"].items()):
            wwid = facts["wwid"]
            key = (wwid.lower(), "", "") if wwid else ("~", minion, node)
            found.setdefault(key, {}).setdefault(minion, []).append(facts)
    minions = tuple(sorted(inventories))
    return [
        SeenLun(next(iter(seen.values()))[0]["wwid"], seen, minions)
        for _, seen in sorted(found.items())
    ]


def flags(luns, inventories):
    """
    Return each mix-up as a :class:`adoption.statement.Statement`.

    luns
        What :func:`seen_luns` returned.
    inventories
        As for that.
    """
    found = [flag for lun in luns for flag in _of_lun(lun)]
    return [*found, *_of_names(luns), *_of_initiators(inventories)]


def _of_lun(lun):
    for why, minions in lun.unreadable.items():
        yield Statement((lun.title,), f"it cannot be read on {', '.join(minions)}: {why}")
    idle = [minion for minion in lun.seen if minion not in lun.users]
    if lun.is_of_hosts and idle:
        yield Statement(
            (lun.title,),
            f"{', '.join(lun.users)} use it for themselves and {', '.join(idle)} see it too: hide "
            "it from them, or they can destroy it",
        )
    if lun.is_of_hosts or lun.is_local or not lun.wwid:
        return
    if lun.unseen:
        yield Statement(
            (lun.title,),
            f"{', '.join(lun.seen)} see it and {', '.join(lun.unseen)} do not: present it to them, "
            "hide it, or name those that are to have it under nodes",
        )
    if len(lun.sizes) > 1:
        texts = [f"{size} bytes on {', '.join(those)}" for size, those in lun.sizes.items()]
        yield Statement((lun.title,), f"it has {' and '.join(texts)}: rescan it on every node")
    if len(lun.contents) > 1:
        texts = [f"{what} on {', '.join(those)}" for what, those in lun.contents.items()]
        yield Statement((lun.title,), f"it shows {' and '.join(texts)}: two LUNs may have one WWID")
    yield from _of_paths(lun)


def _of_paths(lun):
    maps = [minion for minion, facts in lun.facts if facts["paths"]]
    for minion, disks in lun.seen.items():
        nodes = ", ".join(each["node"] for each in disks)
        if len(disks) > 1:
            yield Statement(
                (lun.title,),
                f"{nodes} on {minion} are this one LUN without a multipath map: set up multipath",
            )
        elif maps and minion not in maps:
            yield Statement(
                (lun.title,),
                f"it is {nodes} on {minion} and a multipath map on {', '.join(maps)}: set up "
                "multipath there too",
            )


def _of_names(luns):
    homes = {}
    # Of what has no WWID nobody can tell whether it is the same elsewhere.
    for lun in (each for each in luns if each.wwid):
        for minion, facts in lun.facts:
            for name in facts["names"]:
                homes.setdefault(name, {}).setdefault(lun.title, []).append(minion)
    for name, titles in homes.items():
        if len(titles) > 1:
            texts = [f"{title} on {', '.join(minions)}" for title, minions in titles.items()]
            yield Statement(
                (name,), f"it is {' and '.join(texts)}: give each LUN one alias on all nodes"
            )


def _of_initiators(inventories):
    names = {minion: each["initiator"] for minion, each in sorted(inventories.items())}
    for name, minions in _grouped((name, minion) for minion, name in names.items() if name).items():
        if len(minions) > 1:
            yield Statement(
                tuple(minions),
                f"they have one iSCSI initiator name, {name}, so that the array takes them for one "
                "host: give each its own in /etc/iscsi/initiatorname.iscsi and log in again",
            )


def _users(facts):
    users = [f"mounted on {mount['path']} ({mount['fstype']})" for mount in facts["mounted"]]
    users += ["swap"] * facts["swap"]
    # Partitions and maps that nobody has mounted are told too: somebody made them.
    users += [f"carries {', '.join(facts['above'])}"] if facts["above"] else []
    if facts["busy"] and not users:
        users = ["opened exclusively by another program"]
    return users


def _grouped(pairs):
    """Return ``{value: [minion ids]}`` of ``(value, minion id)``, each minion once."""
    found = {}
    for value, minion in pairs:
        found.setdefault(value, {})[minion] = None
    return {value: list(minions) for value, minions in found.items()}
