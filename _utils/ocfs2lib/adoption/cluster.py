"""The cluster as its nodes have it, in the words of pillar: name, values, nodes, panic settings."""

import collections

from ocfs2lib.adoption.oddity import Oddity
from ocfs2lib.adoption.oddity import agreed
from ocfs2lib.adoption.oddity import is_clear
from ocfs2lib.adoption.oddity import named
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import requirements
from ocfs2lib.node import stack
from ocfs2lib.node import units
from ocfs2lib.node.cluster_conf import Conf
from ocfs2lib.node.cluster_conf import ConfCluster
from ocfs2lib.node.cluster_conf import ConfNode
from ocfs2lib.pillar.desired import Node
from ocfs2lib.pillar.desired import default_name
from ocfs2lib.pillar.keys import MAX_NODES
from ocfs2lib.pillar.keys import PILLAR
from ocfs2lib.platform import registry

_CONF = "cluster.conf"
_SECTIONS = {section.name: section for section in PILLAR.keys}
_DEFAULTS = {key.name: key.default for key in _SECTIONS["cluster"].keys}
_ORDER = tuple(_DEFAULTS)


def described(surveys, silent):
    """
    The sections ``cluster``, ``kernel`` and ``nodes`` of pillar, and what is odd about them.

    surveys
        ``{minion id: survey}``, shaped as :func:`answers.census.checked_survey` checks.
    silent
        ``{minion id: reason}`` of those that did not answer.

    Returns ``(sections, oddities)``; the sections are None if no node knows a cluster.
    """
    conf, found = _conf(surveys)
    if conf is None:
        return None, found
    name = _name(conf, surveys)
    members = [node for node in conf.nodes if node.cluster == name]
    ids = _minions(members, name, surveys, silent)
    cluster, odd = _cluster(conf, name, members, surveys)
    kernel, odd_kernel = _kernel(surveys)
    found += [*odd, *_foreign(conf, name), *_duplicates(members, name), *odd_kernel]
    found += [*_members(members, ids, name, surveys), *_boot(name, surveys)]
    nodes = {ids[node.name]: _node(ids[node.name], node) for node in members}
    return {"cluster": cluster, "kernel": kernel, "nodes": nodes}, found


# ---- cluster.conf


def _conf(surveys):
    """The Conf that most nodes have on disk, or else in the kernel, and what is odd about it."""
    read, found = {}, []
    for minion, survey in surveys.items():
        text = survey["o2cb"]["conf"]["text"]
        if text is None and survey["o2cb"]["clusters"]:
            found.append(
                Oddity(
                    f"{minion}: it runs a cluster and has no {_CONF}; after its next boot the node "
                    "would be in none. Applying the pillar writes the file."
                )
            )
        try:
            read[minion] = _sorted(cluster_conf.parse(text or ""))
        except cluster_conf.ConfError as err:
            found.append(
                Oddity(
                    f"{minion}: the tools refuse its {_CONF}, {err}; after its next boot the node "
                    "would be in no cluster. Applying the pillar writes the file anew."
                )
            )
    known = {minion: conf for minion, conf in read.items() if conf.clusters}
    if known:
        conf, others = agreed(known)
        return conf, [*found, *_odd_ones_out(conf, others, known)]
    live = {minion: _live_conf(survey) for minion, survey in surveys.items()}
    live = {minion: conf for minion, conf in live.items() if conf.clusters}
    return (agreed(live)[0] if live else None), found


def _sorted(conf):
    """The order of stanzas means nothing."""
    return Conf(
        tuple(sorted(conf.clusters, key=repr)), tuple(sorted(conf.nodes, key=repr)), conf.stray
    )


def _live_conf(survey):
    clusters, nodes = [], []
    for name, live in survey["o2cb"]["clusters"].items():
        mode = live["heartbeat_mode"] or _DEFAULTS["heartbeat_mode"]
        clusters.append(ConfCluster(name, mode, len(live["nodes"])))
        nodes += [
            ConfNode(name, each["number"], each["port"], each["address"], node)
            for node, each in live["nodes"].items()
            if None not in (each["number"], each["port"], each["address"])
        ]
    return _sorted(Conf(tuple(clusters), tuple(nodes)))


