"""
The keys of the ``ocfs2`` pillar.

The tables of its sections are its only description: the check (``pillar.check``), the defaults, the
JSON Schema and the key reference (``pillar.reference``) are all derived from them.
"""

from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import TABLE
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.sections.cluster_keys import CLUSTER
from ocfs2lib.pillar.sections.drain_keys import DRAIN
from ocfs2lib.pillar.sections.firewall_keys import FIREWALL
from ocfs2lib.pillar.sections.kernel_keys import KERNEL
from ocfs2lib.pillar.sections.luns_keys import LUNS
from ocfs2lib.pillar.sections.nodes_keys import NODES
from ocfs2lib.pillar.sections.repositories_keys import REPOSITORIES
from ocfs2lib.pillar.sections.san_keys import SAN

#: Every section, in the order in which their rules are looked at. Each has a field in
#: ``pillar.desired.Desired``.
SECTIONS = (CLUSTER, KERNEL, FIREWALL, NODES, LUNS, SAN, DRAIN, REPOSITORIES)


def of_sections(sections):
    """Return the key of a pillar with these sections. Tables, which are long, stand last."""
    keys = sorted((section.key for section in sections), key=lambda key: key.kind == TABLE)
    return Key("ocfs2", SECTION, "One cluster, its nodes and its LUNs.", keys=tuple(keys))


PILLAR = of_sections(SECTIONS)
