"""
The section ``kernel``: what the kernels do when they panic.
"""

from ocfs2lib.adoption import majority
from ocfs2lib.adoption.statement import issue


def describe(surveys):
    """
    Return the section ``kernel`` of pillar, and the issues with its values.

    surveys
        ``{minion id: survey}``.

    Returns ``(section, issues)``.
    """
    live = {minion: survey["setup"]["panic"] for minion, survey in surveys.items()}
    seconds = {m: _seconds(each["kernel.panic"]["live"]) for m, each in live.items()}
    on_oops = {m: each["kernel.panic_on_oops"]["live"] == "1" for m, each in live.items()}
    issues = []
    for name, values in (("kernel.panic", seconds), ("kernel.panic_on_oops", on_oops)):
        value, others = majority.of(values)
        if others:
            text = (
                f"{name} is not {int(value)} as on the others. Applying the pillar sets it there."
            )
            issues.append(issue(others, text))
    if majority.of(seconds)[0] == 0:
        issues.append(
            issue(
                (),
                "kernel.panic is 0: a node that panics holds its locks until somebody restarts it. "
                "Write kernel:panic 30 into the pillar.",
            )
        )
    section = {"panic": majority.of(seconds)[0], "panic_on_oops": majority.of(on_oops)[0]}
    return section, issues


def _seconds(text):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
