"""What holds for every module of the formula, read from its source."""

import ast
import functools
import re
import sys
from pathlib import Path

import pytest

from ocfs2lib.version import PYTHON

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {kind: sorted((ROOT / f"_{kind}").glob("*.py")) for kind in ("modules", "runners")}
STATES = sorted((ROOT / "_states").glob("*.py"))
BEACONS = sorted((ROOT / "_beacons").glob("*.py"))
UTILS = sorted((ROOT / "_utils").rglob("*.py"))
LIBRARY = ROOT / "_utils" / "ocfs2lib"
#: Which room may import which; every room may import the files beside the rooms.
ARROWS = {
    "": "",
    "parsers": "",
    "platform": "",
    "firewall": "parsers platform",
    "pillar": "firewall platform",
    "san": "pillar",
    "node": "firewall parsers pillar platform san",
    "lun": "node parsers pillar",
    "answers": "node",
    "plan": "lun node",
    "operations": "answers lun node pillar plan",
    "findings": "lun node parsers plan platform san",
    "status": "findings node plan",
    "fence": "parsers san",
    "health": "findings node",
    "adoption": "firewall lun node parsers pillar platform",
    "system": "parsers san",
}
#: The rooms that reach the world, and what they may import of Salt. No other room imports them.
ARROWS["master"] = " ".join(ARROWS)
OF_SALT = {"system": "salt.exceptions", "master": "salt"}
#: What people read and write; no table that a program wrote.
HELD_IN_MIND = ("_*/**/*.py", "docs/*.rst", "docs/*.py", "ocfs2/**/*.*", "test/**/*.py", "*.rst")
CALLED = [path for paths in SOURCES.values() for path in paths]


