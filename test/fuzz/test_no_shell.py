"""Whatever pillar, names and grants hold: no shell is started, no word of it becomes two, and a
state answers as a state. What is started is seen by Python itself and, for fewer, by the kernel."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from functional.conftest import MINION
from ocfs2lib.node import cluster_conf
from ocfs2lib.system import systemd
from ocfs2lib.system import tools
from support.devices import mounted_tmpfs
from support.devices import named
from support.devices import simulated_wwid
from support.images import attached
from support.images import own_uuid
from support.images import sparse
from support.o2cb import of_size
from support.zoo import SIZE

from . import cases
from . import pillar_cases
from . import shell_words
from . import wrong_values
from .findings import Findings

pytestmark = [
    pytest.mark.usefixtures("alone"),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]

SHELLS = {"sh", "bash", "dash", "ash", "ksh", "zsh", "csh", "tcsh", "fish", "busybox", "su", "env"}
#: What a function of the formula may raise for what it is given.
REFUSALS = (CommandExecutionError, SaltInvocationError)
STATES = (
    *("ocfs2.pillar_valid", "ocfs2.host_fit", "ocfs2.kernel", "ocfs2.mounted", "ocfs2.unmounted"),
    "ocfs2.services",
    *("o2cb.cluster_conf", "o2cb.settings", "o2cb.boot", "o2cb.firewall", "o2cb.online"),
)


@pytest.fixture(scope="module")
def alone(sandbox):
    """Also a private /run: no systemd is reached, and no lock of a test beside this one."""
    with mounted_tmpfs(Path("/run")):
        yield


class Starts:
    """The process starts of this process, while it is on: ``[(executable, words)]``."""

    def __init__(self):
        self.on, self.seen = False, []
        sys.addaudithook(self._note)

    def _note(self, event, args):
        if not self.on:
            return
        if event == "subprocess.Popen":
            self.seen.append((args[0] or args[1][0], list(args[1])))
        elif event in ("os.exec", "os.posix_spawn"):
            self.seen.append((args[0], list(args[1])))
        elif event in ("os.system", "os.spawn", "pty.spawn", "os.forkpty", "os.fork"):
            self.seen.append((event, list(map(str, args))))


@pytest.fixture(scope="module")
def starts():
    """A hook cannot be taken away again; it only notes what runs while it is on."""
    return Starts()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where tools are started, so what a shell would leave there is seen."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    # Mount points are immutable, and a directory of a test has to go.
    subprocess.run(["chattr", "-R", "-i", str(tmp_path)], check=False)


def texts_in(value):
    """Every text anywhere in a value, which may hold itself."""
    found, seen, waiting = set(), set(), [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.add(item)
        elif isinstance(item, (dict, list, tuple)) and id(item) not in seen:
            seen.add(id(item))
            waiting += [*item, *item.values()] if isinstance(item, dict) else item
    return found


def innocent(started, given):
    """Fail if a shell was started, or if what was given is not one word of a tool as it stands."""
    texts = {text for text in texts_in(given) if shell_words.CANARY in text}
    for executable, words in started:
        assert os.path.basename(os.fsdecode(executable)) not in SHELLS, (executable, words)
        assert os.path.basename(words[0]) not in SHELLS, (executable, words)
        for word in words:
            assert shell_words.CANARY not in word or word.endswith(tuple(texts)), (
                executable,
                words,
            )


def section_of(number):
    """The pillar of a case, in which this minion is mostly one of the nodes."""
    section = pillar_cases.pillar(number).section
    nodes = section.get("nodes") if isinstance(section, dict) else None
    if isinstance(nodes, dict) and nodes and MINION not in nodes:
        nodes[MINION] = nodes.pop(next(iter(nodes)))
    return section


def odd_name(dice, section, place):
    """The name of a state: a LUN of the pillar, a path, or anything."""
    luns = section.get("luns") if isinstance(section, dict) else None
    names = [key for key in luns if isinstance(key, str)] if isinstance(luns, dict) else []
    return dice.choice((*names[:2], f"{place}/{dice.choice(shell_words.SHELL)}", *odd_texts(dice)))


def odd_texts(dice):
    """Texts that an operator or a caller may hand over, without those that no file can have."""
    texts = [text for text in wrong_values.TEXTS if len(text) < 1000]
    return dice.choices(texts, k=2)


WWID = "35000c50000000001"
GRANT = {
    "uuid": own_uuid(),
    "token": "t",
    "leader": MINION,
    "again": False,
    "job": "",
    "operator": "",
}


def called(number, minion, place):
    """One call of the formula: the function, its arguments by name, what it may raise."""
    dice = cases.chance("call", number)
    section = section_of(number)
    name = odd_name(dice, section, place)
    kind = dice.random()
    if kind < 0.5:
        state = dice.choice(STATES)
        return minion.states_test[state], {"name": name, "config": section}, ()
    if kind < 0.55:
        arguments = {"name": name, "config": section, "grant": {**GRANT, "token": name}}
        return minion.states_test["ocfs2.formatted"], arguments, ()
    if kind < 0.6:
        path = f"{place}/{dice.choice(shell_words.SHELL).strip()}"
        return minion.states["o2cb.cluster_conf"], {"name": path, "config": section}, ()
    function, arguments = dice.choice(_FUNCTIONS)(dice, place)
    if isinstance(function, str):
        function = minion.modules[function]
    return function, arguments, REFUSALS


def _tool(dice, place):
    return tools.attempt, {
        "argv": ["o2cb", f"--config-file={place}/none", "list-nodes", "--", dice.choice(_SAFE)],
        "stdin": dice.choice(_SAFE),
    }


#: What may be handed to execve(2), which takes no NUL.
_SAFE = [text for text in wrong_values.TEXTS if "\0" not in text and text.isprintable()][:60]


def _probe(dice, _place):
    return "ocfs2.probe", {"device": f"/dev/mapper/{dice.choice(_SAFE)}", "prove_blank": True}


def _mount(dice, place):
    mount = [f"ocfs2_mount.{name}" for name in ("mount", "unmount", "at", "release")]
    function = dice.choice([*mount, "ocfs2_mountpoint.protect", "ocfs2_mountpoint.protected"])
    return function, {"path": f"{place}/mnt/{dice.choice(shell_words.SHELL)}"}


def _drain(dice, place):
    return "ocfs2_drain.run", {"command": f"{place}/{dice.choice(shell_words.SHELL)}", "limit": 5}


def _unit(dice, _place):
    verb = dice.choice(("enable", "disable", "mask", "unmask", "restart", *_SAFE[:5]))
    return systemd.unit, {"verb": verb, "name": f"x{dice.choice(_SAFE)}.service"}


def _conf(dice, place):
    text = cluster_conf.render(of_size(2)).replace("node1", dice.choice(_SAFE))
    return "o2cb.conf_write", {"text": text, "path": f"{place}/cluster.conf"}


def _live(dice, _place):
    word = dice.choice(_SAFE)
    return dice.choice(
        (
            ("o2cb.register", {"cluster": word}),
            ("o2cb.online", {"cluster": word}),
            ("o2cb.attribute_write", {"cluster": word, "attribute": word, "value": word}),
            ("o2cb.settings_write", {"values": {word: word}}),
            ("o2cb.debconf_set", {"values": {"O2CB_BOOTCLUSTER": word}}),
            ("o2cb_firewall.facts", {"backend": word, "port": 7777, "nodes": {word: word}}),
            ("o2cb_firewall.load", {"backend": word, "port": 7777, "nodes": {word: word}}),
            ("o2cb_setup.panic", {"path": f"/etc/{word}"}),
        )
    )


def _census(dice, _place):
    word = dice.choice(_SAFE)
    setup = {"firewall": ["nftables", 7777, {word: "10.0.0.1"}]}
    return "ocfs2_node.census", {"luns": {word: f"/dev/mapper/{word}"}, "setup": setup}


_FUNCTIONS = (_tool, _probe, _mount, _mount, _drain, _unit, _conf, _live, _census)


def carried_out(number, minion, place, found):
    """Carry one call out; what was given to it."""
    function, arguments, refusals = called(number, minion, place)
    words = ", ".join(f"{name} {wrong_values.brief(each)}" for name, each in arguments.items())
    name = getattr(function, "name", function)
    with found.watch(f"call {number}: {name} with {words}; {pillar_cases.pillar(number)}"):
        try:
            answer = function(**arguments)
        except refusals as err:
            assert str(err)
        else:
            if not refusals:
                assert answer.keys() == {"name", "result", "changes", "comment"}
                assert answer["result"] in (True, False, None)
                assert answer["comment"]
                assert isinstance(answer["changes"], dict)
    return arguments


def test_python_starts_no_shell(minion, starts, place):
    found, tools, hostile = Findings(), set(), 0
    for number in cases.share(10, least=100):
        starts.seen.clear()
        starts.on = True
        try:
            given = carried_out(number, minion, place, found)
        finally:
            starts.on = False
        with found.watch(f"call {number}: {starts.seen}"):
            innocent(starts.seen, given)
        tools |= {os.path.basename(words[0]) for _, words in starts.seen}
        hostile += sum(shell_words.CANARY in word for _, words in starts.seen for word in words)
    found.none()
    assert hostile > 5
    assert {"o2cb", "modprobe", "mount"} <= tools
    assert not list(place.rglob(shell_words.CANARY))


# The same as the kernel sees it: also what the tools themselves start.


_EXECVE = re.compile(r'execve\("((?:[^"\\]|\\.)*)", \[(.*?)\], .*(?:\) = 0| <unfinished \.\.\.>)')
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')


def unescaped(text):
    """A string as strace -xx prints it."""
    return bytes.fromhex(text.replace("\\x", "")).decode("utf-8", "surrogateescape")


def executed(directory):
    """``[(executable, words)]`` of every program that was really started, from strace's logs."""
    lines = [line for log in directory.iterdir() for line in log.read_text().splitlines()]
    return [
        (unescaped(found[1]), [unescaped(word) for word in _WORD.findall(found[2])])
        for found in map(_EXECVE.fullmatch, lines)
        if found
    ]


