"""What the kernel does after a panic and an oops, now and after the next boot."""

from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.parts import setup_part
from ocfs2lib.node.parts.setup_part import MAYBE_TEXT

NAMES = ("kernel.panic", "kernel.panic_on_oops")
PATH = "/etc/sysctl.d/60-ocfs2.conf"


class PanicPart(setup_part.SetupPart):
    """``panic`` is ``{name: {"live", "file"}}``: what runs, and what the next boot sets."""

    name = "panic"
    done = "The kernel is set as described."
    shape = {"panic": {name: {"live": MAYBE_TEXT, "file": MAYBE_TEXT} for name in NAMES}}

    def facts(self, call, arguments):
        return {"panic": call("o2cb_setup.panic", PATH)}

    def differences(self, desired, minion, facts, platform):
        wanted = (desired.kernel.panic, int(desired.kernel.panic_on_oops))
        settings = map(facts["panic"].get, NAMES)
        return [
            Difference(Part.PANIC, name, f"{old['live']}, at boot {old['file'] or 'not set'}", new)
            for name, new, old in zip(NAMES, wanted, settings)
            if (old["live"], old["file"]) != (str(new), str(new))
        ]

    def close(self, call, found, desired, minion, platform, path=PATH):
        wanted = {gap.subject: gap.new for gap in found}
        call("files.write", path, _with_settings(call("files.read_exactly", path) or "", wanted))
        for name, value in wanted.items():
            call("sysctl.assign", name, value)

    def leftovers(self, call):
        return setup_part.present([PATH], setup_part.read(call, [PATH]))

    def remove(self, call):
        call("files.remove", PATH)


PART = PanicPart()


def _with_settings(text, wanted):
    """Return the text of a file of sysctl.d with these settings; its other lines stay."""
    others = [line for line in text.splitlines() if line.partition("=")[0].strip() not in wanted]
    return "\n".join([*others, *(f"{name} = {value}" for name, value in wanted.items()), ""])
