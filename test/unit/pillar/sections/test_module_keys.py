"""The section ``kernel:module``: its values."""

import pytest

from ocfs2lib.pillar import check
from support.pillars import changed
from support.pillars import only

FINGERPRINT = "3E6D826D3FBAB389C2F38E34BC4D06A08D8B756F"
FILE = {
    "url": "https://mirror.domain.com/ocfs2-modules.rpm",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "key": "salt://keys/ours.asc",
    "fingerprints": [FINGERPRINT],
}
MODULE = ("kernel", "module")


@pytest.mark.parametrize(
    ("changes", "at", "reason", "fix"),
    [
        ({"source": "rmp"}, "source", "rmp", "type 'rpm'"),
        ({"url": "ftp://a.rpm"}, "url", "not a URL of http, https, file or salt", FILE["url"]),
        ({"sha256": "9F86"}, "sha256", "64 hexadecimal digits in small letters", FILE["sha256"]),
        ({"sha256": None}, "sha256", "it is not there, and the source is rpm", "add sha256"),
        ({"key": None}, "key", "it is not there, and the source is rpm", "add key"),
        ({"fingerprints": []}, "fingerprints", "it is not there", "add fingerprints"),
        ({"url": None, "source": "deb"}, "url", "the source is deb", "add url"),
        ({"source": "package"}, "packages", "the source is package", "add packages"),
    ],
)
def test_one_wrong_value_is_one_problem(changes, at, reason, fix):
    problem = only(changed(MODULE, {"source": "rpm", **FILE, **changes}))
    assert problem.path == f"ocfs2:kernel:module:{at}"
    assert reason in problem.reason
    assert fix in problem.fix


@pytest.mark.parametrize(
    "value",
    [
        {"source": "distribution"},
        {"source": "package", "packages": ["kmod-ocfs2", "kernel-lt"]},
        {"source": "rpm", **FILE},
        {"source": "deb", **FILE, "url": "salt://files/modules.deb"},
        None,
    ],
)
def test_accepted(value):
    assert check.check(changed(MODULE, value)) == []
