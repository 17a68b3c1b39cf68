"""The drop-ins that bind services to their mounts, as ``node.service_dropins`` writes them."""

from ocfs2lib.node import service_dropins
from ocfs2lib.node.parts import setup_part

_DIRECTORY, _NAME = service_dropins.DROP_INS.split("/*.d/")


class ServicesPart(setup_part.SetupPart):
    """``services`` is ``{path: text}`` of the formula's drop-ins."""

    name = "services"
    done = "The services of the LUNs are bound to their mounts."
    shape = {"services": (dict,)}
    texts = (("services",),)

    def facts(self, call, arguments):
        paths = [
            service_dropins.DROP_INS.replace("*.d", directory)
            for directory in call("files.names", _DIRECTORY)
            if directory.endswith(".d")
            and _NAME in call("files.names", f"{_DIRECTORY}/{directory}")
        ]
        texts = {path: call("files.read", path) for path in paths}
        return {"services": {path: text for path, text in texts.items() if text is not None}}

    def differences(self, desired, minion, facts, platform):
        wanted, drop_ins = service_dropins.files(desired, minion), facts["services"]
        stale = [path for path in drop_ins if path not in wanted]
        return [*setup_part.of_files(wanted, drop_ins), *setup_part.present(stale, drop_ins)]

    def close(self, call, found, desired, minion, platform):
        wanted = service_dropins.files(desired, minion)
        for gap in found:
            if gap.subject in wanted:
                call("files.write", gap.subject, wanted[gap.subject])
            else:
                call("files.remove", gap.subject)
        call("systemd.reload")

    def leftovers(self, call):
        drop_ins = self.facts(call, None)["services"]
        return setup_part.present(drop_ins, drop_ins)

    def remove(self, call):
        found = self.leftovers(call)
        for gap in found:
            call("files.remove", gap.subject)
        if found:
            call("systemd.reload")


PART = ServicesPart()
