"""How the cluster comes up at boot and goes down at shutdown: the unit of ``node.units``."""

from ocfs2lib.node import units
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.difference import subjects
from ocfs2lib.node.parts import setup_part


class BootPart(setup_part.SetupPart):
    """The unit of the cluster, its scripts, and the package's unit that never runs."""

    name = "boot"
    done = f"{units.UNIT} is set up."
    step = setup_part.BEFORE_CLUSTER
    files = (units.UNIT_PATH, units.START_PATH, units.STOP_PATH)
    units = (units.UNIT, units.PACKAGE_UNIT)

    def differences(self, desired, minion, facts, platform):
        if platform is None:
            return []
        found = setup_part.of_files(units.files(desired, platform), facts["files"])
        if units.PACKAGE_UNIT not in facts["masked"]:
            found.append(Difference(Part.UNIT, units.PACKAGE_UNIT, "not masked", "masked"))
        return found + setup_part.disabled(units.UNIT, facts)

    def close(self, call, found, desired, minion, platform):
        setup_part.write(call, units.files(desired, platform), found)
        changed = subjects(found, Part.UNIT)
        if units.PACKAGE_UNIT in changed:
            call("systemd.unit", "mask", units.PACKAGE_UNIT)
        if units.UNIT in changed:
            call("systemd.unit", "enable", units.UNIT)
        call("systemd.reload")

    def leftovers(self, call):
        paths = (units.START_PATH, units.STOP_PATH, units.UNIT_PATH)
        found = setup_part.present(paths, setup_part.read(call, paths))
        if call("systemd.masked", units.PACKAGE_UNIT):
            found.append(Difference(Part.UNIT, units.PACKAGE_UNIT, "masked", "not masked"))
        return found

    def remove(self, call):
        found = self.leftovers(call)
        if units.UNIT_PATH in subjects(found, Part.FILE):
            setup_part.remove_unit(call, units.UNIT, units.UNIT_PATH)
        for path in (units.START_PATH, units.STOP_PATH):
            call("files.remove", path)
        if subjects(found, Part.UNIT):
            call("systemd.unit", "unmask", units.PACKAGE_UNIT)
            call("systemd.reload")


PART = BootPart()
