"""Explanations of how nodes of a simulated cluster ended, and what is in them."""

from ocfs2lib.fence import explanation
from ocfs2lib.fence import explanation_text

MULTIPATH = {
    "maps": {"3600": {"name": "primary", "node": "/dev/dm-1", "queueing": "12 chk"}},
    "paths": {},
    "polling_interval": 5,
}


def explain(cluster, /, node="host2", **settings):
    return explanation.explain(node, cluster.logs(), {**cluster.settings, **settings})


def shown(found):
    """The text without its line breaks."""
    return " ".join(" ".join(explanation_text.lines(found)).split())


def advised(found):
    return " ".join(f"{each.text} {each.command}" for each in found.advice)


def panics(cluster, node, time, *texts):
    """A node says why in pstore, and is gone."""
    cluster.evict(node, time + cluster.dead_after)
    cluster.restart(node, time - 20, time + 120)
    cluster.keep(node, time + 150, "Panic#1 Part1", *texts)
