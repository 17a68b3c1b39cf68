"""The documents agree with the tree: pictures, paths and names in them."""

import ast
import re
import runpy
from functools import cache
from pathlib import Path
from xml.parsers import expat

import pytest

from support.zoo import ZOO
from unit.test_conventions import ARROWS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ROOMS = ROOT / "_utils" / "ocfs2lib"
PICTURES = runpy.run_path(str(DOCS / "pictures.py"))


@pytest.mark.parametrize("name", ["architecture", "cluster"])
def test_a_picture_is_what_its_script_makes(name):
    made = PICTURES[name]()
    assert (DOCS / f"{name}.svg").read_text(encoding="utf-8") == made, "run: make docs"
    expat.ParserCreate().Parse(made, True)
    assert "<title" in made
    assert "<desc" in made


def test_the_page_on_platforms_is_what_its_script_makes():
    made = runpy.run_path(str(DOCS / "platform_pages.py"))["page"]()
    assert (DOCS / "platforms.rst").read_text(encoding="utf-8") == made, "run: make docs"


def test_the_picture_of_the_architecture_has_every_room():
    shown = {name for row in PICTURES["ROOMS"] for name, _ in row}
    missing = {path.parent.name for path in ROOMS.glob("*/__init__.py")} - shown
    assert missing == set(), "add it to ROOMS in docs/pictures.py and run: make docs"


def test_in_the_picture_a_room_stands_above_all_that_it_may_use():
    level = {name: number for number, row in enumerate(PICTURES["ROOMS"]) for name, _ in row}
    upwards = {
        (room, used)
        for room in level
        for used in ARROWS[room].split()
        if level[used] <= level[room]
    }
    assert upwards == set()


def test_the_package_itself_lists_every_room():
    docstring = (ROOMS / "__init__.py").read_text(encoding="utf-8")
    missing = [room for room in ARROWS if room and not re.search(rf"\b{room}  ", docstring)]
    assert missing == []


def test_the_page_of_the_architecture_says_which_room_may_use_which():
    text = (DOCS / "architecture.rst").read_text(encoding="utf-8")
    table = dict(re.findall(r"^``(\w+)/``  .*  (\S.*)$", text, re.MULTILINE))
    said = {room: set(table.get(room, "").replace(",", "").split()) for room in ARROWS if room}
    allowed = {room: set(used.split()) or {"none"} for room, used in ARROWS.items() if room}
    allowed["master"] = {"every", "other", "room"}
    assert said == allowed


#: Where every file, room and name that is mentioned has to be in the tree.
HOUSE = [DOCS / "architecture.rst", DOCS / "vocabulary.rst"]
PAGES = sorted([ROOT / "README.rst", *DOCS.glob("*.rst")])
SUFFIXES = (".py", ".sls", ".jinja", ".rst", ".json", ".toml", ".yaml", ".yml")
#: What looks like a name of the code but is a setting or a file of a node.
OTHERS = {"kernel.panic", "kernel.panic_on_oops", "ocfs2.prom"}
CALLED = [
    path for kind in ("modules", "states", "runners") for path in (ROOT / f"_{kind}").glob("*.py")
]


