"""What one does to the iSCSI SAN of a lab: the part of ``Lab`` for a lab with ``san="iscsi"``."""

from __future__ import annotations

from lab.spec import FABRICS


class SanControls:
    """Methods of :class:`lab.lab.Lab` about the lab's own iSCSI target.

    A portal is 0 or 1, the number of the storage network it is on (``lab.spec.PORTALS`` has its
    address). Every method raises LabError, also in a lab whose SAN is of another kind.
    """

    def start_target(self) -> None:
        """Start the target again. It answers at both portals when this returns."""
        self._ask("target", action="start")

    def stop_target(self) -> None:
        """Kill the target, as a power cut of an array does: its ports refuse."""
        self._ask("target", action="stop")

    def cut_portal(self, portal: int) -> None:
        """Cut a storage network in its middle: no frame passes, and no cable looks unplugged."""
        self._ask("set_fabric", network=FABRICS[portal], up=False)

    def restore_portal(self, portal: int) -> None:
        """Let a storage network that was cut pass frames again."""
        self._ask("set_fabric", network=FABRICS[portal], up=True)

    def set_chap(
        self, user: str, password: str = "", user_in: str = "", password_in: str = ""
    ) -> None:
        """Demand CHAP of every login from now on; with an empty ``user`` none.

        With ``user_in`` and ``password_in`` the target proves who it is, too. Who is logged in
        stays.
        """
        chap = {"user": user, "password": password, "user_in": user_in, "password_in": password_in}
        self._ask("target", action="set_chap", **chap)

    def mask(self, node: str | int) -> None:
        """Mask all LUNs from a node and throw it out."""
        self._ask("target", action="refuse", number=self.spec.node(node).number)

    def unmask(self, node: str | int) -> None:
        """Let a node see again what it may see."""
        self._ask("target", action="admit", number=self.spec.node(node).number)

    def withdraw_lun(self, lun: str) -> None:
        """Take a LUN away from all nodes, while their sessions stay: I/O to it fails at once."""
        self._ask("target", action="withdraw", name=lun)

    def present_lun(self, lun: str) -> None:
        """Give a LUN that was withdrawn back."""
        self._ask("target", action="present", name=lun)

    def sessions(self) -> list[dict]:
        """Who is logged in, see :meth:`lab.iscsi.IscsiTarget.sessions`."""
        return self._ask("target", action="sessions")
