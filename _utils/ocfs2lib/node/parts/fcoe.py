"""The network interfaces that speak FCoE by software, as ``san.fcoe_config`` describes them."""

from ocfs2lib.node.difference import Part
from ocfs2lib.node.difference import subjects
from ocfs2lib.node.parts import setup_part
from ocfs2lib.platform import platforms
from ocfs2lib.san import fcoe_config


class FcoePart(setup_part.SetupPart):
    """``fcoe`` has under ``files`` ``{path: text}`` of the formula's files."""

    name = "fcoe"
    done = "The interfaces speak FCoE."
    step = setup_part.BRING_LUNS
    units = (*platforms.transport_units("dcb"), *platforms.transport_units("fcoe"))
    tools = ("fcoeadm",)
    shape = {"fcoe": {"files": (dict,)}}
    texts = (("fcoe", "files"),)

    def is_described(self, desired):
        return bool(desired.san.fcoe)

    def needed_tools(self, desired):
        return self.tools if self.is_described(desired) else ()

    def packages(self, desired, platform, lacking=None):
        found = [platform.transports[each].packages for each in _transports(desired)]
        return tuple(package for packages in found for package in packages)

    def facts(self, call, arguments):
        directory = fcoe_config.DIRECTORY
        paths = [
            f"{directory}/{name}"
            for name in call("files.names", directory)
            if name.startswith(fcoe_config.PREFIX)
        ]
        texts = {path: call("files.read", path) for path in paths}
        ours = {path: text for path, text in texts.items() if fcoe_config.is_ours(text)}
        return {"fcoe": {"files": ours}}

    def differences(self, desired, minion, facts, platform):
        wanted, there = fcoe_config.files(desired.san.fcoe), facts["fcoe"]["files"]
        found = setup_part.of_files(wanted, there)
        found += setup_part.present([path for path in there if path not in wanted], there)
        units = _units(desired, platform) if platform else ()
        return found + [each for unit in units for each in setup_part.disabled(unit, facts)]

    def close(self, call, found, desired, minion, platform):
        wanted, changed = fcoe_config.files(desired.san.fcoe), subjects(found, Part.FILE)
        setup_part.write(call, wanted, found)
        for path in changed - wanted.keys():
            call("files.remove", path)
        units = _units(desired, platform)
        for unit in units:
            setup_part.start_unit(call, unit)
        if units:
            call("ocfs2_fcoe.start", [port.interface for port in desired.san.fcoe], units[-1])

    def leftovers(self, call):
        there = self.facts(call, None)["fcoe"]["files"]
        return setup_part.present(there, there)

    def remove(self, call):
        for gap in self.leftovers(call):
            call("files.remove", gap.subject)


PART = FcoePart()


def _transports(desired):
    """The transports that the ports need, by their keys in ``Platform.transports``."""
    needed = ["dcb"] if any(port.dcb for port in desired.san.fcoe) else []
    return [*needed, "fcoe"] if desired.san.fcoe else []


def _units(desired, platform):
    return [unit for each in _transports(desired) for unit in platform.transports[each].units]
