"""
The values of the section ``cluster``: what the kernels run with, and what the files have.
"""

from ocfs2lib.adoption import conf_files
from ocfs2lib.adoption import majority
from ocfs2lib.adoption.statement import issue
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import stack
from ocfs2lib.pillar.sections.cluster_keys import CLUSTER

_KEYS = {key.name: key for key in CLUSTER.key.keys}


def describe(conf, name, members, surveys):
    """
    Return the section ``cluster`` of pillar, and the issues with its values.

    conf
        The Conf of cluster.conf.
    name
        The name of the cluster.
    members
        Its nodes in cluster.conf.
    surveys
        ``{minion id: survey}``.

    Returns ``(section, issues)``.
    """
    stanza = next(each for each in conf.clusters if each.name == name)
    running = {
        minion: survey["o2cb"]["clusters"][name]
        for minion, survey in surveys.items()
        if name in survey["o2cb"]["clusters"]
    }
    section, issues = {"name": name}, []
    for key in ("heartbeat_mode", *o2cb_settings.VALUES, "fence_method"):
        live = {minion: each[key] for minion, each in running.items() if each[key] is not None}
        section[key], more = _value(key, live, stanza, surveys)
        issues += more
    section["port"], more = _port(members)
    issues += [*more, *_stanza(stanza, section, members), *_not_online(name, running, surveys)]
    return {key: section[key] for key in _KEYS}, issues


def _value(key, live, stanza, surveys):
    """Return the value of one key: what runs, or else what is in the files; and its issues."""
    files = {
        minion: _number(survey, o2cb_settings.VALUES[key])
        for minion, survey in surveys.items()
        if key in o2cb_settings.VALUES
    }
    files = {minion: value for minion, value in files.items() if value is not None}
    fallback = stanza.heartbeat_mode if key == "heartbeat_mode" else _KEYS[key].default
    if live:
        value, others = majority.of(live)
        issues = [_different_kernels(key, value, others, live)] if others else []
    else:
        value, issues = (majority.of(files)[0] if files else fallback), []
    return value, issues + _different_files(key, value, bool(live), files, surveys)


def _different_kernels(key, value, others, live):
    values = "; ".join(f"{minion} {live[minion]}" for minion in others)
    why = (
        "each node goes by its own"
        if key in stack.WRITABLE_ONLINE
        else "nodes with different values refuse each other's connections"
    )
    return issue(
        key,
        f"the kernels run with different values ({values}; the others {value}); {why}. The pillar "
        f"has {value}; to change it in the kernel of {', '.join(others)}, unmount there.",
        obstacle=key not in stack.WRITABLE_ONLINE,
    )


def _different_files(key, value, running, files, surveys):
    """Return an issue for each value that the next boot would set instead."""
    differing = {}
    for minion, other in files.items():
        if other != value:
            differing.setdefault(other, []).append(minion)
    return [
        issue(
            minions,
            f"{surveys[minions[0]]['o2cb']['settings']['path']} says "
            f"{o2cb_settings.VALUES[key]}={other}, "
            + (f"the kernel runs with {value}" if running else f"the other nodes {value}")
            + "; after its next boot the node would differ from the others. Applying the pillar "
            f"writes {value}.",
        )
        for other, minions in differing.items()
    ]


def _number(survey, setting):
    text = (survey["o2cb"]["settings"]["values"] or {}).get(setting)
    plain = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if plain else None


def _port(members):
    ports = {node.name: node.port for node in members}
    if not ports:
        return _KEYS["port"].default, []
    port, others = majority.of(ports)
    if not others:
        return port, []
    return port, [
        issue(
            others,
            f"{conf_files.NAME} gives another ip_port than {port}; the pillar has one port "
            "for all nodes. Give all nodes the same with the cluster down.",
            obstacle=True,
        )
    ]


def _stanza(stanza, section, members):
    name = stanza.name
    if stanza.regions or section["heartbeat_mode"] == "global":
        yield issue(
            name,
            "it has global heartbeat, which the formula does not support yet; with local "
            "heartbeat every mounted volume has its own. Change it with the cluster down, or do "
            "not apply the pillar.",
            obstacle=True,
        )
    if not _KEYS["name"].matches(name):
        yield issue(
            name,
            f"a cluster name is {_KEYS['name'].rule}; mkfs.ocfs2 cuts a longer "
            "one in the stamp of the volume. Rename it with the cluster down and stamp every "
            "volume anew.",
            obstacle=True,
        )
    if stanza.node_count != len(members):
        yield issue(
            name,
            f"{conf_files.NAME} says node_count {stanza.node_count} and has {len(members)} nodes. "
            "Applying the pillar corrects the count.",
        )


def _not_online(name, running, surveys):
    for minion, survey in surveys.items():
        for other in sorted(survey["o2cb"]["clusters"].keys() - {name}):
            yield issue(
                minion,
                f"its kernel runs the cluster {other}, not {name}. Unmount there and "
                "take it offline.",
                obstacle=True,
            )
        if running and not survey["o2cb"]["clusters"]:
            yield issue(
                minion,
                "the cluster is not online there, so its timeouts were not compared. "
                "Applying the pillar brings it online.",
            )
