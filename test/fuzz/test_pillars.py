"""Whatever stands in pillar: either it has problems, each with its place, reason and fix, or it
means one thing, and the tools read that and nothing else from what the formula writes."""

import json
import os
import re
import shlex
import shutil
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from salt.exceptions import SaltInvocationError

from ocfs2lib import sizes
from ocfs2lib.errors import PillarInvalid
from ocfs2lib.lun import format_order
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import o2cb_settings
from ocfs2lib.pillar import check
from ocfs2lib.pillar.keys import PILLAR
from ocfs2lib.pillar.problem import in_path
from ocfs2lib.pillar.volume_types import block_bytes
from ocfs2lib.pillar.volume_types import cluster_bytes
from ocfs2lib.pillar.volume_types import journal_bytes
from ocfs2lib.platform import debian
from support import roster

from . import cases
from . import garbage
from . import pillar_cases
from . import shell_words
from . import valid_pillars
from . import wrong_values
from .findings import Findings

DEFAULTS = valid_pillars.EXAMPLE["cluster"]
UUID = "458E997A48634B3DAB36F01667EBB761"
WORKERS = 2
LARGEST_FILE = 15 * sizes.TIB  # that ext4 takes


def sweep(numbers, judge):
    """Judge the cases of these numbers; fail with the least of a pillar that shows each finding."""
    found = Findings()
    for number in numbers:
        case = pillar_cases.pillar(number)
        with found.watch(case):
            judge(case)
    found.reduce(judge, pillar_cases.smaller)
    found.none()


@pytest.fixture(scope="module")
def problems():
    """The problems of every case, as their paths; what is raised instead, the first test tells."""
    found, paths = Findings(), {}
    for number in cases.share(1):
        case = pillar_cases.pillar(number)
        with found.watch(case):
            paths[number] = [problem.path for problem in check.check(case.section)]
    return paths


@pytest.fixture(scope="module")
def valid(problems):
    """The numbers of the valid pillars."""
    return [number for number, paths in problems.items() if not paths]


def problems_are_of_use(case):
    problems = check.check(case.section)
    for problem in problems:
        assert problem.reason
        assert problem.fix
        assert str(problem).isascii()
        assert str(problem).isprintable()
        assert len(str(problem)) < 2000
        assert stands_in(case.section, problem.path), problem.path
    try:
        desired = check.parse(case.section)
    except PillarInvalid as err:
        assert problems
        assert err.problems == tuple(problems)
    else:
        assert not problems
        assert desired.nodes
        assert desired.luns


def stands_in(section, path):
    """Whether a path leads from the top of pillar to what is there, or to a key that is missing."""
    top, _, rest = path.partition(":")
    return top == PILLAR.name and _leads(section, rest)


def _leads(here, rest):
    if isinstance(here, (list, tuple)):
        here = dict(enumerate(here))
    steps = list(_steps(here, rest)) if rest and isinstance(here, dict) else []
    if not steps:
        return not rest or set(rest.split(":")) <= KEYS
    return any(_leads(inner, others) for inner, others in steps)


def _steps(entries, rest):
    """Yield what the first key of ``rest`` names, and what of ``rest`` follows it; two long keys
    may look the same in a path."""
    first, _, others = rest.partition(":")
    if first in entries:
        yield entries[first], others
        return
    for key, inner in entries.items():
        if f"{rest}:".startswith(f"{in_path(key)}:"):
            yield inner, rest[len(in_path(key)) + 1 :]


KEYS = {*wrong_values.FIELDS}


def test_every_problem_has_its_place_reason_and_fix():
    sweep(cases.share(1), problems_are_of_use)


def test_more_nodes_than_there_may_be_and_wrong_slots_are_problems():
    section = roster.section(256)
    section["luns"]["primary"]["slots"] = 0
    problems_are_of_use(pillar_cases.PillarCase(0, section, {}))


def test_a_good_part_of_the_pillars_is_valid_or_nearly(problems, valid, capsys):
    counts = [len(paths) for paths in problems.values()]
    damaged = [number for number in valid if pillar_cases.pillar(number).done]
    shares = {
        "valid": len(valid) / len(counts),
        "valid although damaged": len(damaged) / len(counts),
        "one or two problems": sum(0 < count < 3 for count in counts) / len(counts),
        "more": sum(count > 2 for count in counts) / len(counts),
    }
    with capsys.disabled():
        said = ", ".join(f"{share:.1%} {name}" for name, share in shares.items())
        print(f"\n{len(counts)} pillars: {said}")
    if cases.ENOUGH:
        assert shares["valid"] > 0.25
        assert shares["valid although damaged"] > 0.04
        assert shares["one or two problems"] > 0.25
        assert shares["more"] > 0.05


