"""Valid pillars of any number of nodes."""

from ocfs2lib.pillar import check


def section(nodes=3, **sections):
    """Return the ``ocfs2`` section of a pillar: host0.example.com has number 0, and so on."""
    return {
        "nodes": {
            f"host{number}.example.com": {"number": number, "address": f"10.1.0.{number + 1}"}
            for number in range(nodes)
        },
        "luns": {
            "primary": {
                "device": "/dev/mapper/primary",
                "wwid": "3600a0b8000123456000abcd012345678",
                "size": "2TiB",
                "mount": {"path": "/san/primary"},
            }
        },
        **sections,
    }


def desired(nodes=3, **sections):
    """Return the ``Desired`` of :func:`section`."""
    return check.parse(section(nodes, **sections))
