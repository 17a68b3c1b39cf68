"""
What a node answered about the LUNs that it sees, and whether it has the shape of that.
"""

from ocfs2lib.answers import census
from ocfs2lib.answers import shape
from ocfs2lib.answers.shape import FLAG
from ocfs2lib.answers.shape import MAYBE_TEXT
from ocfs2lib.answers.shape import TEXT
from ocfs2lib.answers.shape import all_are
from ocfs2lib.answers.shape import has_fields

_INVENTORY = {"formula": TEXT, "initiator": MAYBE_TEXT, "luns": (dict,)}
_LUN = {
    "node": TEXT,
    "names": (list,),
    "local": FLAG,
    "above": (list,),
    "mounted": (list,),
    "swap": FLAG,
}
_MOUNTED = {"path": TEXT, "fstype": TEXT}


def checked(answer):
    """
    Return the inventory of one node (``ocfs2_node.luns``), once it has the shape of one.

    answer
        Whatever the minion returned.

    Raises AnswerMalformed with the reason.
    """
    return shape.checked(answer, "an inventory", lambda: _check(answer))


def _check(answer):
    has_fields(answer, _INVENTORY, "inventory")
    for node, facts in answer["luns"].items():
        census.check_lun(node, facts)
        has_fields(facts, _LUN, node)
        all_are(facts["names"], TEXT, f"{node}.names")
        all_are(facts["above"], TEXT, f"{node}.above")
        for mount in facts["mounted"]:
            has_fields(mount, _MOUNTED, f"{node}.mounted")
