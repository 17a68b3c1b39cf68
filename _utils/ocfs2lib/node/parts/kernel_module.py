"""The ocfs2 modules: which packages bring them, or the one file that does."""

from ocfs2lib.errors import PackageRefused
from ocfs2lib.node import signing
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.parts import setup_part
from ocfs2lib.node.reasons import Reason
from ocfs2lib.pillar.sections import module_keys
from ocfs2lib.platform import platforms
from ocfs2lib.platform.package_manager import MANAGERS

#: What was installed from a file: its SHA-256 and, on the next line, the package.
RECORD = "/etc/ocfs2/module-package"


class KernelModulePart(setup_part.SetupPart):
    """``module_package`` says whether the package that :data:`RECORD` names is installed."""

    name = "module"
    done = "The package with the kernel modules is installed."
    step = setup_part.BEFORE_PACKAGES
    files = (RECORD,)
    shape = {"module_package": (bool,)}

    def concerns(self, desired, platform):
        module = desired.kernel.module
        return bool(module) and module.source in module_keys.FILES

    def packages(self, desired, platform, lacking=None):
        module = desired.kernel.module
        if module and module.source == module_keys.PACKAGE:
            return module.packages
        if module and module.source in module_keys.FILES:
            return ()
        return platform.module.packages(lacking) if lacking else ()

    def unsupported(self, desired, platform, facts):
        module = desired.kernel.module
        if not self.concerns(desired, platform):
            return []
        kind = platform.manager.kind
        if module.source == kind:
            return []
        what = f"on {platform.name} nothing installs the {module.source} of kernel:module"
        return [Reason(what, f"name a {kind}, or another source, there", "host-unfit")]

    def facts(self, call, arguments):
        _, _, package = (call("files.read", RECORD) or "").partition("\n")
        named = package.strip()
        there = named and any(manager.is_installed(call, named) for manager in MANAGERS)
        return {"module_package": bool(there)}

    def differences(self, desired, minion, facts, platform):
        module = desired.kernel.module
        if not self.concerns(desired, platform):
            return []
        recorded, _, package = (facts["files"][RECORD] or "").partition("\n")
        if facts["module_package"] and recorded == module.sha256:
            return []
        return [Difference(Part.MODULE_PACKAGE, None, package.strip() or None, module.url)]

    def close(self, call, found, desired, minion, platform):
        module = desired.kernel.module
        keys = signing.fetched(call, {module.key: module.fingerprints})
        path = _fetched(call, module.url)
        digest = call("package_files.sha256", path)
        if digest != module.sha256:
            raise PackageRefused(
                f"the SHA-256 of {module.url} is {digest}, not {module.sha256}; it was not "
                "installed. Fix: ask its owner which is right, and correct kernel:module."
            )
        signature = None if module.source == "rpm" else _fetched(call, f"{module.url}.asc")
        call("package_files.check_signature", path, keys, signature)
        platform.manager.install_from(call, path)
        package = platform.manager.name_in(call, path)
        call("files.write", RECORD, f"{digest}\n{package}\n")

    def leftovers(self, call):
        return setup_part.present([RECORD], setup_part.read(call, [RECORD]))

    def remove(self, call):
        call("files.remove", RECORD)


PART = KernelModulePart()


def brought_by(desired, host):
    """Return the packages that bring the modules which the running kernel lacks, by name, or the
    file that does; empty if nothing but another kernel helps.

    desired
        Pillar as ``pillar.desired.Desired``.
    host
        What ``ocfs2_node.host`` returned there.
    """
    module, platform = desired.kernel.module, platforms.of(host)
    if platform is None:
        return ()
    if module and module.source in module_keys.FILES:
        return (module.url,)
    return PART.packages(desired, platform, host["kernel"])


def _fetched(call, url):
    path = call("cp.cache_file", url)
    if not path or call("files.read", path) is None:
        raise PackageRefused(
            f"{url} cannot be fetched. Fix: see whether this node reaches it, or correct "
            "kernel:module."
        )
    return path
