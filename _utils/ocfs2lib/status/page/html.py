"""
HTML and SVG, of which nothing that comes from outside is ever taken for markup.
"""

import html
import unicodedata

from ocfs2lib import text

#: What has no end tag.
_VOID = frozenset(("br", "meta"))
#: Control, format (they turn the direction of a line), surrogate, private, unassigned, separators.
_UNSHOWN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


class Markup(str):
    """Text that is markup already: what :func:`tag` and :func:`join` return."""

    __slots__ = ()


def escaped(value):
    """Return anything as text, with nothing in it that a browser would obey."""
    if isinstance(value, Markup):
        return value
    shown = "".join(map(_printable, text.printable(str(value))))
    return Markup(html.escape(shown))


def _printable(character):
    if character in "\n\t" or unicodedata.category(character) not in _UNSHOWN:
        return character
    return "?"


def tag(name, /, *inner, **attributes):
    """
    Return an element.

    name
        ``td``, ``circle``; written in the code, as are the names of attributes.
    inner
        Text, which is escaped; :class:`Markup`; None, which is left out; or iterables of these.
    attributes
        ``class_`` stands for ``class``, ``stroke_width`` for ``stroke-width``. One that is None is
        left out.
    """
    parts = [name]
    for key, value in attributes.items():
        if value is not None:
            parts.append(f'{key.rstrip("_").replace("_", "-")}="{escaped(value)}"')
    opened = f"<{' '.join(parts)}>"
    return Markup(opened if name in _VOID else f"{opened}{join(inner)}</{name}>")


def join(parts, between=""):
    """Return parts, as those of :func:`tag`, one after the other; ``between`` is text."""
    return Markup(escaped(between).join(_flat(parts)))


def _flat(parts):
    for part in parts:
        if part is None:
            continue
        if isinstance(part, (str, int, float)):
            yield escaped(part)
        else:
            yield from _flat(part)
