"""
What is wrong with a node by itself: its answer, its host, its code, its files, its clock.
"""

from ocfs2lib import commands
from ocfs2lib import text
from ocfs2lib.errors import FunctionMissing
from ocfs2lib.findings.kinds import NODES
from ocfs2lib.findings.kinds import UNKNOWN
from ocfs2lib.findings.kinds import Finding
from ocfs2lib.kernel import DEBUG
from ocfs2lib.node import requirements
from ocfs2lib.node import units
from ocfs2lib.platform import platforms

#: Seconds by which a node's clock may be off before its log is misread.
_DRIFT = 2


def without_answer(snapshot):
    """Find nodes that did not answer, or nothing of use."""
    witnesses = _heartbeat_witnesses(snapshot)
    for plan in snapshot.plan.nodes:
        if plan.minion in snapshot.malformed:
            yield _malformed(plan.minion, snapshot.malformed[plan.minion])
        elif plan.minion in snapshot.slow:
            yield Finding(
                "node-slow",
                str(plan.silence),
                "salt-run ocfs2.status again, which waits for it; if that does not help, look at "
                "the load of the node and of this master",
                (plan.minion,),
            )
        elif not plan.facts:
            number = snapshot.desired.node(plan.minion).number
            seen = _heartbeat_text(number, witnesses, snapshot.examinations)
            yield Finding(
                "node-silent",
                f"{plan.silence}; {seen}",
                f"salt {NODES} test.ping, then look at its console, its salt-minion and its disks "
                "(df -h): while the disk of /var/cache/salt is full, a minion answers nothing",
                (plan.minion,),
            )


def _malformed(minion, error):
    if isinstance(error, FunctionMissing):
        return Finding(
            "formula-differs",
            "it has no formula, or one that cannot be asked",
            "salt-run ocfs2.plan, which brings the master's there",
            (minion,),
            severity=UNKNOWN,
        )
    return Finding(
        "node-odd-answer",
        f"its answer is of no use: {error}",
        f"salt {NODES} saltutil.clear_cache, then restart its salt-minion; if it still answers "
        "like that, find out who answers for it",
        (minion,),
    )


def _heartbeat_witnesses(snapshot):
    """``{node number: [names of the nodes that see its heartbeat]}``"""
    found = {}
    for node, facts in snapshot.nodes():
        for volume in facts["health"]["volumes"].values():
            for number in volume["beating"]:
                found.setdefault(number, {})[node.name] = None
    return {number: list(names) for number, names in found.items()}


def _heartbeat_text(number, witnesses, examinations):
    if number in witnesses:
        return f"{', '.join(witnesses[number])} still see its heartbeat, so it is at work"
    if witnesses:
        return "nobody sees its heartbeat, so it is down or has nothing mounted"
    if examinations:
        return "none of those that answered has a volume mounted and could see its heartbeat"
    return "nobody answered who could see its heartbeat"


def other_formula(snapshot):
    """Find nodes with other code than the master."""
    for plan, _ in snapshot.node_plans():
        for reason in plan.reasons_of("formula-differs"):
            fix = f"{commands.ORCHESTRATE}, which brings it there (salt-run ocfs2.plan does, too)"
            yield Finding(reason.finding, reason.what, fix, (plan.minion,))


def unfit_host(snapshot):
    """Find hosts that cannot be their node."""
    for plan, _ in snapshot.node_plans():
        for reason in plan.reasons_of("host-unfit", "name-mismatch"):
            yield Finding(reason.finding, reason.what, reason.fix, (plan.minion,))


