"""What one node found on a device, as the case of a plan that asks for a format."""

import dataclasses

from ocfs2lib.lun.case import LunCase
from support import answers

PILLAR = answers.desired()


def seen_by_all(facts, size=None):
    """The case of the plan when every node of the roster finds this, on the LUN of pillar."""
    lun = dataclasses.replace(PILLAR.luns[0], size=facts["size"] if size is None else size)
    seen = {node.minion: {**facts, "wwid": lun.wwid} for node in PILLAR.nodes}
    return LunCase(PILLAR, lun, seen)
