"""The subsystems that a node connects to, by the unit of ``san.nvme_unit``."""

from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.difference import subjects
from ocfs2lib.node.parts import setup_part
from ocfs2lib.san import nvme_unit


class NvmePart(setup_part.SetupPart):
    """``nvme`` is what ``ocfs2_nvme.facts`` returns."""

    name = "nvme"
    done = "The NVMe subsystems are connected."
    step = setup_part.BRING_LUNS
    files = (nvme_unit.UNIT_PATH, nvme_unit.SCRIPT_PATH)
    units = (nvme_unit.UNIT,)
    tools = ("nvme",)
    shape = {"nvme": {"host": setup_part.MAYBE_TEXT, "controllers": (list,)}}
    text_lists = (("nvme", "controllers"),)

    def is_described(self, desired):
        return bool(desired.san.nvme)

    def needed_tools(self, desired):
        return self.tools if self.is_described(desired) else ()

    def packages(self, desired, platform, lacking=None):
        return platform.transports["nvme"].packages if desired.san.nvme else ()

    def arguments(self, desired):
        return bool(desired.san.nvme)

    def facts(self, call, arguments):
        return {"nvme": call("ocfs2_nvme.facts", bool(arguments))}

    def is_nameless(self, desired, facts):
        return bool(desired.san.nvme) and not facts["nvme"]["host"]

    def conflicts(self, desired, facts):
        if not desired.san.nvme:
            return {}
        return setup_part.shared(
            {minion: each["nvme"]["host"] for minion, each in facts.items()},
            "It connects by the host NQN {name}, as {others} does: an array takes the two for one",
            "give each host one of its own, nqn.2014-08.org.nvmexpress:uuid: and a UUID that "
            f"uuidgen prints, in {nvme_unit.HOST_NQN_PATH}, and connect anew",
            "initiator-shared",
        )

    def differences(self, desired, minion, facts, platform):
        wanted = _files(desired)
        if not wanted:
            return setup_part.present(self.files, facts["files"])
        found = setup_part.of_files(wanted, facts["files"]) + setup_part.disabled(
            *self.units, facts
        )
        return found + _controllers(desired, facts["nvme"]["controllers"])

    def close(self, call, found, desired, minion, platform):
        if not desired.san.nvme:
            self.remove(call)
            return
        changed = subjects(found, Part.FILE)
        setup_part.write(call, _files(desired), found)
        if changed:
            call("systemd.reload")
        call("systemd.unit", "enable", nvme_unit.UNIT)
        if call("systemd.booted"):
            # What is connected stays connected.
            call("systemd.unit", "restart", nvme_unit.UNIT)
        pairs = [list(each) for each in nvme_unit.pairs(desired.san.nvme)]
        call("ocfs2_nvme.await_connected", pairs, _fail_after(desired))

    def leftovers(self, call):
        return setup_part.present(self.files, setup_part.read(call, self.files))

    def remove(self, call):
        if self.leftovers(call):
            setup_part.remove_unit(call, nvme_unit.UNIT, nvme_unit.UNIT_PATH)
            call("files.remove", nvme_unit.SCRIPT_PATH)


PART = NvmePart()


def _files(desired):
    return nvme_unit.files(desired.san.nvme, desired.cluster.heartbeat_threshold)


def _fail_after(desired):
    return nvme_unit.fail_after(desired.cluster.heartbeat_threshold)


def _controllers(desired, known):
    """The differences of connections: those that are missing, and those that wait otherwise."""
    seconds = {(nqn, portal): tmo for nqn, portal, _, tmo in known}
    wanted = f"fast_io_fail_tmo {_fail_after(desired)}"
    found = []
    for nqn, portal in nvme_unit.pairs(desired.san.nvme):
        have = seconds.get((nqn, portal))
        old = None if have is None else f"fast_io_fail_tmo {have}"
        if old != wanted:
            subject = f"{nqn} at {portal}"
            found.append(Difference(Part.NVME_CONTROLLER, subject, old, wanted))
    return found