@pytest.fixture
def traced(place):
    """strace, attached to this process and all that it starts; a function that ends it and
    returns what was executed."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    logs = place / "strace"
    logs.mkdir()
    # A log for each process: in a common one, they break each other's lines.
    argv = ["strace", "-ff", "-xx", "-s", "100000", "-e", "trace=execve", "-e", "signal=none"]
    argv += ["-o", f"{logs}/log", "-p", str(os.getpid())]
    process = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
    said = process.stderr.readline()
    assert "attached" in said, said

    def end():
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        return executed(logs)

    yield end
    if process.poll() is None:
        end()


def test_the_kernel_starts_no_shell(minion, starts, place, traced):
    found, given = Findings(), []
    starts.seen.clear()
    starts.on = True
    try:
        for number in cases.share(100, least=20):
            given.append(carried_out(number, minion, place, found))
    finally:
        starts.on = False
    started = traced()
    found.none()
    words = [each for _, each in started]
    assert [each for _, each in starts.seen if each not in words] == []
    innocent(started, given)
    assert {"o2cb", "modprobe"} <= {os.path.basename(executable) for executable, _ in started}
    assert any(shell_words.CANARY in word for _, words in started for word in words)
    assert not list(place.rglob(shell_words.CANARY))


#: Every character that a label may have and a shell would act on.
LABEL = f"a$(touch${{IFS}}{shell_words.CANARY})`id`;-F|x>y&'\"\\*?[a]{{b,c}}~#!%s"


@pytest.fixture
def formatted(minion, place, config):
    """A function that formats a LUN with that label, for real; returns what the state says."""
    if not shutil.which("mkfs.ocfs2"):
        pytest.skip("ocfs2-tools are not installed")

    def once():
        config["nodes"] = {MINION: {"number": 0, "address": "192.168.100.1"}}
        with (
            attached(sparse(place / "lun", SIZE)) as device,
            named(device) as name,
            simulated_wwid(device, WWID),
        ):
            config["luns"]["primary"].update(
                {"device": name, "wwid": WWID, "size": SIZE, "label": LABEL},
                type="mail",
                format="once",
            )
            minion.modules["ocfs2_format.mark"]("ocfs2", WWID, "t")
            return minion.states["ocfs2.formatted"]("primary", config, GRANT)

    return once


def test_a_label_comes_to_the_volume_as_it_stands(formatted, starts, place):
    starts.seen.clear()
    starts.on = True
    try:
        ret = formatted()
    finally:
        starts.on = False
    assert ret["result"] is True, ret["comment"]
    ((_, volume),) = [change.values() for change in ret["changes"].values()]
    assert volume["label"] == LABEL
    mkfs = [words for _, words in starts.seen if "mkfs.ocfs2" in words]
    assert [LABEL in words for words in mkfs] == [True]
    innocent(starts.seen, LABEL)
    assert not list(place.rglob(shell_words.CANARY))


def test_the_kernel_starts_no_shell_for_a_format(formatted, traced, monkeypatch, place):
    monkeypatch.setenv("PAGER", f"touch {shell_words.CANARY}")
    ret = formatted()
    innocent(traced(), LABEL)
    assert ret["result"] is True, ret["comment"]
    assert not list(place.rglob(shell_words.CANARY))


# What went wrong in here before.


@pytest.mark.parametrize("grant", [{}, None, "x", []])
def test_a_grant_of_another_shape_is_refused(states_test, config, grant):
    config["luns"]["primary"]["format"] = "once"
    ret = states_test["ocfs2.formatted"]("primary", config, grant)
    assert ret["result"] is False
    assert ret["comment"].startswith("Not formatted. ")


@pytest.mark.parametrize("below", ["", "/below"])
def test_a_file_in_the_way_of_a_mount_point_is_named(modules, place, below):
    (place / "file").touch()
    with pytest.raises(CommandExecutionError, match=f"{place}/file"):
        modules["ocfs2_mount.mount"](f"{place}/file{below}")


def test_a_shell_would_be_seen(starts, traced, place):
    starts.seen.clear()
    starts.on = True
    subprocess.run(f"true; touch {shell_words.CANARY}", shell=True, check=True)  # noqa: S602
    starts.on = False
    for started in (starts.seen, traced()):
        with pytest.raises(AssertionError):
            innocent(started, [])
    assert list(place.rglob(shell_words.CANARY))
    with pytest.raises(AssertionError):
        innocent([("/bin/true", ["true", *shell_words.SHELL[0].split()])], shell_words.SHELL)
