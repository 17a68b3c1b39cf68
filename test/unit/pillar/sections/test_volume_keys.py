"""What mkfs.ocfs2 would refuse, or make otherwise than pillar says, is refused before."""

import pytest

from ocfs2lib import sizes
from ocfs2lib.pillar import check
from ocfs2lib.pillar import features
from support.pillars import LUN
from support.pillars import changed
from support.pillars import only
from support.pillars import pillar


def chosen(**keys):
    """A pillar whose first LUN has these keys."""
    section = pillar()
    section["luns"]["primary"].update(keys)
    return section


def problem(**keys):
    found = only(chosen(**keys))
    return f"{found.path[len(':'.join(('ocfs2', *LUN))) + 1 :]}: {found.reason}. Fix: {found.fix}."


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"block_size": 3072}, "block_size: 3KiB is not a power of two. Fix: type 2KiB or 4KiB."),
        ({"block_size": "8KiB"}, "block_size: '8KiB' is out of range"),
        ({"block_size": "4K"}, "block_size: '4K' is not a size"),
        (
            {"cluster_size": "96KiB"},
            "cluster_size: 96KiB is not a power of two. Fix: type 64KiB or 128KiB.",
        ),
        ({"cluster_size": 2048}, "cluster_size: 2048 is out of range"),
        ({"cluster_size": "2MiB"}, "type a size from 4KiB to 1MiB"),
        ({"journal_size": "2MiB"}, "type a size from 4MiB to 4095MiB"),
        ({"journal_size": "4GiB"}, "type a size from 4MiB to 4095MiB"),
        (
            {"journal_size": "8MiB"},
            "journal_size: 8MiB are less than 9 clusters of 1MiB. Fix: type 9MiB or more, or a"
            " smaller cluster_size.",
        ),
        (
            {"cluster_size": "4KiB", "size": "17TiB"},
            "cluster_size: a volume has up to 4294967295 clusters, and of 4KiB they are less than"
            " 17TiB. Fix: type 8KiB, or a larger one if the LUN shall grow.",
        ),
        (
            {"cluster_size": "128KiB", "size": "4095TiB"},
            "Fix: type 1MiB, or a larger one if the LUN shall grow.",
        ),
        ({"features": "usrquota"}, "features: 'usrquota' is not a list"),
        ({"features": ["usrqota"]}, "Fix: type 'usrquota'."),
        ({"features": ["local"]}, "features:0: 'local' is refused: one host alone could mount it"),
        ({"features": ["nosparse"]}, "'nosparse' is refused: every image would be written out"),
        ({"features": ["refcount", "refcount"]}, "stands there twice"),
        (
            {"features": ["refcount", "norefcount"]},
            "features: 'norefcount' contradicts 'refcount'. Fix: keep one of them.",
        ),
        (
            {"slots": 200, "size": "100GiB", "journal_size": "1GiB"},
            "slots: 200 slots with a journal of 1GiB each take more than half of 100GiB. Fix: type"
            " 50, or a smaller journal_size, or use a LUN of 400GiB or more.",
        ),
        # The journal counts in blocks: of smaller blocks it is smaller.
        (
            {"slots": 255, "size": "60GiB"},
            "slots: 255 slots with a journal of 128MiB each take more than half",
        ),
    ],
)
def test_what_no_volume_can_have(keys, text):
    assert text in problem(**keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"block_size": "4KiB", "cluster_size": "4KiB"},
        {"block_size": 512, "cluster_size": 1048576, "journal_size": "9MiB"},
        {"block_size": None, "cluster_size": None, "journal_size": None, "features": []},
        {"cluster_size": "4KiB", "size": 16 * sizes.TIB - 4096},
        {"cluster_size": "8KiB", "size": "17TiB"},
        {"cluster_size": "1MiB", "size": "4095TiB"},
        {"journal_size": 9 * sizes.MIB - 512},
        {"journal_size": "4095MiB"},
        # With a cluster size mkfs.ocfs2 does not ask for 2 GiB.
        {"size": "1GiB", "cluster_size": "4KiB", "journal_size": "4MiB"},
        {"slots": 255, "size": "60GiB", "block_size": 512},
        # Of a volume that exists, only what differs is told.
        {"cluster_size": "4KiB", "size": "17TiB", "uuid": "0" * 32},
        *({"features": [name]} for name in features.OFFERED),
    ],
)
def test_what_a_volume_can_have(keys):
    assert check.check(chosen(**keys)) == []


@pytest.mark.parametrize("uuid", [None, "0" * 32])
@pytest.mark.parametrize(
    ("option", "chosen_features", "needed"),
    [
        ("usrquota", [], "usrquota"),
        ("grpquota", ["usrquota"], "grpquota"),
        ("acl", ["noxattr"], "xattr"),
        ("user_xattr", ["noxattr"], "xattr"),
    ],
)
def test_a_mount_option_needs_its_feature(uuid, option, chosen_features, needed):
    mount = {"path": "/san/primary", "options": [option]}
    found = problem(mount=mount, features=chosen_features, uuid=uuid)
    assert f"the mount option {option!r} needs the feature {needed}" in found


def test_a_mount_option_with_its_feature():
    section = chosen(features=["usrquota", "grpquota"])
    section = changed((*LUN, "mount", "options"), ["usrquota", "grpquota", "acl"], section)
    assert check.check(section) == []


def test_what_is_offered_and_what_is_refused():
    assert not set(features.OFFERED) & set(features.REFUSED)
    for name in features.DEFAULTS:
        known = {name, features.opposite(name)} & {*features.OFFERED, *features.REFUSED}
        assert known, name
