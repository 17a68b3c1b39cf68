"""The section ``repositories``: its values."""

import pytest

from ocfs2lib.pillar import check
from support.pillars import changed
from support.pillars import only

ENTRY = {
    "provides": "tools",
    "url": "https://mirror.domain.com/OL9/addons/x86_64/",
    "key": "https://mirror.domain.com/RPM-GPG-KEY-mirror",
    "fingerprints": ["3E6D826D3FBAB389C2F38E34BC4D06A08D8B756F"],
}


def _with(**entries):
    return changed(("repositories",), entries)


@pytest.mark.parametrize(
    ("changes", "at", "fix"),
    [
        ({"provides": "kernel"}, "provides", "'tools' or 'module'"),
        ({"releases": ["Oracle Linux 99"]}, "releases", "Oracle Linux 9"),
        ({"url": "ftp://mirror.domain.com/"}, "url", ENTRY["url"]),
        ({"key": None}, "key", "add key"),
        ({"fingerprints": []}, "fingerprints", "add fingerprints"),
        ({"fingerprints": ["3e6d"]}, "fingerprints", "3E6D826D3FBAB389C2F38E34BC4D06A08D8B756F"),
    ],
)
def test_one_wrong_value_is_one_problem(changes, at, fix):
    problem = only(_with(mirror={**ENTRY, **changes}))
    assert problem.path.startswith(f"ocfs2:repositories:mirror:{at}")
    assert fix in problem.fix


@pytest.mark.parametrize(
    ("releases", "other", "which"),
    [
        ([], [], "every release"),
        (["Oracle Linux 9"], ["Rocky Linux 9", "Oracle Linux 9"], "Oracle Linux 9"),
    ],
)
def test_two_that_bring_the_same_to_a_host_are_refused(releases, other, which):
    problem = only(
        _with(first={**ENTRY, "releases": releases}, second={**ENTRY, "releases": other})
    )
    assert str(problem) == (
        f"ocfs2:repositories:second:releases: first provides the tools for {which} too. Fix: "
        "name other releases here, or in first."
    )


@pytest.mark.parametrize(
    "entries",
    [
        {"mirror": ENTRY},
        {"ours": {"provides": "module", "url": "none"}},
        {"all": ENTRY, "nine": {**ENTRY, "releases": ["Rocky Linux 9"]}},
        {"tools": ENTRY, "module": {**ENTRY, "provides": "module"}},
    ],
)
def test_accepted(entries):
    assert check.check(_with(**entries)) == []
