"""
What is wrong with a node by itself: its answer, its host, its code, its files, its place.
"""

from ocfs2lib import commands
from ocfs2lib import text
from ocfs2lib.commands import ORCHESTRATE
from ocfs2lib.findings.kinds import NODES
from ocfs2lib.findings.kinds import UNKNOWN
from ocfs2lib.findings.kinds import Finding
from ocfs2lib.node import holds
from ocfs2lib.node import requirements
from ocfs2lib.node import setup as node_setup
from ocfs2lib.node import units
from ocfs2lib.node.difference import Part
from ocfs2lib.platform import registry

#: Seconds by which a node's clock may be off before its log is misread.
_DRIFT = 2


def silent(snapshot):
    """Nodes that did not answer, or nothing of use."""
    beating = _beating(snapshot)
    for plan in snapshot.plan.nodes:
        if plan.minion in snapshot.malformed:
            yield _malformed(plan.minion, snapshot.malformed[plan.minion])
        elif plan.minion in snapshot.slow:
            yield Finding(
                "node-slow",
                str(plan.silent),
                "salt-run ocfs2.status again, which waits for it; if that does not help, look at "
                "the load of the node and of this master",
                (plan.minion,),
            )
        elif not plan.facts:
            number = snapshot.desired.node(plan.minion).number
            yield Finding(
                "node-silent",
                f"{plan.silent}; {_pulse(number, beating, snapshot.examinations)}",
                f"salt {NODES} test.ping, then look at its console and its salt-minion",
                (plan.minion,),
            )


def _malformed(minion, error):
    if error.no_function:
        return Finding(
            "formula-differs",
            "it has no formula, or one that can not be asked",
            "salt-run ocfs2.plan, which brings the master's there",
            (minion,),
            severity=UNKNOWN,
        )
    return Finding(
        "node-odd-answer",
        f"its answer is of no use: {text.printable(str(error))}",
        f"salt {NODES} saltutil.clear_cache, then restart its salt-minion; if it still answers "
        "like that, find out who answers for it",
        (minion,),
    )


def _beating(snapshot):
    """``{node number: [names of the nodes that see its heartbeat]}``"""
    found = {}
    for node, facts in snapshot.nodes():
        for volume in facts["vitals"]["volumes"].values():
            for number in volume["beating"]:
                found.setdefault(number, {})[node.name] = None
    return {number: list(names) for number, names in found.items()}


def _pulse(number, beating, seen):
    if number in beating:
        return f"{', '.join(beating[number])} still see its heartbeat, so it is at work"
    if beating:
        return "nobody sees its heartbeat, so it is down or has nothing mounted"
    if seen:
        return "none of those that answered has a volume mounted and could see its heartbeat"
    return "nobody answered who could see its heartbeat"


def formula(snapshot):
    """Nodes with other code than the master."""
    for node, facts in snapshot.nodes():
        if facts["formula"] != snapshot.formula:
            yield Finding(
                "formula-differs",
                f"it has build {facts['formula']} of the formula, the master {snapshot.formula}",
                f"{ORCHESTRATE}, which brings it there (salt-run ocfs2.plan does, too)",
                (node.minion,),
            )


def host(snapshot):
    """Hosts that can not be their node."""
    for node, facts in snapshot.nodes():
        for kind, what, fix in requirements.problems(node, facts["host"]):
            yield Finding(kind, what, fix, (node.minion,))


def modules(snapshot):
    """Kernels without ocfs2: the one that runs, and those that the next boot may start."""
    for node, facts in snapshot.nodes():
        fix = _kernel_fix(facts["host"])
        running = facts["host"]["kernel"]
        if not facts["o2cb"]["modules"] and "modprobe" not in facts["setup"]["missing"]:
            what = f"its kernel {running} has no ocfs2 module"
            yield Finding("module-missing", what, fix, (node.minion,))
        for release, missing in facts["kernels"].items():
            if missing and "modprobe" not in facts["setup"]["missing"]:
                what = f"the next boot may start kernel {release}, which lacks {', '.join(missing)}"
                yield Finding("module-missing-at-boot", what, fix, (node.minion,))


def _kernel_fix(host):
    platform = registry.of(host)
    if not platform:
        return f"install {requirements.full_kernel(host)}, and boot it"
    kernel = platform.kernel
    return f"{platform.install(kernel.package)} ({kernel.caution}), and boot that kernel"


def tools(snapshot):
    """Hosts on which a tool is not installed."""
    for node, facts in snapshot.nodes():
        platform = registry.of(facts["host"])
        # Which package a tool comes from elsewhere, nobody knows; such a host is refused anyway.
        for tool in facts["setup"]["missing"] if platform else ():
            package = platform.package_of(tool)
            yield Finding(
                "tools-missing",
                f"{tool} of the package {package} is not installed",
                f"salt {NODES} state.apply ocfs2, or {platform.install(package)} there",
                (node.minion,),
            )


def setup(snapshot):
    """Files, units and kernel settings of the formula that are not as pillar says."""
    for plan, facts in snapshot.node_plans():
        gaps = node_setup.differences(snapshot.desired, plan.minion, facts["setup"], facts["host"])
        names = [gap.what for gap in gaps if gap.part is not Part.TOOL]
        if names:
            yield Finding(
                "setup-differs",
                f"not as described: {', '.join(names)}",
                f"salt {NODES} state.apply ocfs2",
                (plan.minion,),
            )


def order(snapshot):
    """Hosts whose systemd starts the cluster before what it stands on."""
    for node, facts in snapshot.nodes():
        platform = registry.of(facts["host"])
        wanted = units.after(platform) if platform else ()
        lacking = [unit for unit in wanted if unit not in (facts["order"] or ())]
        if facts["order"] is not None and lacking:
            yield Finding(
                "boot-order",
                f"{units.UNIT} does not come after {', '.join(lacking)}",
                f"systemctl cat {units.UNIT} shows which file resets After=; remove it, then "
                f"salt {NODES} state.apply ocfs2",
                (node.minion,),
            )


def clock(snapshot):
    """Hosts whose clock is not the master's."""
    for node, facts in snapshot.nodes():
        ahead = snapshot.clock_ahead(facts)
        if abs(ahead) > _DRIFT:
            way = "ahead of" if ahead > 0 else "behind"
            yield Finding(
                "clock-differs",
                # Rounded: a figure that changes with each look is no news.
                f"its clock is {text.duration(abs(ahead))} {way} the master's",
                "timedatectl shows whether it is synchronized; give all hosts the same time server",
                (node.minion,),
            )


def held(snapshot):
    """What orchestrations that have not ended keep down."""
    for plan, facts in snapshot.node_plans():
        for hold in holds.of(facts["holds"]):
            what, fix = text.printable(hold.what), text.printable(hold.fix)
            fix = fix or f"{commands.ORCHESTRATE}.VERB again"
            yield Finding(hold.finding, what, fix, (plan.minion,))


CHECKS = (silent, formula, host, modules, tools, setup, order, clock, held)
