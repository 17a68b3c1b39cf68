"""
What is judged about a LUN before it is formatted or mounted: what it should be, and what every
node sees in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from ocfs2lib.lun import contents
from ocfs2lib.lun import ledger
from ocfs2lib.lun.wwid import same_wwid


@dataclass(frozen=True)
class NodeView:
    """
    What one node sees in the place of a LUN.

    minion, facts
        The node, and what ``ocfs2.probe`` found there.
    key, device, wwid, size
        The LUN as it should be: its key in pillar, stable name, WWID and bytes.
    block_size
        Bytes of a block that pillar has chosen for the volume, None for what mkfs.ocfs2 makes.
    started_uuid
        The UUID of the volume as which the LUN's format is on record as begun, ``""`` for none.
    reached
        Whether the leader of that format is known to have begun to write it.
    proof
        Whether the node was asked to prove that the LUN is blank.
    """

    minion: str
    facts: dict
    key: str
    device: str
    wwid: str
    size: int
    block_size: int | None = None
    started_uuid: str = ""
    reached: bool = False
    proof: bool = True

    @property
    def shows_lun(self):
        """Whether what the node sees under the LUN's name is the LUN."""
        wwid = self.facts["wwid"]
        return bool(wwid) and not self.facts["error"] and same_wwid(wwid, self.wwid)

    @property
    def is_cut_format(self):
        """
        Whether this is the volume that our own format, on record as begun, was cut short of.

        It has the UUID that was chosen for it before the format, and nobody ever mounted it.
        """
        return self._is_started_volume and self.facts["half_made"] is True

    @property
    def _is_started_volume(self):
        volume = self.facts["volume"]
        return bool(volume and self.started_uuid) and volume["uuid"] == self.started_uuid

    @property
    def foreign_contents(self):
        """
        What the LUN holds that the format on record did not put there, as text, ``""`` for nothing.

        Bytes without a volume and without a signature may be what our own format was cut short of;
        nobody can tell by looking at them.
        """
        facts = self.facts
        unclear = self.started_uuid and not facts["volume"] and not facts["signature"]
        if not self.shows_lun or unclear:
            return ""
        return (contents.beside_format if self._is_started_volume else contents.describe)(facts)


def is_concerned(lun, minion, facts):
    """
    Return whether what a node sees counts: it is to have the LUN, or sees it all the same.

    lun
        The LUN, :class:`pillar.sections.luns_keys.Lun`.
    minion, facts
        A node, and what ``ocfs2.probe`` found there under the LUN's name.
    """
    return minion in lun.nodes or (bool(facts["wwid"]) and same_wwid(facts["wwid"], lun.wwid))


@dataclass(frozen=True)
class LunCase:
    """
    One LUN and all that is known of it.

    desired, lun
        What pillar says (:class:`pillar.desired.Desired`, :class:`pillar.sections.luns_keys.Lun`).
    seen
        ``{minion id: facts}``, the LUN's entry of every node that answered the census and is
        concerned (:func:`is_concerned`).
    silent
        ``{minion id: why}`` (:class:`node.reasons.Silence`) of every node of the roster that did
        not answer or is not fit.
    record
        What the ledger has of the LUN (:class:`lun.ledger.Record`), the reason why it cannot
        be read (text), or None where there is no ledger: on a node.
    formatting
        ``{minion id: WWID}`` of the nodes that are formatting a LUN at this moment.
    formats
        ``{minion id: {UUID: verdict}}``: the volumes that each node began to make by its audit log
        (:func:`lun.audit.formats`); None instead where that cannot be read.
    proof
        Whether the nodes were asked to prove that the LUN is blank. Where they were not, nothing
        may be formatted on the strength of the case.
    overlaps
        ``{WWID: text}``: what the ledger has of its partitions or, of a partition, of its whole LUN
        (:meth:`lun.ledger.Ledger.overlapping`).
    """

    desired: object
    lun: object
    seen: dict
    silent: dict = field(default_factory=dict)
    record: object = None
    formatting: dict = field(default_factory=dict)
    formats: dict = field(default_factory=dict)
    proof: bool = True
    overlaps: dict = field(default_factory=dict)

    def views(self):
        """The :class:`NodeView` of each node that answered, by minion id."""
        lun, started = self.lun, self.started_format
        return [
            NodeView(
                minion,
                facts,
                key=lun.key,
                device=lun.device,
                wwid=lun.wwid,
                size=lun.size,
                block_size=lun.block_size,
                started_uuid=started.uuid if started else "",
                reached=bool(self.last_verdict),
                proof=self.proof,
            )
            for minion, facts in sorted(self.seen.items())
        ]

    @property
    def members(self):
        """What the LUN's own nodes see, as :attr:`seen`."""
        return {minion: each for minion, each in self.seen.items() if minion in self.lun.nodes}

    @property
    def started_format(self):
        """The record of a format that was ordered and has not been read back, or None."""
        record = self.record
        known = isinstance(record, ledger.Record)
        return record if known and record.state == ledger.FORMATTING else None

    @property
    def last_verdict(self):
        """What the leader of the format on record has in its audit log of it last (one of
        ``lun.audit.REACHED``), ``""`` if nothing of it, or if that is not known."""
        started = self.started_format
        known = started and self.formats.get(started.leader)
        return (known or {}).get(started.uuid, "") if known else ""

    @property
    def mounted(self):
        """The set of minions that have the LUN mounted where pillar says."""
        path = self.lun.mount.path
        return {
            minion
            for minion, facts in self.seen.items()
            if path in [mount["path"] for mount in facts["mounts"]]
        }

    @property
    def observed(self):
        """Whether a node sees the LUN and could read it; a record alone is no observation."""
        return any(view.shows_lun and not view.facts["unreadable"] for view in self.views())

    @property
    def sizes(self):
        """``{minion: bytes}``: how much of the LUN each node sees, where that is known."""
        return {
            view.minion: view.facts["size"]
            for view in self.views()
            if view.facts["size"] and view.shows_lun
        }

    @property
    def behind(self):
        """``{minion: bytes}`` of those who see less of the LUN than another node."""
        sizes = self.sizes
        largest = max(sizes.values(), default=0)
        return {minion: size for minion, size in sizes.items() if size < largest}

    @property
    def foreign_contents(self):
        """What the LUN holds that our own format did not put there, and by which node that was
        seen, as text; ``""`` for nothing."""
        for view in self.views():
            if view.foreign_contents:
                return f"{view.foreign_contents} on {view.minion}"
        return ""
