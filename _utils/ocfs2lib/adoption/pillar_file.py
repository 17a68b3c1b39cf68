"""
The head of the pillar file that describes a cluster built by hand, and the report of its making.
"""

from ocfs2lib.adoption import statement
from ocfs2lib.pillar.keys import PILLAR

#: It makes Salt read the file as YAML alone: text from a node must not reach Jinja.
SHEBANG = "#!yaml"


def head(adoption):
    """
    Return the head of the pillar file: what it is, and everything that has to be known about it.

    adoption
        An :class:`adopt.Adoption` with a pillar.
    """
    cluster = adoption.pillar[PILLAR.name]["cluster"]["name"]
    lines = [
        f"The cluster {cluster} as its nodes had it. Nothing was changed on them.",
        *_findings(adoption),
        *_listed("To be known", adoption.notes),
    ]
    return "".join([f"{SHEBANG}\n", *(_comment_line(line) for line in lines)])


def report(adoption):
    """
    Return what was found, as lines for a reader at the terminal.

    adoption
        An :class:`adopt.Adoption`.
    """
    return [line for line in _findings(adoption) if line]


def _findings(adoption):
    rest = [each for each in adoption.issues if not each.obstacle]
    return [
        *_listed("It cannot be applied as it is", adoption.obstacles),
        *_listed("Odd", rest),
        *_listed("What applying it does on the nodes", adoption.changes),
    ]


def _listed(title, statements):
    texts = statement.grouped(statements)
    return ["", f"{title}:", *(f"- {text}" for text in texts)] if texts else []


def _comment_line(line):
    """Return one line of comment; whatever a node has in a name, it does not end the line."""
    plain = " ".join(line.split()).encode("ascii", "replace").decode()
    return f"# {plain}".rstrip() + "\n"
