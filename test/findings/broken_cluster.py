"""A healthy cluster of guests, to break one thing in at a time."""

import json
import subprocess

from faults.arena import wait_for
from integration.conftest import NODES
from integration.conftest import LabCluster
from support.images import BLOCK
from support.images import inode

from .breakage import LUN
from .breakage import MOUNT
from .breakage import PATH
from .breakage import UMOUNT

#: Seconds that a node may take to go down, or the others to give it up.
_LIMIT = 400


class BrokenCluster(LabCluster):
    """Three nodes with the volumes ``primary`` and :data:`findings.breakage.LUN` mounted."""

    LUNS = ("primary:3G", f"{LUN}:1536M", "spare:3G")

    def __init__(self, lab):
        super().__init__(lab)
        self.add_lun(self.section, LUN, type="mail", slots=6)
        self._whole = None

    def make(self, lun, argv):
        """Make something on a LUN, as another host of the SAN might."""
        if argv:
            subprocess.run([*argv, self.lab.lun_path(lun)], check=True, stdin=subprocess.DEVNULL)

    def copy_lun(self, source, target):
        """What an array does that makes a clone."""
        _copy(self.lab.lun_path(source), self.lab.lun_path(target))

    def lose_volume(self, lun):
        """Have a LUN show nothing but zeros, as an array can while it restores a copy."""
        for node in NODES:
            self.must(node, "sh", "-c", UMOUNT)
        _copy(self.lab.lun_path(lun), self._aside(lun))
        self.lab.blank_lun(lun)

    def find_volume(self, lun):
        """What :meth:`lose_volume` has done, undone."""
        _copy(self._aside(lun), self.lab.lun_path(lun))
        self._aside(lun).unlink()
        for node in NODES:
            self.must(node, "sh", "-c", MOUNT)

    def _aside(self, lun):
        return self.lab.lun_path(lun).with_suffix(".aside")

    def stand_still(self, node):
        """Freeze a node until the others have given it up, and let it go on."""
        self.give_up(node)
        self.lab.thaw(node)

    def give_up(self, node):
        """Freeze a node until the others have evicted it."""
        before = self._evictions()
        self.lab.freeze(node)
        wait_for("the others to give it up", lambda: self._evictions() > before, _LIMIT)

    def _evictions(self):
        return self.must(1, "dmesg").count("has evicted node")

    def cut_off(self, node, cut, restore=lambda: None):
        """Take something from a node until it has gone down by itself, and have it come back."""
        boots = self.lab.node_state(node)["boots"]
        cut()
        wait_for("the node to go down", lambda: self.lab.node_state(node)["boots"] > boots, _LIMIT)
        restore()
        self.wait_back(node)

    def restart(self, node):
        """Cut the power of a node, and have it come back."""
        self.lab.power_cut(node)
        self.lab.start(node)
        self.wait_back(node)

    def wait_back(self, node):
        """Wait until a node that boots has mounted everything and answers."""
        for path in ("/san/primary", PATH):
            self.wait_mounted(node, path)
        self.lab.wait_minions([node])

    def damage(self, node, lun):
        """Spoil a directory on the array, and have a node read it."""
        self.must(node, "sh", "-c", UMOUNT)
        path = self.lab.lun_path(lun)
        offset = inode(path, "/lost+found")
        with path.open("rb") as file:
            file.seek(offset)
            self._whole = path, offset, file.read(BLOCK)
        self._write(bytes(8))
        self.must(node, "sh", "-c", f"{MOUNT} && ! ls {PATH}/lost+found")

    def repair(self, node):
        """What :meth:`damage` has done, undone."""
        self._write(self._whole[2])
        self.must(node, "sh", "-c", f"{UMOUNT} && {MOUNT}")

    def _write(self, start):
        """Begin the block that is spoilt, or was, with some bytes."""
        path, offset, _ = self._whole
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(start)

    def explain(self, node):
        """Why a node restarted, as ``salt-run ocfs2.explain`` tells a script."""
        answer = self.lab.salt_run("ocfs2.explain", f"host{node}", "hours=1", "--out=json")
        (cluster,) = json.loads(answer.stdout)["clusters"].values()
        return cluster["case"], answer.rc


def _copy(source, target):
    """Copy what is not zero; the target, which shows zeros, keeps its size all the time."""
    subprocess.run(
        ["dd", f"if={source}", f"of={target}", "bs=1M", "conv=notrunc,sparse", "status=none"],
        check=True,
    )
