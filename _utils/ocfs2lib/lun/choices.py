"""
What mkfs.ocfs2 was told of a volume: its blocks, clusters, journals and features.

They are compared with pillar where pillar has them, and never changed.
"""

from ocfs2lib import sizes
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.pillar import features
from ocfs2lib.pillar import volume_types


def differing(chosen, facts):
    """
    Return, as sentences, how a volume differs from what was chosen for it.

    chosen
        Has ``block_size``, ``cluster_size``, ``journal_size`` and ``features``, as a LUN of pillar.
    facts
        What ``ocfs2.probe`` found of its LUN.
    """
    found = [
        f"{name} is {have!r}, ordered was {want!r}"
        for _, name, have, want in _sizes(chosen, facts["volume"])
    ]
    wrong = features.differing(chosen.features, facts["volume"]["features"])
    found += [f"the features are not as ordered in {', '.join(wrong)}"] * bool(wrong)
    if chosen.journal_size:
        want, have = _journal(chosen, facts["volume"]), facts["journals"]
        if not have or set(have) != {want}:
            found.append(f"the journals have {have!r} bytes, ordered was {want!r} each")
    return found


def differences(case, volume):
    """
    Return every :class:`Difference` of a volume from what pillar has chosen for it.

    case
        The LUN as all nodes see it (:class:`lun.case.LunCase`).
    volume
        The facts of the volume on it.
    """
    lun = case.lun
    found = [
        Difference(
            part, None, sizes.human(have), sizes.human(want), IMPOSSIBLE, why=_never(name, have)
        )
        for part, name, have, want in _sizes(lun, volume)
    ]
    return [*found, *_features(lun, volume), *_journals(case, volume)]


def _sizes(chosen, volume):
    """Yield the part, the name, what a volume has and what was chosen, where they differ."""
    for part, name in ((Part.BLOCK_SIZE, "block_size"), (Part.CLUSTER_SIZE, "cluster_size")):
        want, have = getattr(chosen, name), volume[name]
        if want and want != have:
            yield part, name, have, want


def _never(name, have):
    what = name.replace("_", " ")
    return f"the {what} of a volume is never changed: write {name}: {have}, or make another LUN"


def _features(lun, volume):
    have = volume["features"]
    for name in features.differing(lun.features, have):
        off = features.is_off(name)
        bare = features.opposite(name) if off else name
        yield Difference(
            Part.FEATURE,
            bare,
            "on" if off else "off",
            "off" if off else "on",
            IMPOSSIBLE,
            why=f"a feature is never switched by the formula: take {name} out of features, or"
            f" switch it by hand while no node has the volume mounted"
            f" (tunefs.ocfs2 --fs-features={name} {lun.device})",
        )


def _journal(chosen, volume):
    return volume_types.whole_clusters(chosen.journal_size, volume["cluster_size"])


def _journals(case, volume):
    lun = case.lun
    if not lun.journal_size:
        return
    want = _journal(lun, volume)
    # Every node reads the same ones: the first that could speaks for all.
    have = next((each for each in _known_journals(case, volume)), [])
    wrong = sorted({size for size in have if size != want})
    if wrong:
        yield Difference(
            Part.JOURNAL_SIZE,
            None,
            " and ".join(map(sizes.human, wrong)),
            sizes.human(want),
            IMPOSSIBLE,
            why="a journal is never changed by the formula: take journal_size out of pillar, or"
            " change it by hand while no node has the volume mounted"
            f" (tunefs.ocfs2 -J size={want},block64 {lun.device})",
        )


def _known_journals(case, volume):
    for view in case.views():
        found = view.facts["volume"]
        if found and found["uuid"] == volume["uuid"] and view.facts["journals"]:
            yield view.facts["journals"]