def _public(path):
    return [
        node
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def test_a_package_is_imported_by_its_full_name_alone():
    """
    Salt's loader loads the package once more under a name of its own: what that imported would
    exist twice, its classes too.
    """
    for path in UTILS:
        tree = ast.parse(path.read_text())
        assert not [x for x in ast.walk(tree) if isinstance(x, ast.ImportFrom) and x.level], path
        if path.name == "__init__.py":
            assert len(tree.body) == 1, path
            assert ast.get_docstring(tree), path


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_there_is_something_to_look_at():
    assert all(SOURCES.values())
    assert STATES
    assert BEACONS
    assert UTILS


@pytest.mark.parametrize("path", CALLED, ids=lambda path: path.stem)
def test_every_function_shows_how_it_is_called(path):
    module = path.stem
    for function in _public(path):
        text = ast.get_docstring(function) or ""
        assert "CLI Example:" in text, function.name
        called = text.split("CLI Example:")[1]
        # mkfs can only be called with a token, which the orchestration alone has.
        assert f"{module}.{function.name}" in called or "state.orchestrate" in called, function.name


@pytest.mark.parametrize(
    "path", [*CALLED, *STATES], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_every_argument_is_explained(path):
    for function in _public(path):
        text = ast.get_docstring(function) or ""
        assert text, function.name
        for argument in function.args.args:
            # The runner's docstring explains these once, as do the stages.
            if argument.arg not in ("name", "cluster", "absent"):
                assert argument.arg in text, f"{function.name}: {argument.arg}"


@pytest.mark.parametrize(
    "path", [*CALLED, *STATES], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_every_module_says_since_when(path):
    assert ".. versionadded::" in ast.get_docstring(ast.parse(path.read_text()))


def _room(path):
    """The room of a file below the library, ``""`` for what lies beside the rooms."""
    parts = path.relative_to(LIBRARY).parts
    return parts[0] if len(parts) > 1 else ""


@pytest.mark.parametrize("path", UTILS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_knows_no_more_of_salt_than_it_needs(path):
    known = {"ocfs2lib"} | sys.stdlib_module_names
    others = [name for name in _imports(path) if name.partition(".")[0] not in known]
    allowed = OF_SALT.get(_room(path), "nothing")
    assert [name for name in others if not name.startswith(allowed)] == []


@pytest.mark.parametrize("path", UTILS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_library_is_given_what_salt_gives_a_module(path):
    tree = ast.parse(path.read_text())
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & {"__salt__", "__opts__", "__context__", "__grains__", "__pillar__"}


@pytest.mark.parametrize(
    "path", [*CALLED, *STATES, *BEACONS], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_salt_calls_a_file_by_its_name(path):
    """Of two files with one name, only the loader's order decides which is found first."""
    assert "__virtualname__" not in path.read_text()


@pytest.mark.parametrize(
    "path",
    [*CALLED, *STATES, *UTILS, *BEACONS],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_nothing_is_imported_late(path):
    """
    The beacon removes the library from the process once a call has ended: what a function imports
    later than its file would belong to another version of the formula than the file itself.
    """
    tree = ast.parse(path.read_text())
    late = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom)) and node not in tree.body
    ]
    assert late == []


@pytest.mark.parametrize(
    "path", [*CALLED, *STATES, *BEACONS], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_the_library_is_removed_from_a_process_by_its_top_name(path):
    """With a prefix, or one level alone, a job would run old code after an upgrade."""
    text = path.read_text()
    if "sys.modules" in text:
        assert '.partition(".")[0] == "ocfs2lib"' in text


def _rooms_imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "ocfs2lib":
            for alias in node.names:
                name = f"{node.module}.{alias.name}".split(".")[1]
                yield name if (LIBRARY / name).is_dir() else ""


@pytest.mark.parametrize("path", UTILS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_what_lies_beneath_it(path):
    room = _room(path)
    assert set(_rooms_imported(path)) <= {"", room, *ARROWS[room].split()}


def test_there_is_no_circle_between_rooms():
    left = {room: set(beneath.split()) for room, beneath in ARROWS.items()}
    while left:
        bottom = [room for room, beneath in left.items() if not beneath & left.keys()]
        assert bottom, f"a circle among {sorted(left)}"
        for room in bottom:
            del left[room]


@functools.cache
def _texts(path):
    """The texts of a file that are no docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    docstrings = {node.value for node in nodes if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings
    ]


@pytest.mark.parametrize(
    "words",
    [
        *("linux-image", "apt install", "dpkg", "SYSTEMCTL_SKIP_REDIRECT", "/etc/init.d/"),
        *("nftables.service", "multipathd.service", "/vmlinuz", "kmod"),
    ],
)
def test_what_distributions_differ_in_is_said_in_their_room_alone(words):
    platforms = (LIBRARY / "platform").glob("*.py")
    assert any(words in text for path in platforms for text in _texts(path))
    library = [path for path in UTILS if _room(path) != "platform"]
    for path in [*library, *CALLED, *STATES]:
        assert not [text for text in _texts(path) if words in text], path
    for path in (ROOT / "ocfs2").rglob("*.*"):
        assert words not in path.read_text(), path


def test_the_library_has_the_one_name_that_is_free():
    """Not that of a module, a runner, the sls tree, or of something that Salt has itself."""
    assert [path.name for path in (ROOT / "_utils").glob("[!_]*")] == ["ocfs2lib"]
    assert not [path for kind in SOURCES.values() for path in kind if path.stem == "ocfs2lib"]


def test_a_name_of_a_file_says_which():
    """Salt calls its own kinds of module by the name of the file; these may share one."""
    names = [path.name for path in LIBRARY.rglob("*.py") if path.name != "__init__.py"]
    names += [path.name for path in CALLED if path.stem not in ("ocfs2", "o2cb")]
    assert sorted(names) == sorted(set(names))


def test_a_name_of_a_class_says_which():
    """In the tests too: who searches for a class finds one."""
    names = [
        node.name
        for path in (*UTILS, *CALLED, *STATES, *BEACONS, *(ROOT / "test").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    ]
    assert sorted(names) == sorted(set(names))


def test_what_tests_share_is_in_no_test():
    """It is in a conftest or in test/support; but for the table of rooms above."""
    shared = {
        f"{path.parent.name}/{path.name}: {name}"
        for path in (ROOT / "test").rglob("*.py")
        for name in _imports(path)
        if re.search(r"(^|\.)test_\w+$", name or "") and name != "unit.test_conventions"
    }
    assert shared == set()


def test_a_file_is_no_longer_than_one_can_hold_in_mind():
    found = [path for kind in HELD_IN_MIND for path in ROOT.glob(kind)]
    assert len(found) > 300
    assert [path for path in found if path.read_text().count("\n") > 450] == []


def test_nothing_hands_a_force_flag_to_mkfs():
    assert ROOT / "_modules" / "ocfs2_format.py" in SOURCES["modules"]
    # iptables -F empties a chain.
    library = [path for path in UTILS if _room(path) != "firewall"]
    for path in [*SOURCES["modules"], *STATES, *library]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant):
                assert node.value not in ("-F", "-x", "-Fx", "--force"), path.name


@pytest.mark.parametrize("path", [*UTILS, *CALLED, *STATES], ids=str)
def test_a_minion_needs_no_newer_python_than_is_said(path):
    text = path.read_text()
    tree = ast.parse(text, feature_version=PYTHON)
    # A union in an annotation is evaluated, unless annotations are not.
    annotated = [node for node in ast.walk(tree) if isinstance(node, ast.AnnAssign)]
    unions = any(isinstance(part, ast.BitOr) for node in annotated for part in ast.walk(node))
    assert not unions or "from __future__ import annotations" in text
    assert not re.search(r"\bpairwise\b|strict=True", text)
