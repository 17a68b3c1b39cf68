"""The holds, mounts and fstab of a simulated node."""

import copy

from salt.exceptions import CommandExecutionError


class SimulatedMounts:
    """The part of a simulated node that is about its holds and what it has mounted."""

    def ocfs2_hold_put(self, reason, lun=""):
        if lun:
            self.kept["holds"]["luns"][lun] = reason
        else:
            self.kept["holds"]["cluster"] = reason
        return True

    def ocfs2_hold_release(self, lun=""):
        if lun:
            self.kept["holds"]["luns"].pop(lun, None)
        else:
            self.kept["holds"]["cluster"] = None
        return True

    def ocfs2_hold_present(self):
        return copy.deepcopy(self.kept["holds"])

    def ocfs2_device_at(self, path):
        line = self.mounts.get(path) or self.kept["fstab"].get(path, {}).get("device")
        return f"3600{line}" if line else ""

    @staticmethod
    def ocfs2_multipath_release(wwid):
        return True

    def ocfs2_mount_at(self, path):
        found = self.mounts.get(path)
        return found and {"path": path, "source": found, "fstype": "ocfs2", "options": []}

    def ocfs2_mount_mounts(self, fstype):
        return [self.ocfs2_mount_at(path) for path in self.mounts]

    def ocfs2_mount_fstabs(self):
        return copy.deepcopy(self.kept["fstab"])

    def ocfs2_mount_fstab(self, path):
        return self.kept["fstab"].get(path)

    def ocfs2_mount_set_fstab(self, path, device, options):
        line = {"device": device, "fstype": "ocfs2", "options": list(options)}
        self.kept["fstab"][path] = line
        return True

    def ocfs2_mount_rm_fstab(self, path):
        self.kept["fstab"].pop(path, None)
        return True

    @staticmethod
    def ocfs2_mountpoint_hidden(path):
        return ""

    @staticmethod
    def ocfs2_mountpoint_protect(path):
        return True

    @staticmethod
    def ocfs2_mount_ready(services, mounted=()):
        return []

    @staticmethod
    def ocfs2_mount_start(services):
        return []

    def ocfs2_users_busy(self, paths):
        return {path: self.users[path] for path in paths if path in self.mounts and self._in(path)}

    def _in(self, path):
        return self.users.get(path)

    def ocfs2_mount_release(self, path, services=()):
        if path in self.mounts and self._in(path):
            raise CommandExecutionError(f"{path} is in use by {', '.join(self.users[path])}")
        lun = self.world.pillar.luns[0]
        if path == lun.mount.path and path not in self.mounts and self.minion not in lun.nodes:
            self.world.wrong.append(f"{self.minion} is to unmount what it is not to have")
        self.mounts.pop(path, None)
        return True

    def ocfs2_mount_mount(self, path):
        if path in self.mounts:
            return True
        device = self.kept["fstab"][path]["device"]
        reason = self._refusal_of_mount(device)
        if reason:
            raise CommandExecutionError(f"{path} is not mounted (exit code 1): {reason}")
        self.mounts[path] = device
        self.world.check()
        return True

    def _refusal_of_mount(self, device):
        """Why the kernel would not mount, or None."""
        if self.number is None:
            return "Unable to access cluster service"
        others = [
            node
            for node in self.world.nodes.values()
            if node is not self and device in node.mounts.values()
        ]
        if any(not self.agrees_with(other) for other in others):
            return "error 22 or 107: the nodes do not agree"
        if device != self.world.lun.device:
            return None
        if self.world.lun.tool:
            self.world.wrong.append(f"{self.minion} mounts while {self.world.lun.tool} works on it")
            return "the volume is locked"
        if len(others) >= self.world.lun.volume["slots"]:
            return "error 22: no free slots available"
        return None
