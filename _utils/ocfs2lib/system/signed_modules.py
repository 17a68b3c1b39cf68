"""Whether this kernel takes only modules that a key it trusts has signed, as under Secure Boot."""

import os

from ocfs2lib.system import files
from ocfs2lib.system import tools

#: "Y" where the kernel was built or started so.
_ENFORCED = "/sys/module/module/parameters/sig_enforce"
#: Such as ``none [integrity] confidentiality``; Secure Boot sets it.
_LOCKDOWN = "/sys/kernel/security/lockdown"


def are_required():
    """Return whether the kernel refuses a module without a signature that it trusts."""
    lockdown = files.value(_LOCKDOWN)
    return files.value(_ENFORCED) == "Y" or bool(lockdown and "[none]" not in lockdown)


def unsigned_reason(modules):
    """
    Return what an operator has to know of modules that such a kernel has not loaded; ``""`` if
    it has, or takes any.

    modules
        Names of modules.
    """
    absent = [module for module in modules if not os.path.isdir(f"/sys/module/{module}")]
    if not absent or not are_required():
        return ""
    signers = {module: _signer(module) for module in absent}
    named = ", ".join(f"{module} by {signer}" for module, signer in signers.items())
    return (
        f"This kernel takes only modules with a signature that it trusts (Secure Boot), and has "
        f"not loaded {', '.join(absent)}; signed are {named}. Fix: enroll that key with mokutil "
        "--import and restart, or take a module of the distribution."
    )


def _signer(module):
    return (tools.output(["modinfo", "--field", "signer", module]) or "").strip() or "nobody"
