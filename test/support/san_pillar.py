"""The section ``san`` of a pillar."""

TARGET = "iqn.2003-01.com.domain:primary"
PORTALS = ["192.168.50.10", "192.168.51.10:3261"]
SUBSYSTEM = "nqn.2003-01.com.domain:primary"
SECRET = "open-sesame-1"  # noqa: S105


def whole():
    """A section with every transport."""
    return {
        "multipath": True,
        "iscsi": {
            "portals": PORTALS,
            "targets": [TARGET],
            "chap": {"username": "cluster", "password": SECRET},
        },
        "nvme": {"portals": ["192.168.50.20"], "subsystems": [SUBSYSTEM]},
        "fcoe": {"eth2": {"mode": "vn2vn", "dcb": True, "auto_vlan": False}},
    }