def _odd_ones_out(conf, others, known):
    clear = is_clear(known)
    rest = named(minion for minion in known if minion not in others)
    for minion in others:
        gaps = "; ".join(map(str, stack.conf_differences(known[minion], conf)))
        yield Oddity(
            f"{minion}: its {_CONF} differs from that of {rest} ({gaps}); nodes whose lists differ "
            "can not mount together. Applying the pillar gives it that of the others; if this "
            "one is right, correct the pillar first.",
            obstacle=not clear,
        )


def _name(conf, surveys):
    """The cluster of the file that most nodes run, or bring up, or else its first."""
    names = [cluster.name for cluster in conf.clusters]
    running = [survey["o2cb"]["online"] for survey in surveys.values()]
    booted = [_setting(survey, "O2CB_BOOTCLUSTER") for survey in surveys.values()]
    for wanted in (running, booted):
        counted = collections.Counter(name for name in wanted if name in names)
        if counted:
            return counted.most_common(1)[0][0]
    return names[0]


def _foreign(conf, name):
    """What else than one cluster of nodes the file holds."""
    for cluster in conf.clusters:
        if cluster.name != name:
            yield Oddity(
                f"{_CONF} has a second cluster, {cluster.name}; the kernel runs one at a time, and "
                f"the pillar describes {name} alone. Take {cluster.name} out of {_CONF} on every "
                "node if nobody needs it: applying the pillar would.",
                obstacle=True,
            )
    for node in conf.stray:
        yield Oddity(
            f"{_CONF} has a node {node!r} of no cluster in it, which the tools drop without a "
            "word. Applying the pillar leaves it out."
        )


def _duplicates(members, name):
    for what, matters in (
        ("number", "two nodes with one number write the same heartbeat block and node slot"),
        ("address", "the kernel tells nodes apart by their address and takes each once"),
    ):
        owners = collections.defaultdict(list)
        for node in members:
            owners[getattr(node, what)].append(node.name)
        for value, nodes in owners.items():
            if len(nodes) > 1:
                yield Oddity(
                    f"{named(nodes)}: {_CONF} gives them one {what}, {value}; {matters}. Take the "
                    f"cluster {name} down, give each node its own {what} and read it again.",
                    obstacle=True,
                )


# ---- the nodes


def _minions(members, name, surveys, silent):
    """``{node name: minion id}``; a node that is no minion's stands for itself."""
    ids, free = {}, dict.fromkeys((*surveys, *silent))
    for is_it in (_says_so, _is_called_so, _has_its_address, _has_its_id):
        for node in members:
            if node.name in ids:
                continue
            minion = next((each for each in free if is_it(node, name, each, surveys)), None)
            if minion:
                ids[node.name] = minion
                del free[minion]
    for node in members:
        taken = node.name in (*ids.values(), *surveys, *silent)
        ids.setdefault(node.name, f"{node.name}.{node.number}" if taken else node.name)
    return ids


def _says_so(node, name, minion, surveys):
    live = surveys[minion]["o2cb"]["clusters"].get(name) if minion in surveys else None
    return bool(live) and live["nodes"].get(node.name, {}).get("local", False)


def _is_called_so(node, _name, minion, surveys):
    host = surveys[minion]["host"]["hostname"] if minion in surveys else minion
    return requirements.name_matches(node.name, host)


def _has_its_address(node, _name, minion, surveys):
    return minion in surveys and node.address in surveys[minion]["host"]["addresses"]


def _has_its_id(node, _name, minion, _surveys):
    return default_name(node.name) == default_name(minion)


def _node(minion, node):
    entry = {"number": node.number, "address": node.address}
    return entry if node.name == default_name(minion) else {**entry, "name": node.name}


