"""A simulated LUN with its volume, and what the tools of a simulated node do to it."""

import copy

from salt.exceptions import CommandExecutionError

from support import answers


class SimulatedLun:
    """
    The LUN on the array; ``volume`` is as ``ocfs2.probe`` tells it, ``tool`` who works on it, and
    ``task`` what was begun there last.
    """

    def __init__(self, pillar, slots):
        self.device, self.wwid = pillar.luns[0].device, pillar.luns[0].wwid
        self.size = pillar.luns[0].size
        self.volume = answers.volume(pillar, slots=slots)
        self.tool, self.findings, self.free = None, [], 1 << 40
        self.task = ""
        #: Whether its journals count blocks in 64 bits.
        self.block64 = True
        #: Numbers whose slots the others have yet to recover.
        self.unrecovered = []


class SimulatedLunTools:
    """The part of a simulated node that is about the LUN and its volume."""

    def ocfs2_probe(self, device, prove_blank=False):
        lun = self.world.lun
        if not self.sees_lun:
            absent = {"error": f"{device}: No such file or directory", "wwid": None, "size": 0}
            return answers.lun(self.world.pillar, **absent, paths={}, written=None)
        mounts = [
            {"path": path, "options": ["rw"]}
            for path, source in self.mounts.items()
            if source == device
        ]
        return answers.lun(
            self.world.pillar,
            size=self.size,
            volume=copy.deepcopy(lun.volume),
            mounts=mounts,
            written=None,
            half_made=False,
        )

    def ocfs2_volume_rescan(self, device):
        if not self.sees_lun:
            raise CommandExecutionError(f"{device}: No such file or directory")
        self.size = self.world.lun.size
        return self.size

    def _meant(self, device, uuid):
        lun = self.world.lun
        if not self.sees_lun:
            raise CommandExecutionError(f"{device}: No such file or directory")
        assert (device, uuid) == (lun.device, lun.volume["uuid"])
        return lun

    def ocfs2_volume_grow(self, device, uuid):
        lun = self._meant(device, uuid)
        if device not in self.mounts.values():
            raise CommandExecutionError(f"{device} is not mounted here")
        seeing = [node for node in self.world.nodes.values() if node.sees_lun]
        small = [node.minion for node in seeing if node.size < self.size]
        if small:
            self.world.wrong.append(f"grown although {', '.join(small)} see the old size")
        lun.volume["size"] = self.size // lun.volume["cluster_size"] * lun.volume["cluster_size"]
        return True

    def _alone(self, lun, task):
        """A tool that needs the volume for itself begins to work, or comes to its end."""
        if (lun.tool, lun.task) == (self.minion, task):
            lun.tool = None
            return
        if self.number is None:
            raise CommandExecutionError("Unable to access cluster service")
        mounted = [node.minion for node in self.world.nodes.values() if node.has(lun.device)]
        if mounted:
            self.world.wrong.append(f"a tool is started while {', '.join(mounted)} has it mounted")
            raise CommandExecutionError("Trylock failed while opening device")
        if lun.tool:
            self.world.wrong.append(f"a second tool is started beside that on {lun.tool}")
            raise CommandExecutionError("Trylock failed while opening device")
        lun.task = task

    def has(self, device):
        return device in self.mounts.values()

    def ocfs2_volume_slots(self, device, uuid, count):
        lun = self._meant(device, uuid)
        self._alone(lun, f"slots {count}")
        lun.volume["slots"] = count
        return True

    def ocfs2_volume_check(self, device, uuid, key, repair=False):
        lun = self._meant(device, uuid)
        self._alone(lun, "repair" if repair else "check")
        found = list(lun.findings)
        if repair:
            lun.findings = []
        log = f"/var/log/ocfs2-fsck-{key}.log"
        ended = "ABORTED" not in found
        return {"ended": ended, "findings": found, "count": len(found), "log": log, "said": ""}

    def ocfs2_volume_members(self, device, uuid):
        lun = self._meant(device, uuid)
        numbers = [
            node.number
            for node in self.world.nodes.values()
            # A tool beats on the volume that it works on, as a mount does.
            if node.up and (node.has(device) or lun.tool == node.minion)
        ]
        return {"beating": sorted(numbers), "slots": sorted([*numbers, *lun.unrecovered])}

    def ocfs2_volume_has_block64(self, device, uuid):
        return self._meant(device, uuid).block64

    def ocfs2_volume_room(self, device, uuid):
        return {"free": self._meant(device, uuid).free, "journal": 256 << 20}

    def ocfs2_volume_at_work(self):
        lun = self.world.lun
        if lun.tool != self.minion:
            return []
        return [{"volume": lun.volume["uuid"], "task": lun.task}]
