"""Check an ``ocfs2`` pillar and turn it into typed objects.

:func:`check` lists every error at once, :func:`parse` gives the :class:`pillar.desired.Desired` of
a pillar without errors. Any object is a legal argument: what Salt hands over is checked, never
trusted.

The work has three steps: read every key by its table (``pillar.values``); derive the defaults that
depend on other keys; compare the keys with each other (``pillar.rules``).
"""

from ocfs2lib.errors import PillarInvalid
from ocfs2lib.pillar import desired
from ocfs2lib.pillar import keys
from ocfs2lib.pillar import rules
from ocfs2lib.pillar import values
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.problem import in_path
from ocfs2lib.pillar.problem import typed
from ocfs2lib.text import shown


def check(pillar_section):
    """Return every Problem of ``pillar_section``, the value of the pillar key
    ``ocfs2``, in the order of the keys; an empty list means that it is valid."""
    return _examine(pillar_section)[1]


def parse(pillar_section):
    """Return the Desired that ``pillar_section``, the value of the pillar key
    ``ocfs2``, describes. Raises PillarInvalid with all problems."""
    good, found = _examine(pillar_section)
    if found:
        raise PillarInvalid(found)
    return desired.Desired(
        cluster=desired.Cluster(**good["cluster"]),
        nodes=tuple(
            sorted(
                (desired.Node(minion=minion, **node) for minion, node in good["nodes"].items()),
                key=lambda node: node.number,
            )
        ),
        luns=tuple(_lun(key, lun) for key, lun in sorted(good["luns"].items())),
        kernel=desired.Kernel(**good["kernel"]),
        firewall=desired.Firewall(**good["firewall"]),
        drain=desired.Drain(**good["drain"]),
    )


def _lun(key, lun):
    return desired.Lun(**{**lun, "key": key, "mount": desired.Mount(**lun["mount"])})


def _examine(pillar_section):
    """Return what is good in the pillar, and every problem."""
    found = []
    good = values.read(keys.PILLAR, pillar_section, keys.PILLAR.name, found)
    if good is not values.BAD:
        _derive(good, found)
        for rule in rules.RULES:
            found.extend(rule(good))
    return good, found


def _derive(good, found):
    """Fill the derived defaults of nodes and LUNs in, and give values their one form."""
    nodes = good.get("nodes", {})
    for minion, node in nodes.items():
        if "name" in node and node["name"] is None:
            _derive_name(minion, node, found)
    for key, lun in good.get("luns", {}).items():
        if "label" in lun:
            lun["label"] = lun["label"] or key
        if "slots" in lun:
            lun["slots_given"] = lun["slots"] is not None
            lun["slots"] = lun["slots"] or desired.default_slots(len(nodes))
        if lun.get("uuid"):
            lun["uuid"] = lun["uuid"].replace("-", "").upper()


def _derive_name(minion, node, found):
    """Fill the node name in, unless the minion id gives none."""
    key = keys.NODE_NAME
    node["name"] = desired.default_name(minion)
    if not key.matches(node["name"]):
        path = f"{keys.PILLAR.name}:nodes:{in_path(minion)}:{key.name}"
        reason = f"{shown(node['name'])}, from the minion id, is not {key.rule}"
        found.append(Problem(path, reason, f"add the host name of the node as {typed(key)}"))
        del node["name"]