def kernel_modules(snapshot):
    """Find kernels without ocfs2: the one that runs, and those that the next boot may start."""
    for plan, facts in snapshot.node_plans():
        if "modprobe" in facts["setup"]["missing"]:
            continue
        fix = _kernel_fix(facts["host"])
        for reason in plan.reasons_of("module-missing"):
            yield Finding(reason.finding, reason.what, fix, (plan.minion,))
        for gap in plan.gaps_of("module-missing"):
            brought = f"salt {NODES} state.apply ocfs2 installs it"
            yield Finding(gap.finding, str(gap), brought, (plan.minion,))
        for release, missing in facts["kernels"].items():
            if missing:
                what = requirements.next_boot_lacks(release, missing)
                yield Finding("module-missing-at-boot", what, fix, (plan.minion,))


def _kernel_fix(host):
    platform = platforms.of(host)
    if not platform:
        return f"install {requirements.full_kernel(host)}, and boot it"
    kernel = platform.kernel
    return f"{platform.install(kernel.package)} ({kernel.caution}), and boot that kernel"


def missing_tools(snapshot):
    """Find hosts on which a tool is not installed."""
    for plan, facts in snapshot.node_plans():
        platform = platforms.of(facts["host"])
        # Which package a tool comes from elsewhere, nobody knows; such a host is refused anyway.
        for gap in plan.gaps_of("tools-missing") if platform else ():
            package = platform.package_of(gap.subject)
            yield Finding(
                gap.finding,
                f"{gap.subject} of the package {package} is not installed",
                f"salt {NODES} state.apply ocfs2, or {platform.install(package)} there",
                (plan.minion,),
            )


def setup(snapshot):
    """Find files, units and kernel settings of the formula that are not as pillar says."""
    for plan, _ in snapshot.node_plans():
        names = [gap.what for gap in plan.gaps_of("setup-differs")]
        if names:
            yield Finding(
                "setup-differs",
                f"not as described: {', '.join(names)}",
                f"salt {NODES} state.apply ocfs2",
                (plan.minion,),
            )


def san(snapshot):
    """Find nodes whose way to the LUNs is not as pillar says, or that share a name for it."""
    for plan, _ in snapshot.node_plans():
        names = [str(gap) for gap in plan.gaps_of("san-differs")]
        if names:
            yield Finding(
                "san-differs",
                f"not as described: {'; '.join(names)}",
                f"salt {NODES} state.apply ocfs2.san",
                (plan.minion,),
            )
        for reason in plan.blocked_of("initiator-shared"):
            yield Finding(reason.finding, reason.what, reason.fix, (plan.minion,))


def boot_order(snapshot):
    """Find hosts whose systemd starts the cluster before what it stands on."""
    for node, facts in snapshot.nodes():
        platform = platforms.of(facts["host"])
        wanted = units.after(platform) if platform else ()
        lacking = [unit for unit in wanted if unit not in (facts["starts_after"] or ())]
        if facts["starts_after"] is not None and lacking:
            yield Finding(
                "boot-order",
                f"{units.UNIT} does not come after {', '.join(lacking)}",
                f"systemctl cat {units.UNIT} shows which file resets After=; remove it, then "
                f"salt {NODES} state.apply ocfs2",
                (node.minion,),
            )


def clock(snapshot):
    """Find hosts whose clock is not the master's."""
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


def kernel_unseen(snapshot):
    """Find nodes that have volumes mounted of which their kernel shows nothing."""
    for node, facts in snapshot.nodes():
        mounted = [lun.key for lun in snapshot.plan.luns if node.minion in lun.case.mounted]
        if mounted and not facts["health"]["volumes"]:
            yield Finding(
                "kernel-unseen",
                f"it has {', '.join(mounted)} mounted, and its kernel shows nothing of that under "
                f"{DEBUG}",
                f"mount -t debugfs debugfs {DEBUG} on the node; at boot, systemctl unmask "
                "sys-kernel-debug.mount",
                (node.minion,),
            )


def holds(snapshot):
    """Find what orchestrations that have not ended keep down."""
    for plan, _ in snapshot.node_plans():
        for hold in plan.blocked_of("held"):
            fix = hold.fix or f"{commands.ORCHESTRATE}.VERB again"
            yield Finding(hold.finding, hold.what, fix, (plan.minion,))