def _members(members, ids, name, surveys):
    for node in members:
        minion = ids[node.name]
        if minion not in surveys:
            continue
        entry = Node(minion, node.number, node.address, node.name)
        for reason in requirements.unfit(entry, surveys[minion]["host"]):
            yield Oddity(f"{minion}: {reason}.", obstacle=True)
        if not surveys[minion]["o2cb"]["modules"]:
            kernel = surveys[minion]["host"]["kernel"]
            yield Oddity(
                f"{minion}: its kernel {kernel} has no ocfs2 module. Install "
                f"{requirements.full_kernel(surveys[minion]['host'])}.",
                obstacle=True,
            )
    yield from _strangers(members, ids, name, surveys)


def _strangers(members, ids, name, surveys):
    used = {node.number for node in members}
    number = next((each for each in range(MAX_NODES) if each not in used), "none")
    for minion in surveys:
        if minion not in ids.values():
            yield Oddity(
                f"{minion}: no node of {name} in {_CONF} is this host, so it is not in the pillar. "
                f"To make it one, add it to nodes (a number that was never used, like {number}); "
                "else give it no ocfs2 pillar."
            )


# ---- values


def _cluster(conf, name, members, surveys):
    stanza = next(each for each in conf.clusters if each.name == name)
    lives = {
        minion: survey["o2cb"]["clusters"][name]
        for minion, survey in surveys.items()
        if name in survey["o2cb"]["clusters"]
    }
    section, found = {"name": name}, []
    for key in ("heartbeat_mode", *o2cb_settings.VALUES, "fence_method"):
        live = {m: each[key] for m, each in lives.items() if each[key] is not None}
        section[key], odd = _value(key, live, stanza, surveys)
        found += odd
    section["port"], odd = _port(members)
    found += [*odd, *_stanza(stanza, section, members), *_offline(name, lives, surveys)]
    return {key: section[key] for key in _ORDER}, found


def _value(key, live, stanza, surveys):
    """The value of one key: what runs, or else what is in the files; and what is odd about it."""
    files = {
        m: _number(survey, o2cb_settings.VALUES[key])
        for m, survey in surveys.items()
        if key in o2cb_settings.VALUES
    }
    files = {minion: value for minion, value in files.items() if value is not None}
    fallback = stanza.heartbeat_mode if key == "heartbeat_mode" else _DEFAULTS[key]
    if live:
        value, others = agreed(live)
        found = [_not_agreed(key, value, others, live)] if others else []
    else:
        value, found = (agreed(files)[0] if files else fallback), []
    return value, found + _other_files(key, value, bool(live), files, surveys)


def _not_agreed(key, value, others, live):
    said = "; ".join(f"{minion} {live[minion]}" for minion in others)
    matters = (
        "each node goes by its own"
        if key in stack.FREE
        else "nodes with different values refuse each other's connections"
    )
    return Oddity(
        f"{key}: the kernels run with different values ({said}; the others {value}); {matters}. "
        f"The pillar has {value}; to change it in the kernel of {named(others)}, unmount there.",
        obstacle=key not in stack.FREE,
    )


def _other_files(key, value, running, files, surveys):
    """What the next boot would set instead."""
    differing = {}
    for minion, other in files.items():
        if other != value:
            differing.setdefault(other, []).append(minion)
    return [
        Oddity(
            f"{named(minions)}: {surveys[minions[0]]['o2cb']['settings']['path']} says "
            f"{o2cb_settings.VALUES[key]}={other}, "
            + (f"the kernel runs with {value}" if running else f"the other nodes {value}")
            + "; after its next boot the node would differ from the others. Applying the pillar "
            f"writes {value}."
        )
        for other, minions in differing.items()
    ]


def _setting(survey, name):
    return (survey["o2cb"]["settings"]["values"] or {}).get(name)


def _number(survey, name):
    text = _setting(survey, name)
    plain = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if plain else None


def _port(members):
    ports = {node.name: node.port for node in members}
    if not ports:
        return _DEFAULTS["port"], []
    port, others = agreed(ports)
    if not others:
        return port, []
    return port, [
        Oddity(
            f"{named(others)}: {_CONF} gives another ip_port than {port}; the pillar has one port "
            "for all nodes. Give all nodes the same with the cluster down.",
            obstacle=True,
        )
    ]


