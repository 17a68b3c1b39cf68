"""
What the next boot of a node does with the cluster.
"""

from ocfs2lib.adoption.statement import issue
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import units
from ocfs2lib.platform import platforms


def issues(name, surveys):
    """
    Yield what is wrong with how nodes bring the cluster up at boot.

    name
        The name of the cluster.
    surveys
        ``{minion id: survey}``.
    """
    for minion, survey in surveys.items():
        settings, setup = survey["o2cb"]["settings"], survey["setup"]
        platform = platforms.of(survey["host"])
        if platform and settings["path"] != platform.settings.path:
            yield issue(
                minion,
                f"{settings['path']} exists, which the init script reads instead of "
                f"{platform.settings.path}, where {platform.name}'s package writes its answers. "
                "Applying the pillar writes the first; remove it by hand to go by the second.",
            )
        why = _not_online(name, survey)
        if why:
            yield issue(
                minion,
                f"the cluster does not come online at its next boot ({why}), and nothing "
                "is mounted then. Applying the pillar sees to it.",
            )
        killer = units.PACKAGE_UNIT
        if killer in survey["starts"] and killer not in setup["masked"]:
            yield issue(
                minion,
                f"{killer} is enabled; when it stops, it kills the users of "
                "every OCFS2. Applying the pillar masks it, without stopping it.",
            )


def _not_online(name, survey):
    """Return why the cluster does not come online at the next boot, or ``""``."""
    settings = survey["o2cb"]["settings"]
    if settings["values"] is None:
        return f"{settings['path']} is absent or not made of plain assignments"
    want = {o2cb_settings.ENABLED: "true", o2cb_settings.BOOTCLUSTER: name}
    wrong = [key for key, value in want.items() if settings["values"].get(key) != value]
    if wrong:
        return f"{settings['path']} has no {wrong[0]}={want[wrong[0]]}"
    return "" if units.UNIT in survey["starts"] else f"{units.UNIT} is not enabled"
