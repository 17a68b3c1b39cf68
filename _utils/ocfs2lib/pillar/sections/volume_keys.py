"""What mkfs.ocfs2 can be told about a volume and nobody can change afterwards: keys of a LUN."""

from ocfs2lib import sizes
from ocfs2lib.pillar import features
from ocfs2lib.pillar import volume_types
from ocfs2lib.pillar.key import NAMES
from ocfs2lib.pillar.key import SIZE
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.problem import WrongValue
from ocfs2lib.text import shown

_NEVER = " Chosen by the format, and never changed afterwards."

#: Mount options that the kernel takes only for a volume with a feature (fs/ocfs2/super.c).
_OPTIONS = {
    "usrquota": "usrquota",
    "grpquota": "grpquota",
    "acl": "xattr",
    "user_xattr": "xattr",
}


def _one_of(possible):
    """Return the check of a size of which there are only those ``possible``."""

    def check(size):
        if size not in possible:
            least = max(each for each in possible if each <= size)
            near = [each for each in possible if each in (least, least * 2)]
            raise WrongValue(
                f"{sizes.human(size)} is not a power of two",
                "type " + " or ".join(map(sizes.human, near)),
            )

    return check


_FEATURE = Key(
    "feature",
    TEXT,
    "A feature of a volume.",
    example="usrquota",
    choices=tuple(features.OFFERED),
    refused=features.REFUSED,
)

KEYS = (
    Key(
        "block_size",
        SIZE,
        "Bytes of a block: 512, 1KiB, 2KiB or 4KiB. Leave it out unless you know why; below 4KiB"
        " everything is slower, and no block may be smaller than a sector of the LUN." + _NEVER,
        default=None,
        derived="what ``mkfs.ocfs2`` makes, 4KiB from 1 GiB on",
        example="4KiB",
        minimum=volume_types.BLOCK_SIZES[0],
        maximum=volume_types.BLOCK_SIZES[-1],
        check=_one_of(volume_types.BLOCK_SIZES),
    ),
    Key(
        "cluster_size",
        SIZE,
        "Bytes of a cluster, the least that a file takes: a power of two from 4KiB to 1MiB. Large"
        " ones for images and database files, small ones for small files." + _NEVER,
        default=None,
        derived="what ``mkfs.ocfs2`` makes for the type",
        example="1MiB",
        minimum=volume_types.CLUSTER_SIZES[0],
        maximum=volume_types.CLUSTER_SIZES[-1],
        check=_one_of(volume_types.CLUSTER_SIZES),
    ),
    Key(
        "journal_size",
        SIZE,
        "Bytes of the journal of each slot, rounded up to whole clusters. A larger one for many"
        " changes to metadata at once; a node that has died is waited for until its journal is"
        " replayed." + _NEVER,
        default=None,
        derived="what ``mkfs.ocfs2`` makes for the type, see below",
        example="256MiB",
        minimum=volume_types.JOURNAL_MINIMUM,
        maximum=volume_types.JOURNAL_MAXIMUM,
    ),
    Key(
        "features",
        NAMES,
        "Features that the volume has to have beside those of its type, and with ``no`` before the"
        " name those that it must not have." + _NEVER,
        default=(),
        entry=_FEATURE,
    ),
)


def _formats(good):
    """Yield path and key of each LUN that has its size and type; of a pinned one, the volume may be
    made by hand, and pillar tells nothing of it by its defaults."""
    for key, lun in good.get("luns", {}).items():
        if {"size", "type"} <= lun.keys() and not lun.get("uuid"):
            yield f"ocfs2:luns:{key}", lun


def _clusters(good):
    """A LUN without a pinned ``uuid`` has no more than 2^32 - 1 clusters of ``cluster_size``."""
    for path, lun in _formats(good):
        cluster = lun.get("cluster_size")
        if cluster and lun["size"] // cluster > volume_types.MAX_CLUSTERS:
            least = volume_types.smallest_cluster(lun["size"])
            yield Problem(
                f"{path}:cluster_size",
                f"a volume has up to {volume_types.MAX_CLUSTERS} clusters, and of"
                f" {sizes.human(cluster)} they are less than {sizes.human(lun['size'])}",
                f"type {sizes.human(least)}, or a larger one if the LUN shall grow",
            )


def _journals(good):
    """The journal of a LUN without a pinned ``uuid`` has 9 clusters or more."""
    for path, lun in _formats(good):
        if not lun.get("journal_size") or "cluster_size" not in lun:
            continue
        cluster = volume_types.cluster_bytes(lun["type"], lun["size"], lun["cluster_size"])
        least = volume_types.JOURNAL_CLUSTERS * cluster
        if volume_types.whole_clusters(lun["journal_size"], cluster) < least:
            yield Problem(
                f"{path}:journal_size",
                f"{sizes.human(lun['journal_size'])} are less than"
                f" {volume_types.JOURNAL_CLUSTERS} clusters of {sizes.human(cluster)}",
                f"type {sizes.human(least)} or more, or a smaller cluster_size",
            )


def _opposites(good):
    """A feature is not in ``features`` with ``no`` and without."""
    for key, lun in good.get("luns", {}).items():
        for name in lun.get("features", ()):
            if not features.is_off(name) and features.opposite(name) in lun["features"]:
                yield Problem(
                    f"ocfs2:luns:{key}:features",
                    f"{shown(features.opposite(name))} contradicts {shown(name)}",
                    "keep one of them",
                )


def _options(good):
    """The mount options ``usrquota`` and ``grpquota`` need the feature of that name in
    ``features``, and ``acl`` and ``user_xattr`` a volume with ``xattr``."""
    for key, lun in good.get("luns", {}).items():
        chosen = lun.get("features")
        if chosen is None:
            continue
        for option in lun.get("mount", {}).get("options", ()):
            # What is no option at all stands there still, with its problem.
            needed = _OPTIONS.get(option) if isinstance(option, str) else None
            if not needed or needed in chosen:
                continue
            if needed not in features.DEFAULTS or features.opposite(needed) in chosen:
                yield Problem(
                    f"ocfs2:luns:{key}:features",
                    f"the mount option {shown(option)} needs the feature {needed}: no node could"
                    " mount the volume",
                    f"add {needed}, or remove the option",
                )


RULES = (_clusters, _journals, _opposites, _options)