def _stanza(stanza, section, members):
    name = stanza.name
    if stanza.regions or section["heartbeat_mode"] == "global":
        yield Oddity(
            f"{name}: it has global heartbeat, which the formula does not support yet; with local "
            "heartbeat every mounted volume has its own. Change it with the cluster down, or do "
            "not apply the pillar.",
            obstacle=True,
        )
    if not _key("cluster", "name").matches(name):
        yield Oddity(
            f"{name}: a cluster name is {_key('cluster', 'name').rule}; mkfs.ocfs2 cuts a longer "
            "one in the stamp of the volume. Rename it with the cluster down and stamp every "
            "volume anew.",
            obstacle=True,
        )
    if stanza.node_count != len(members):
        yield Oddity(
            f"{name}: {_CONF} says node_count {stanza.node_count} and has {len(members)} nodes. "
            "Applying the pillar corrects the count."
        )


def _key(section, name):
    return next(key for key in _SECTIONS[section].keys if key.name == name)


def _offline(name, lives, surveys):
    for minion, survey in surveys.items():
        for other in sorted(survey["o2cb"]["clusters"].keys() - {name}):
            yield Oddity(
                f"{minion}: its kernel runs the cluster {other}, not {name}. Unmount there and "
                "take it offline.",
                obstacle=True,
            )
        if lives and not survey["o2cb"]["clusters"]:
            yield Oddity(
                f"{minion}: the cluster is not online there, so its timeouts were not compared. "
                "Applying the pillar brings it online."
            )


def _kernel(surveys):
    live = {minion: survey["setup"]["panic"] for minion, survey in surveys.items()}
    seconds = {m: _seconds(each["kernel.panic"]["live"]) for m, each in live.items()}
    oopses = {m: each["kernel.panic_on_oops"]["live"] == "1" for m, each in live.items()}
    found = []
    for name, values in (("kernel.panic", seconds), ("kernel.panic_on_oops", oopses)):
        value, others = agreed(values)
        if others:
            found.append(
                Oddity(
                    f"{named(others)}: {name} is not {int(value)} as on the others. Applying the "
                    "pillar sets it there."
                )
            )
    if agreed(seconds)[0] == 0:
        found.append(
            Oddity(
                "kernel.panic is 0: a node that panics holds its locks until somebody restarts it. "
                "Write kernel:panic 30 into the pillar."
            )
        )
    return {"panic": agreed(seconds)[0], "panic_on_oops": agreed(oopses)[0]}, found


def _seconds(text):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


# ---- what the next boot does


def _boot(name, surveys):
    for minion, survey in surveys.items():
        settings, setup = survey["o2cb"]["settings"], survey["setup"]
        platform = registry.of(survey["host"])
        if platform and settings["path"] != platform.settings.path:
            yield Oddity(
                f"{minion}: {settings['path']} exists, which the init script reads instead of "
                f"{platform.settings.path}, where {platform.name}'s package writes its answers. "
                "Applying the pillar writes the first; remove it by hand to go by the second."
            )
        why = _not_at_boot(name, survey)
        if why:
            yield Oddity(
                f"{minion}: the cluster does not come online at its next boot ({why}), and nothing "
                "is mounted then. Applying the pillar sees to it."
            )
        if units.KILLER in survey["starts"] and units.KILLER not in setup["masked"]:
            yield Oddity(
                f"{minion}: {units.KILLER} is enabled; when it stops, it kills the users of "
                "every OCFS2. Applying the pillar masks it, without stopping it."
            )


def _not_at_boot(name, survey):
    settings = survey["o2cb"]["settings"]
    if settings["values"] is None:
        return f"{settings['path']} is absent or not made of plain assignments"
    want = {o2cb_settings.ENABLED: "true", o2cb_settings.BOOTCLUSTER: name}
    wrong = [key for key, value in want.items() if settings["values"].get(key) != value]
    if wrong:
        return f"{settings['path']} has no {wrong[0]}={want[wrong[0]]}"
    return "" if units.UNIT in survey["starts"] else f"{units.UNIT} is not enabled"
