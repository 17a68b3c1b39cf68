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
            for name, new, old in zip(NAMES, wanted, settings, strict=True)
            if (old["live"], old["file"]) != (str(new), str(new))
        ]

    def close(self, call, found, desired, minion, platform, path=PATH):
        for gap in found:
            call("sysctl.persist", gap.subject, gap.new, path)

    def leftovers(self, call):
        return setup_part.present([PATH], setup_part.read(call, [PATH]))

    def remove(self, call):
        call("files.remove", PATH)


PART = PanicPart()
