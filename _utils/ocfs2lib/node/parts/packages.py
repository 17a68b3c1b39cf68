"""The tools: whatever package they come from, they have to be there."""

from ocfs2lib.node.parts.setup_part import SetupPart


class PackagesPart(SetupPart):
    """Closed by ``pkg.installed`` in ocfs2.package, which goes by the packages of the platform."""

    name = "packages"
    done = "The tools are installed."
    tools = ("mkfs.ocfs2", "mount.ocfs2", "o2cb", "modprobe")


PART = PackagesPart()
