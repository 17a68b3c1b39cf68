"""The tools: whatever package they come from, they have to be there."""

from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.parts.setup_part import SetupPart

TOOLS = ("mkfs.ocfs2", "mount.ocfs2", "o2cb", "modprobe")


class PackagesPart(SetupPart):
    """Closed by ``pkg.installed`` in ocfs2.package, which goes by the packages of the platform."""

    shape = {"missing": (list,)}
    texts = (("missing",),)

    def facts(self, call, firewall):
        return {"missing": [tool for tool in TOOLS if not call("cmd.which", tool)]}

    def differences(self, desired, minion, facts, platform):
        return [Difference(Part.TOOL, tool, None, "installed") for tool in facts["missing"]]


PART = PackagesPart()
