"""Which repositories a host needs, and what is taken from them."""

import pytest

from ocfs2lib.node import package_repositories
from ocfs2lib.pillar import check
from ocfs2lib.platform import platforms
from support.pillars import changed

ENTRY = {
    "provides": "tools",
    "url": "https://mirror.domain.com/",
    "key": "salt://mirror.asc",
    "fingerprints": ["3E6D826D3FBAB389C2F38E34BC4D06A08D8B756F"],
}
MODULE = {**ENTRY, "provides": "module"}


def _wanted(release, entries=None, **kernel):
    section = changed(("repositories",), entries, changed(("kernel",), kernel))
    return package_repositories.wanted(check.parse(section), platforms.of({"platform": release}))


def test_a_platform_has_its_own():
    found = _wanted("Rocky Linux 9")
    assert found == platforms.of({"platform": "Rocky Linux 9"}).repositories
    assert found.keys() == {"tools", "module"}
    assert _wanted("Debian 12") == {}


@pytest.mark.parametrize(
    ("release", "url"),
    [("Rocky Linux 9", "https://nine/"), ("AlmaLinux 9", "https://all/"), ("Debian 12", None)],
)
def test_one_for_a_release_goes_before_one_for_all(release, url):
    entries = {
        "z-all": {**ENTRY, "url": "https://all/"},
        "a-nine": {**ENTRY, "url": "https://nine/", "releases": ["Rocky Linux 9"]},
    }
    there = _wanted(release, entries).get("tools")
    assert (there and there.url) == url


def test_one_for_a_release_is_not_for_another_of_the_same_family():
    entries = {"mirror": {**MODULE, "releases": ["SLES 15"]}}
    assert _wanted("openSUSE Leap 15", entries) == {}
    assert _wanted("SLES 15", entries)["module"].packages == ("ocfs2-kmp-default*",)


def test_none_is_one_that_the_formula_does_not_set_up():
    assert _wanted("Oracle Linux 9", {"ours": {"provides": "tools", "url": "none"}}) == {}


@pytest.mark.parametrize(
    ("module", "packages"),
    [
        (None, ("kmod-ocfs2*",)),
        ({"source": "distribution"}, ("kmod-ocfs2*",)),
        ({"source": "package", "packages": ["kernel-uek"]}, ("kernel-uek*",)),
    ],
)
def test_the_packages_of_pillar_are_taken_from_it(module, packages):
    found = _wanted("Rocky Linux 9", {"uek": MODULE}, module=module)
    assert found["module"].packages == packages


def test_the_file_names_what_is_taken_and_its_key():
    text = package_repositories.render(_wanted("Oracle Linux 9"))
    assert "[ocfs2-formula-tools]\n" in text
    assert "\nbaseurl=https://yum.oracle.com/repo/OracleLinux/OL9/addons/$basearch/\n" in text
    assert "\ngpgcheck=1\n" in text
    assert "\nincludepkgs=ocfs2-tools*\n" in text


def test_a_key_is_trusted_by_the_end_of_its_fingerprint():
    (right,), other = ENTRY["fingerprints"], "982231759C7467065D0CE9B2A7DD07088B4EFBE6"
    assert package_repositories.untrusted([right], [right[-8:].lower()]) == []
    assert package_repositories.untrusted([right, other], [right.lower()]) == [other]
