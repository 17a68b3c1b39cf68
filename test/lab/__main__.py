"""Command line of the lab: ``python3 -m lab``, or ``python3 test/lab`` from the repository."""

from __future__ import annotations

import argparse
import os
import select
import shutil
import signal
import socket
import sys
import termios
import time
import tty
from pathlib import Path

if not __package__:
    # Called as a directory: it is the one above that holds the package.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from lab import host
from lab.errors import LabError
from lab.image import cache_directory
from lab.image import ensure_image
from lab.lab import REPOSITORY
from lab.lab import Lab
from lab.namespace import running_labs
from lab.spec import ALL_DISTROS
from lab.spec import ALL_NETWORKS
from lab.spec import DISTROS
from lab.spec import PATHS
from lab.spec import SANS

_LEAVE = b"\x1d"  # Ctrl-]

_BEGUN = time.monotonic()


def say(text: str) -> None:
    """Print a line of progress with the time since the start."""
    print(f"[{time.monotonic() - _BEGUN:5.0f} s] {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Run one command. Returns the exit code."""
    arguments = parse(sys.argv[1:])
    # So that a command that is told to end tidies up as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return arguments.command(arguments) or 0
    except LabError as err:
        print(err, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130


def parse(argv: list[str]) -> argparse.Namespace:
    """The command line; what follows ``salt`` and ``salt-run`` is theirs, options too."""
    return _parser().parse_args(_with_options_passed_on(argv))


def _with_options_passed_on(argv: list[str]) -> list[str]:
    at = _after_name(argv, 0)
    if argv[at : at + 1] not in (["salt"], ["salt-run"]):
        return argv
    at = _after_name(argv, at + 1)
    return [*argv[:at], "--", *argv[at:]]


def _after_name(argv: list[str], at: int) -> int:
    """Where it goes on after the option that names the lab, if it stands there."""
    if argv[at : at + 1] == ["--name"]:
        return at + 2
    return at + 1 if argv[at:] and argv[at].startswith("--name=") else at


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lab", description="A virtual SAN with a Salt master and minions to try OCFS2 on."
    )
    parser.add_argument("--name", default="lab", help="which lab, default: %(default)s")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(function, text: str, *positional: str) -> argparse.ArgumentParser:
        name = function.__name__.removeprefix("_do_").replace("_", "-")
        sub = commands.add_parser(name, help=text, description=text)
        # Also after the command; there it must not reset what stood before it.
        sub.add_argument("--name", default=argparse.SUPPRESS, help="which lab")
        sub.set_defaults(command=function)
        for argument in positional:
            choices = {"path": PATHS, "network": ALL_NETWORKS, "portal": PATHS}.get(argument)
            kind = int if argument in ("path", "portal") else str
            sub.add_argument(argument, metavar=argument.upper(), choices=choices, type=kind)
        return sub

    up = command(_do_up, "start a lab and leave it running")
    up.add_argument("--nodes", type=int, default=3, help="default: %(default)s")
    up.add_argument(
        "--distro",
        default=DISTROS[0],
        help=f"of {', '.join(DISTROS)}; one for each node, separated by commas, is possible;"
        " default: %(default)s",
    )
    up.add_argument("--memory", type=int, default=768, help="MiB per guest, default: %(default)s")
    up.add_argument("--cpus", type=int, default=1, help="per guest, default: %(default)s")
    up.add_argument(
        "--luns",
        default="primary:3G",
        help="NAME:SIZE[:alias=ALIAS][:nodes=1+2], separated by commas; default: %(default)s",
    )
    up.add_argument(
        "--san",
        choices=SANS,
        default=SANS[0],
        help="what carries the LUNs: disks of QEMU, an iSCSI target of the lab over two networks,"
        " or, over these, what guests export themselves; default: %(default)s",
    )
    up.add_argument("--root", type=Path, default=REPOSITORY, help="Salt's file root")
    up.add_argument("--minion-id", default="host{}.domain.com", help="default: %(default)s")
    up.add_argument("--hostname", default="host{}.domain.com", help="default: %(default)s")

    target = command(_do_kitchen_target, "start a lab of one guest, ready for Test Kitchen")
    target.add_argument("--distro", default=DISTROS[0], help="default: %(default)s")

    command(_do_down, "end a lab and remove all of it")
    command(_do_status, "show the running labs, or the one named")
    command(_do_shell, "a root shell on a node", "node")
    run = command(_do_run, "run a command on a node, without Salt", "node")
    run.add_argument("--timeout", type=float, default=120, help="seconds, default: %(default)s")
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    for function, tool in ((_do_salt, "salt"), (_do_salt_run, "salt-run")):
        salt = command(function, f"run {tool} on the lab's master")
        salt.add_argument("argv", nargs=argparse.REMAINDER, metavar="...")
    command(_do_console, "print what a node has printed on its console", "node")
    command(_do_power_cut, "switch a node off the hard way", "node")
    command(_do_start, "switch a node on again", "node")
    command(_do_reboot, "reboot a node in order", "node")
    command(_do_cut_portal, "cut a storage network in its middle", "portal")
    command(_do_restore_portal, "let a storage network pass frames again", "portal")
    command(_do_stop_target, "kill the iSCSI target")
    command(_do_start_target, "start the iSCSI target again")
    command(_do_freeze, "stop a node's processors", "node")
    command(_do_thaw, "let a frozen node go on", "node")
    command(_do_cut_link, "unplug a node's network cable", "node", "network")
    command(_do_restore_link, "plug a node's network cable in again", "node", "network")
    command(_do_cut_path, "take a LUN away from one path of a node", "node", "lun", "path")
    command(_do_restore_path, "give a node's cut path back", "node", "lun", "path")
    add = command(_do_add_node, "add a node")
    add.add_argument("--hostname", help="default: as the others")
    command(_do_add_lun, "add a LUN: NAME:SIZE[:alias=ALIAS][:nodes=1+2]", "lun")
    command(_do_grow, "grow a LUN to SIZE", "lun", "size")
    images = command(_do_images, "build the images that are missing, without starting a lab")
    images.add_argument("distro", nargs="*", metavar="DISTRO", help=f"default: {DISTROS}")
    return parser


def _lab(arguments) -> Lab:
    return Lab(arguments.name, say)


def _call(arguments) -> str:
    """How this lab is addressed on the command line, for hints."""
    program = (
        "python3 -m lab" if __package__ else f"python3 {os.path.relpath(Path(__file__).parent)}"
    )
    return program if arguments.name == "lab" else f"{program} --name {arguments.name}"


def _do_up(arguments) -> None:
    lab = _lab(arguments)
    lab.up(
        nodes=arguments.nodes,
        distro=arguments.distro,
        luns=[lun for lun in arguments.luns.split(",") if lun],
        root=arguments.root,
        memory=arguments.memory,
        cpus=arguments.cpus,
        minion_id=arguments.minion_id,
        hostname=arguments.hostname,
        san=arguments.san,
    )
    lab.detach()
    say("all minions answer")
    _do_status(arguments)
    call = _call(arguments)
    print(
        f"\nPillar of the master:  {lab.pillar}\n"
        f"Run Salt:              {call} salt '*' test.ping\n"
        f"Shell on a node:       {call} shell 1\n"
        f"End the lab:           {call} down"
    )


def _do_kitchen_target(arguments) -> None:
    # It reads YAML, without which the other commands can do.
    from lab import kitchen

    kitchen.require_tools()
    lab = _lab(arguments)
    lab.up(nodes=1, distro=arguments.distro)
    say("the guest gets ssh, and its LUN a volume")
    target = kitchen.prepare(lab)
    lab.detach()
    say("the guest is ready")
    print(
        "The guest is ready for Test Kitchen. In the directory of the formula, type:\n\n"
        f"{kitchen.next_steps(target)}\n\n"
        f"End the lab:           {_call(arguments)} down"
    )


def _do_down(arguments) -> None:
    if arguments.name not in running_labs():
        print(f"No lab called {arguments.name} is running: nothing to do.")
        return
    _lab(arguments).down()
    print(f"Lab {arguments.name} is down; nothing of it is left.")


def _do_status(arguments) -> int:
    labs = running_labs()
    if arguments.name not in labs:
        others = f" Running: {', '.join(labs)}." if labs else ""
        print(f"No lab called {arguments.name} is running.{others} Start it with: up.")
        return 1
    lab = _lab(arguments)
    spec, status = lab.spec, lab.status()
    master = "runs" if status["master"] else "HAS ENDED, see the log"
    print(f"Lab {spec.name}: {spec.distro}, {status['accel'].upper()}, files in {lab.state}")
    print(f"Salt master {master}, log {lab.state}/master/log")
    for node, now in zip(spec.nodes, status["nodes"], strict=True):
        minion = "minion connected" if now["minion"] else "minion not connected"
        cut = f", cut: {' '.join(now['cut'])}" if now["cut"] else ""
        print(
            f"node {node.number}  {node.minion_id}  {now['state']}, {minion}, boots: {now['boots']}"
            f", interconnect {node.interconnect}{cut}"
        )
    for lun in spec.luns:
        seen = "all nodes" if lun.nodes is None else f"nodes {'+'.join(map(str, lun.nodes))}"
        size = f"{lun.size >> 20} MiB"
        print(f"LUN {lun.name}  /dev/mapper/{lun.alias}  WWID {lun.wwid}  {size}  {seen}")
    return 0


def passed_on(arguments) -> list[str]:
    """What a command is to get of the command line."""
    return arguments.argv[1:] if arguments.argv[:1] == ["--"] else arguments.argv


def _do_run(arguments) -> int:
    argv = passed_on(arguments)
    if not argv:
        raise LabError("There is no command to run. Write it after --.")
    result = _lab(arguments).run(arguments.node, argv, arguments.timeout)
    sys.stdout.write(result.stdout)
    sys.stderr.write(result.stderr)
    return result.rc


def _do_salt(arguments) -> int:
    return _lab(arguments).salt(*passed_on(arguments), stream=True).rc


def _do_salt_run(arguments) -> int:
    return _lab(arguments).salt_run(*passed_on(arguments), stream=True).rc


def _do_console(arguments) -> None:
    sys.stdout.write(_lab(arguments).console(arguments.node).read_text(errors="replace"))


def _do_shell(arguments) -> int:
    if not sys.stdin.isatty():
        raise LabError("A shell needs a terminal. For scripts there is: run NODE -- COMMAND.")
    path = _lab(arguments).shell_socket(arguments.node)
    with socket.socket(socket.AF_UNIX) as link:
        try:
            link.connect(str(path))
        except OSError as err:
            raise LabError(f"{arguments.node} is off: start it first.") from err
        print("Ctrl-] leaves the shell.")
        size = shutil.get_terminal_size()
        link.sendall(f"stty rows {size.lines} cols {size.columns}; clear\n".encode())
        before = termios.tcgetattr(0)
        tty.setraw(0)
        try:
            _relay(link)
        finally:
            termios.tcsetattr(0, termios.TCSADRAIN, before)
    print(f"\r\nLeft the shell of {arguments.node}. It goes on there.")
    return 0


def _relay(link: socket.socket) -> None:
    """Pass bytes between the terminal and ``link`` until Ctrl-] or the end of the guest."""
    while True:
        ready, _, _ = select.select([0, link], [], [])
        if link in ready:
            data = link.recv(4096)
            if not data:
                return
            os.write(1, data)
        if 0 in ready:
            data = os.read(0, 1024)
            if not data or _LEAVE in data:
                return
            link.sendall(data)


def _do_power_cut(arguments) -> None:
    _lab(arguments).power_cut(arguments.node)
    print(f"{arguments.node} has no power. Next: {_call(arguments)} start {arguments.node}")


def _do_start(arguments) -> None:
    lab = _lab(arguments)
    lab.start(arguments.node)
    lab.wait_minions([arguments.node])
    print(f"{arguments.node} is up and its minion answers.")


def _do_reboot(arguments) -> None:
    lab = _lab(arguments)
    lab.reboot(arguments.node)
    say(f"{arguments.node} has shut down and starts anew")
    lab.wait_minions([arguments.node])
    print(f"{arguments.node} is up again and its minion answers.")


def _do_freeze(arguments) -> None:
    _lab(arguments).freeze(arguments.node)
    print(f"{arguments.node} is frozen. Next: {_call(arguments)} thaw {arguments.node}")


def _do_thaw(arguments) -> None:
    _lab(arguments).thaw(arguments.node)
    print(f"{arguments.node} goes on, unaware of the time it missed.")


def _do_cut_link(arguments) -> None:
    node, network = arguments.node, arguments.network
    _lab(arguments).cut_link(node, network)
    print(f"{node} has no {network}. Next: {_call(arguments)} restore-link {node} {network}")


def _do_restore_link(arguments) -> None:
    _lab(arguments).restore_link(arguments.node, arguments.network)
    print(f"The {arguments.network} of {arguments.node} is plugged in again.")


def _do_cut_portal(arguments) -> None:
    _lab(arguments).cut_portal(arguments.portal)
    print(f"Nothing passes. Next: {_call(arguments)} restore-portal {arguments.portal}")


def _do_restore_portal(arguments) -> None:
    _lab(arguments).restore_portal(arguments.portal)
    print(f"Portal {arguments.portal} is reached again.")


def _do_stop_target(arguments) -> None:
    _lab(arguments).stop_target()
    print(f"The target is gone. Next: {_call(arguments)} start-target")


def _do_start_target(arguments) -> None:
    _lab(arguments).start_target()
    print("The target answers again.")


def _do_cut_path(arguments) -> None:
    place = (arguments.node, arguments.lun, arguments.path)
    _lab(arguments).cut_path(*place)
    words = " ".join(map(str, place))
    print(f"{words}: the path is cut. Next: {_call(arguments)} restore-path {words}")


def _do_restore_path(arguments) -> None:
    place = (arguments.node, arguments.lun, arguments.path)
    _lab(arguments).restore_path(*place)
    print(f"{' '.join(map(str, place))}: the path is back.")


def _do_add_node(arguments) -> None:
    lab = _lab(arguments)
    minion = lab.add_node(arguments.hostname)
    lab.wait_minions([minion])
    print(f"{minion} is up and its minion answers. Next: put it into the pillar.")


def _do_add_lun(arguments) -> None:
    lab = _lab(arguments)
    wwid = lab.add_lun(arguments.lun)
    alias = lab.spec.luns[-1].alias
    print(f"The nodes see /dev/mapper/{alias}, WWID {wwid}. Next: put it into the pillar.")


def _do_grow(arguments) -> None:
    _lab(arguments).grow_lun(arguments.lun, arguments.size)
    print(
        f"{arguments.lun} has {arguments.size}. The nodes see it after a rescan of both paths"
        " (echo 1 > /sys/block/sdX/device/rescan) and multipathd resize map."
    )


def _do_images(arguments) -> None:
    host.require_tools()
    for distro in arguments.distro or DISTROS:
        if distro not in ALL_DISTROS:
            raise LabError(f"There is no image of {distro!r}. Take of: {', '.join(ALL_DISTROS)}.")
        say(f"{distro}: {ensure_image(distro, say)}")
    print(f"The images are ready in {cache_directory()}. Next: {_call(arguments)} up")


if __name__ == "__main__":
    sys.exit(main())