def _literals(page):
    return dict.fromkeys(re.findall(r"``([^`]+)``", page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", HOUSE, ids=lambda page: page.stem)
def test_every_file_and_room_that_is_named_exists(page):
    named = [
        each
        for each in _literals(page)
        if not re.search(r"^/|\s", each) and ("/" in each or each.endswith(SUFFIXES))
    ]
    assert named
    assert [each for each in named if not _is_in_tree(each)] == []


def _is_in_tree(path):
    return any(any(root.glob(path.rstrip("/"))) for root in (ROOT, ROOMS))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_name_of_the_code_resolves(page):
    dotted = [
        each
        for each in _literals(page)
        if re.fullmatch(r"\w+(\.(\w+|\*))+", each)
        and each not in OTHERS
        and not each.endswith((".service", *SUFFIXES))
    ]
    assert [each for each in dotted if _resolves(each.split(".")) is False] == []


def _resolves(parts):
    """Whether a dotted name is one of the rooms, or one that Salt knows; None if it is neither."""
    if (ROOMS / parts[0]).is_dir() or (ROOMS / f"{parts[0]}.py").is_file():
        return _is_in_room(ROOMS, parts) or _is_in_tree(".".join(parts))
    files = [path for path in CALLED if parts[0] == path.stem]
    if not files:
        return None
    names = {name for path in files for name in _names(_tree(path))}
    # A word in capitals stands for any name, as in ocfs2.orch.VERB.
    parts = ["*" if part.isupper() else part for part in parts]
    return parts[1] in {*names, "*"} or _is_sls(parts)


@cache
def _tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def _is_in_room(directory, parts):
    path = directory / parts[0]
    if path.is_dir():
        return len(parts) == 1 or _is_in_room(path, parts[1:])
    file = path.with_suffix(".py")
    return file.is_file() and _has(_tree(file), parts[1:])


def _has(tree, parts):
    if not parts:
        return True
    found = _names(tree)
    return parts[0] in found and (len(parts) == 1 or _has(found[parts[0]], parts[1:]))


def _names(tree):
    """``{name: what it is}`` of all that a module or class defines, or a function takes."""
    found = {}
    for node in getattr(tree, "body", ()):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
            found.update((each.id, node) for each in names if isinstance(each.ctx, ast.Store))
        elif isinstance(node, ast.AnnAssign):
            found[node.target.id] = node
    return found


def _is_sls(parts):
    path = "/".join(parts)
    return any(ROOT.glob(f"{path}.sls")) or any(ROOT.glob(f"{path}/init.sls"))


#: The guards; beside them, the table of safety.rst names what the master and the leader do.
GUARDS = [ROOMS / "lun" / "format_guards.py", ROOMS / "lun" / "mount_guards.py"]
ACTORS = [ROOMS / "operations" / "format_luns.py", ROOT / "_modules" / "ocfs2_format.py"]


def _guards():
    """``{number of a guard: the names in the last column of its row}`` of the table."""
    text = (DOCS / "safety.rst").read_text(encoding="utf-8")
    rule, rows = re.search(r"^(===  =+  =+)\n(G1 .*?)^\1", text, re.MULTILINE | re.DOTALL).groups()
    found, number = {}, None
    for row in rows.splitlines():
        number = row[:5].strip() or number
        names = re.findall(r"``([\w.]+)``", row[rule.rindex(" ") + 1 :])
        found.setdefault(number, []).extend(names)
    return found


def test_what_the_table_of_guards_names_exists():
    names = [each for names in _guards().values() for each in names]
    assert len(names) > 15
    trees = [_tree(path) for path in (*GUARDS, *ACTORS)]
    known = [each for each in names if any(_has(tree, each.split(".")) for tree in trees)]
    rooms = [each for each in names if _resolves(each.split("."))]
    assert [each for each in names if each not in known + rooms] == []


def test_the_table_of_guards_names_each_guard_under_its_number():
    named = {(number, name) for number, names in _guards().items() for name in names}
    guards = {
        (found[1], name)
        for path in GUARDS
        for name, node in _names(_tree(path)).items()
        if isinstance(node, ast.FunctionDef)
        and (found := re.match(r"\s*(G\d+): ", ast.get_docstring(node) or ""))
    }
    assert len(guards) > 10
    assert guards - named == set()


FORMULA = [path for kind in ("_*/*.py", "_*/ocfs2lib/**/*.py") for path in ROOT.glob(kind)]


@pytest.mark.parametrize("path", FORMULA, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_docstring_refers_to_exists(path):
    text = path.read_text(encoding="utf-8")
    named = re.findall(r":(?:func|class|data|mod|meth):`([\w.]+)`", text)
    assert [each for each in named if not _is_known(path, each.split("."))] == []


def _is_known(path, parts):
    """Whether a name is one of the file, of its room, of the library, or one that it imports."""
    tree = _tree(path)
    own = _names(tree)
    classes = [node for node in own.values() if isinstance(node, ast.ClassDef)]
    if any(_has(each, parts) for each in (tree, *classes)):
        return True
    imported = {
        alias.name
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    if ROOMS in path.parents and _is_in_room(path.parent, parts):
        return True
    return parts[0] in imported or _resolves(parts) is True


def test_the_table_of_other_tools_has_every_content():
    text = (DOCS / "peers.rst").read_text(encoding="utf-8")
    found = re.findall(r"^(\S.*?)  .*(?:formatted|left)$", text, re.MULTILINE)
    assert found == [*ZOO, "blank"], "make bench-peers"


def test_the_vocabulary_is_in_alphabetical_order():
    text = (DOCS / "vocabulary.rst").read_text(encoding="utf-8")
    terms = re.findall(r"^(\w[^\n]*)\n   \S", text, re.MULTILINE)
    assert len(terms) > 50
    assert terms == sorted(terms, key=str.casefold)
