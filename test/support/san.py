"""What nodes tell of a SAN before there is a pillar, for tests to break one thing in."""

import copy

from support import answers

MINIONS = ONE, TWO, THREE = tuple(f"host{number}.example.com" for number in range(3))
WWID = "3600a0b8000123456000abcd012345678"
SYSTEM = "35000c500000000aa"


def disk(wwid=WWID, node="/dev/dm-3", **changes):
    """What a node tells of a LUN that nobody uses and that shows no signature."""
    facts = answers.lun(answers.desired(), written=None)
    return {
        **facts,
        "device": node,
        "node": node,
        "wwid": wwid,
        "paths": {"sda": wwid, "sdb": wwid},
        "names": ["/dev/mapper/primary", f"/dev/disk/by-id/wwn-0x{(wwid or 'x')[1:]}"],
        "local": False,
        "above": [],
        "mounted": [],
        "swap": False,
        **changes,
    }


def system_disk(number):
    """The disk that a host runs from."""
    return disk(
        f"{SYSTEM[:-1]}{number}",
        "/dev/sdq",
        paths={},
        names=[f"/dev/disk/by-id/wwn-0x5000c500000000a{number}"],
        local=True,
        above=["sdq1", "dm-0"],
        mounted=[{"path": "/", "fstype": "ext4"}],
        signature={"PTTYPE": "gpt"},
    )


def inventory(*disks):
    return {
        "formula": answers.FORMULA,
        "initiator": None,
        "luns": {each["node"]: copy.deepcopy(each) for each in disks},
    }


def inventories():
    """Three hosts with a system disk each, and one LUN that all see."""
    return {minion: inventory(system_disk(number), disk()) for number, minion in enumerate(MINIONS)}
