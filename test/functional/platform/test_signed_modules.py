"""Why a kernel under Secure Boot has not loaded a module; its files are simulated."""

from pathlib import Path

import pytest

from ocfs2lib.system import signed_modules


@pytest.fixture
def simulated(kernel):
    """Writes a file of the simulated kernel, in which ocfs2 is not loaded."""
    Path("/sys/module/ocfs2").rmdir()

    def simulated(path, text):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(f"{text}\n")

    return simulated


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/sys/module/module/parameters/sig_enforce", "Y"),
        ("/sys/kernel/security/lockdown", "none [integrity] confidentiality"),
    ],
)
def test_the_module_and_its_signer_are_named(simulated, path, text):
    simulated(path, text)
    reason = signed_modules.unsigned_reason(["ocfs2", "ocfs2_stack_o2cb"])
    assert "has not loaded ocfs2; signed are ocfs2 by nobody" in reason
    assert "mokutil --import" in reason


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/sys/module/module/parameters/sig_enforce", "N"),
        ("/sys/kernel/security/lockdown", "[none] integrity confidentiality"),
    ],
)
def test_a_kernel_that_takes_any_module_has_another_reason(simulated, path, text):
    simulated(path, text)
    assert signed_modules.unsigned_reason(["ocfs2"]) == ""


def test_what_is_loaded_needs_no_reason(simulated):
    simulated("/sys/module/module/parameters/sig_enforce", "Y")
    assert signed_modules.unsigned_reason(["ocfs2_stack_o2cb"]) == ""
