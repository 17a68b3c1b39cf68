"""How the LUNs of a cluster that was built by hand come to its nodes: what the section ``san`` of
pillar would say of it."""

from ocfs2lib.adoption.statement import Statement
from ocfs2lib.adoption.statement import issue


def notes(surveys):
    """
    Return a :class:`adoption.statement.Statement` of each transport, for the pillar has none.

    surveys
        ``{minion id: survey}``.
    """
    return [
        *_transport(surveys, "sessions", "iSCSI", "targets", "iscsi"),
        *_transport(surveys, "controllers", "NVMe over fabrics", "subsystems", "nvme"),
        *_maps(surveys),
    ]


def issues(surveys):
    """Return the issue of nodes that log in by one name."""
    names = {}
    for minion, survey in surveys.items():
        if survey["sessions"]:
            names.setdefault(survey["initiator"], []).append(minion)
    return [
        issue(
            minions,
            f"they log in to iSCSI targets by one name, {name}: a target takes them for one host, "
            "and ends the session of one for the other. Give each its own in "
            "/etc/iscsi/initiatorname.iscsi, and log in anew.",
            obstacle=True,
        )
        for name, minions in names.items()
        if name and len(minions) > 1
    ]


def _transport(surveys, name, words, key, section):
    pairs = [pair for survey in surveys.values() for pair in survey[name]]
    if pairs:
        ends, portals = ({pair[at]: None for pair in pairs} for at in (0, 1))
        yield Statement(
            ("san",),
            f"LUNs come to the nodes by {words}, which stays as it is. To have the formula see to "
            f"it, write san: {{{section}: {{portals: [{', '.join(sorted(portals))}], "
            f"{key}: [{', '.join(sorted(ends))}]}}}}, with its chap if it asks for a password.",
        )


def _maps(surveys):
    luns = [facts for survey in surveys.values() for facts in survey["luns"].values()]
    if any(facts["volume"] and facts["paths"] for facts in luns):
        yield Statement(
            ("san",),
            "LUNs have multipath maps, which stay as they are. To have the formula give them a "
            "no_path_retry that fits the heartbeat threshold, write san: {multipath: true}.",
        )
