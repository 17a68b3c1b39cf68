"""Whatever the o2cb settings say: the shell that reads them at boot reads the same, or they are
refused."""

import subprocess

from ocfs2lib.errors import FormulaError
from ocfs2lib.node import o2cb_settings
from ocfs2lib.platform import debian

from . import cases
from . import garbage
from . import shell_words
from .findings import Findings

DEBIAN = debian.PLATFORM.settings
_SETTINGS = o2cb_settings.render(dict.fromkeys(o2cb_settings.NAMES, "7"), DEBIAN)
SETTINGS = (
    _SETTINGS,
    _SETTINGS.replace("\n", "\r\n"),
    "O2CB_ENABLED=true\nO2CB_BOOTCLUSTER='web'\nexport O2CB_STACK=\"o2cb\"  # why\n",
)
SETTINGS_PIECES = (
    *(piece for piece in garbage.PIECES if shell_words.CANARY not in piece and len(piece) < 1000),
    *("O2CB_ENABLED=true", "O2CB_ENABLED=false\n", " O2CB_STACK=x", "export ", "export\t", "=="),
    *("$", "`", ";", "&", "|", "(", ")", "{", "}", "<", ">", "~", "*", "?", "[a]", "!", "%", "^"),
    *("''", '""', "'a'b", '"a"b', "a'b'", "\\\n", "# a\n", "#\\\n", ":", "test", "if", "\n\n"),
)
_NAMES = (*o2cb_settings.NAMES, "O2CB_STACK")


def sourced(paths):
    """What the shell has in each variable after it has read each file."""
    words = " ".join(f'"${name}"' for name in _NAMES)
    script = f"for file; do (. \"$file\"; printf '%s\\0' {words}); printf '\\1\\0'; done"
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *map(str, paths)],
        env={"PATH": "/nonexistent", "LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    written = done.stdout.decode("utf-8", "surrogateescape")
    said = [answer.split("\0")[:-1] for answer in written.split("\1\0")[:-1]]
    return [dict(zip(_NAMES, each)) for each in said]


def understood_settings(kind, part):
    """Damaged settings files with what we understand; those that are refused are left out."""
    found, kept = Findings(), []
    for text in garbage.garbled_texts(kind, part, SETTINGS, SETTINGS_PIECES):
        with found.watch(ascii(text)):
            try:
                values = o2cb_settings.parse(text)
            except FormulaError as err:
                assert str(err)
                continue
            assert {type(each) for pair in values.items() for each in pair} <= {str}
            assert o2cb_settings.effective(values).keys() >= {*o2cb_settings.NAMES}
            kept.append((text, values))
    found.none()
    return kept


def test_any_settings_are_plain_assignments_or_refused():
    understood = understood_settings("any settings", 1)
    assert not cases.ENOUGH or len(understood) > cases.CASES / 10


def test_settings_that_are_understood_say_the_same_to_the_shell(tmp_path):
    found, kept, paths = Findings(), understood_settings("settings", 4), []
    for number, (text, _) in enumerate(kept):
        paths.append(tmp_path / str(number))
        paths[-1].write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
    for start in range(0, len(kept), 200):
        said = sourced(paths[start : start + 200])
        for (text, values), answer in zip(kept[start : start + 200], said, strict=True):
            with found.watch(ascii(text)):
                assert {name: values.get(name, "") for name in _NAMES} == answer
    found.none()


def test_any_output_of_debconf_is_answers():
    found = Findings()
    text = "".join(f"* {name}: 7\n" for name in DEBIAN.questions.values())
    for garbled in garbage.garbled_texts("debconf", 4, text):
        with found.watch(ascii(garbled)):
            answer = o2cb_settings.parse_debconf(garbled, DEBIAN.questions)
            assert answer.keys() <= DEBIAN.questions.keys()
            assert all(isinstance(value, str) for value in answer.values())
    found.none()