def test_nearly_every_key_is_refused_at_some_time(problems):
    """Some stand so deep that chance passes them by."""
    refused = {path.rpartition(":")[2] for paths in problems.values() for path in paths}
    assert cases.CASES < 1000 or len(KEYS - refused) < len(KEYS) / 10


def test_a_size_with_many_blanks_is_refused_at_once():
    section = valid_pillars.valid_pillar(cases.chance("blanks", 0))
    next(iter(section["luns"].values()))["size"] = f"1{' ' * 10000}!"
    start = time.process_time()
    assert check.check(section)
    assert time.process_time() - start < 0.1


# A file of an operator, through the execution module.


YAML = (
    *("\t", "  ", "\n", "\r\n", "\r", ":", ": ", "- ", "? ", "#", "---\n", "...\n", "%YAML 9.9\n"),
    *("{", "}", "[", "]", "'", '"', "|\n", ">\n", "&a ", "*a", "<<: *a\n", "<<: 5\n", "? [a]\n"),
    *("!!int x", "!!float x", "!!binary x", "!!set x", "!!str ", "!x ", "!!omap "),
    *(
        "2024-13-45",
        "2024-02-30T25:00:00Z",
        "0o17",
        "1e999",
        "- - - -",
        "\0",
        "\ufeff",
        "\x85",
        "é",
    ),
    *("ocfs2:\n", "ocfs2: &a [*a]\n", "{{ x }}", "{% x %}", "#!py\n", "[" * 300, "{a: " * 300),
    f"!!python/object/apply:os.system ['touch {shell_words.CANARY}']",
    f"!!python/name:os.{shell_words.CANARY}",
    *shell_words.SHELL,
)


def file_is_checked(modules, path):
    try:
        answer = modules["ocfs2.check"](str(path))
    except SaltInvocationError as err:
        assert str(path) in str(err)
    else:
        assert answer.keys() == {"valid", "problems"}
        assert answer["valid"] is (not answer["problems"])
        for problem in answer["problems"]:
            assert all(isinstance(problem[key], str) for key in ("path", "reason", "fix"))
        json.dumps(answer)
        return answer["valid"]


