"""
The cluster as its nodes have it: the sections ``cluster``, ``kernel`` and ``nodes`` of pillar.
"""

import collections

from ocfs2lib.adoption import cluster_values
from ocfs2lib.adoption import conf_files
from ocfs2lib.adoption import members
from ocfs2lib.adoption import next_boot
from ocfs2lib.adoption import panic_settings
from ocfs2lib.node import o2cb_settings


def describe(surveys, silent):
    """
    Return the sections ``cluster``, ``kernel`` and ``nodes`` of pillar, and the issues with them.

    surveys
        ``{minion id: survey}``, shaped as :func:`answers.census.checked_survey` checks.
    silent
        ``{minion id: reason}`` of those that did not answer.

    Returns ``(sections, issues)``; the sections are None if no node knows a cluster.
    """
    conf, issues = conf_files.prevailing(surveys)
    if conf is None:
        return None, issues
    name = _name(conf, surveys)
    nodes = [node for node in conf.nodes if node.cluster == name]
    ids = members.minion_ids(nodes, name, surveys, silent)
    cluster, value_issues = cluster_values.describe(conf, name, nodes, surveys)
    kernel, panic_issues = panic_settings.describe(surveys)
    issues += [
        *value_issues,
        *conf_files.issues(conf, name, nodes),
        *panic_issues,
        *members.issues(nodes, ids, name, surveys),
        *next_boot.issues(name, surveys),
    ]
    section = {ids[node.name]: members.entry(ids[node.name], node) for node in nodes}
    return {"cluster": cluster, "kernel": kernel, "nodes": section}, issues


def _name(conf, surveys):
    """Return the cluster of the file that most nodes run, or bring up, or else its first."""
    names = [cluster.name for cluster in conf.clusters]
    running = [survey["o2cb"]["online"] for survey in surveys.values()]
    booted = [
        (survey["o2cb"]["settings"]["values"] or {}).get(o2cb_settings.BOOTCLUSTER)
        for survey in surveys.values()
    ]
    for wanted in (running, booted):
        counted = collections.Counter(name for name in wanted if name in names)
        if counted:
            return counted.most_common(1)[0][0]
    return names[0]