def test_any_file_is_checked_or_named_as_no_yaml(modules, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found, judged = Findings(), []
    for number in cases.share(5):
        dice = cases.chance("file", number)
        text = valid_pillars.EXAMPLE_PATH.read_text(encoding="utf-8")
        path = tmp_path / dice.choice(("pillar.sls", "a b;c", "-x", "$(x)", "é\n"))
        text = garbage.garbled(dice, text, YAML)
        path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
        with found.watch(f"file {number}: {text!a}"):
            judged.append(file_is_checked(modules, path))
    found.none()
    assert not (tmp_path / shell_words.CANARY).exists()
    assert not cases.ENOUGH or {True, False, None} == set(judged)


@pytest.mark.parametrize("value", ["!!int ''", "!!float ''", "!!bool x"])
def test_a_file_that_yaml_trips_over_is_named_as_no_yaml(modules, tmp_path, value):
    path = tmp_path / "pillar.sls"
    path.write_text(f"ocfs2: {value}\n", encoding="utf-8")
    assert file_is_checked(modules, path) is None


# What a valid pillar means, read from it without the formula's help.


def meant(section):
    """The cluster that a valid pillar means, with its defaults: its keys and its nodes."""
    cluster = {**DEFAULTS, **(section.get("cluster") or {})}
    nodes = {
        node["number"]: (node.get("name") or minion.split(".")[0], node["address"])
        for minion, node in section["nodes"].items()
    }
    return cluster, nodes


def o2cb_lines(section):
    """What ``o2cb list-cluster --oneline`` says of a valid pillar, in any order."""
    cluster, nodes = meant(section)
    name, port = cluster["name"], cluster["port"]
    lines = [
        f"node: {number} {node} {address}:{port} {name}"
        for number, (node, address) in nodes.items()
    ]
    assert len(lines) == len(section["nodes"])
    return sorted([*lines, f"cluster: {len(nodes)} {cluster['heartbeat_mode']} {name}"])


@pytest.mark.skipif(not shutil.which("o2cb"), reason="ocfs2-tools are not installed")
def test_o2cb_reads_the_cluster_that_the_pillar_means(valid, tmp_path):
    found, seen, own = Findings(), set(), threading.local()

    def listed(text, name):
        if not hasattr(own, "path"):
            own.path = tmp_path / f"cluster.conf.{threading.get_ident()}"
        own.path.write_text(text, encoding="utf-8")
        argv = ["o2cb", f"--config-file={own.path}", "list-cluster", "--oneline", name]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    def judge(number, answer):
        case = pillar_cases.pillar(number)
        with found.watch(case):
            assert sorted(answer.result().splitlines()) == o2cb_lines(case.section)

    with ThreadPoolExecutor(WORKERS) as pool:
        waiting = []
        for number in valid:
            desired = check.parse(pillar_cases.pillar(number).section)
            conf = cluster_conf.from_desired(desired)
            text = cluster_conf.render(conf)
            if text in seen:
                continue
            seen.add(text)
            assert cluster_conf.parse(text) == conf
            assert cluster_conf.doubts(conf) == []
            waiting.append((number, pool.submit(listed, text, desired.cluster.name)))
            if len(waiting) > 100:
                judge(*waiting.pop(0))
        for each in waiting:
            judge(*each)
    found.none()
    assert not cases.ENOUGH or len(seen) > len(valid) / 2


def settings_are_meant(case):
    cluster = meant(case.section)[0]
    values = o2cb_settings.from_desired(check.parse(case.section))
    text = o2cb_settings.render(values, debian.PLATFORM.settings)
    # The words that a shell finds in it, without a shell.
    assert shlex.split(text, comments=True) == [
        "O2CB_ENABLED=true",
        f"O2CB_BOOTCLUSTER={cluster['name']}",
        f"O2CB_HEARTBEAT_THRESHOLD={cluster['heartbeat_threshold']}",
        f"O2CB_IDLE_TIMEOUT_MS={cluster['idle_timeout_ms']}",
        f"O2CB_KEEPALIVE_DELAY_MS={cluster['keepalive_delay_ms']}",
        f"O2CB_RECONNECT_DELAY_MS={cluster['reconnect_delay_ms']}",
    ]
    assert re.fullmatch(r"(#[^\n]*\n|\n|O2CB_[A-Z_]+=[A-Za-z0-9]+\n)+", text)


def test_the_settings_file_says_what_the_pillar_means(valid):
    sweep(valid, settings_are_meant)


# The order to format.


def orders(case):
    """Each LUN of a valid pillar as it was typed, as it was read, and the order to format it."""
    desired = check.parse(case.section)
    for lun in desired.luns:
        order = format_order.FormatOrder(
            device=lun.device,
            wwid=lun.wwid,
            size=lun.size,
            uuid=lun.uuid or UUID,
            label=lun.label,
            slots=lun.slots,
            cluster=desired.cluster.name,
            fs_type=lun.type,
            leader=desired.nodes[0].minion,
            block_size=lun.block_size,
            cluster_size=lun.cluster_size,
            journal_size=lun.journal_size,
            features=lun.features,
        )
        yield case.section["luns"][lun.key], lun, order


def orders_are_meant(case):
    cluster, nodes = meant(case.section)
    for typed, lun, order in orders(case):
        assert order.arguments() == [
            *("-U", (typed.get("uuid") or UUID).replace("-", "").upper()),
            *("-L", typed.get("label") or lun.key),
            *(
                "-N",
                str(typed.get("slots") or min(max(len(typed.get("nodes") or nodes) + 2, 4), 255)),
            ),
            *("-T", typed.get("type", "vmstore")),
            *("-J", f"size={lun.journal_size},block64" if lun.journal_size else "block64"),
            *(("-b", str(lun.block_size)) if typed.get("block_size") else ()),
            *(("-C", str(lun.cluster_size)) if typed.get("cluster_size") else ()),
            *([f"--fs-features={','.join(lun.features)}"] if typed.get("features") else ()),
            "--cluster-stack=o2cb",
            f"--cluster-name={cluster['name']}",
        ]


def test_every_lun_of_a_valid_pillar_can_be_ordered(valid):
    sweep(valid, orders_are_meant)


@pytest.mark.skipif(not shutil.which("mkfs.ocfs2"), reason="ocfs2-tools are not installed")
def test_mkfs_understands_every_order_in_a_dry_run(valid, tmp_path):
    image = tmp_path / "image"
    image.touch()

    def understood(case):
        for typed, lun, order in list(orders(case))[:2]:
            if lun.size > LARGEST_FILE or (lun.uuid and lun.size < 16 * sizes.GIB):
                continue
            os.truncate(image, lun.size)
            done = subprocess.run(
                ["mkfs.ocfs2", "-n", *order.arguments(), str(image)],
                capture_output=True,
                text=True,
                check=True,
            )
            lines = done.stdout.splitlines()
            assert f"Label: {typed.get('label') or lun.key}" in lines
            assert f"Node slots: {lun.slots}" in lines
            assert f"Filesystem Type of {lun.type}" in lines
            sizes_ = lun.block_size, lun.cluster_size, lun.journal_size
            assert f"Journal size: {journal_bytes(lun.type, lun.size, *sizes_)}" in lines
            assert any(
                line.startswith(f"Block size: {block_bytes(lun.size, lun.block_size)} ")
                for line in lines
            )
            cluster = cluster_bytes(lun.type, lun.size, lun.cluster_size)
            assert any(line.startswith(f"Cluster size: {cluster} ") for line in lines)

    sweep(valid[::10], understood)
