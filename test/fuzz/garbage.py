"""Damaged texts."""

from . import cases
from . import shell_words

#: What is put into a text to damage it.
PIECES = (
    *("\n", "\n\n", "\t", " ", "#", "\\", "\\\n", "=", ":", "-", "+", "'", '"', "\r", "\r\n", "\0"),
    *("\v", "\f", "\x1c", "\x1f", "\x85", "\xa0", "\u2028", "\ufeff", "é", "\udcff", "٣", "²"),
    *("0", "-1", "255", "4294967296", "-18446744073709551615", "9" * 300, "0" * 300, "x" * 300),
    *shell_words.SHELL,
)


def garbled_texts(kind, part, text, pieces=PIECES):
    """Many damaged copies of a text, or of any of several."""
    for number in cases.share(part):
        dice = cases.chance(kind, number)
        whole = text if isinstance(text, (str, bytes)) else dice.choice(text)
        yield garbled(dice, whole, pieces)


def garbled(dice, text, pieces):
    """A text, or bytes, that is damaged in one to three places; ``pieces`` are put into it."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        at = dice.randint(0, len(text))
        text = dice.choice((_inserted, _inserted, _cut, _moved, _doubled))(dice, text, at, pieces)
    return text


def _inserted(dice, text, at, pieces):
    return text[:at] + dice.choice(pieces) + text[at:]


def _cut(dice, text, at, _pieces):
    return text[:at] + text[at + dice.choice((1, 1, 2, 5, 12, len(text))) :]


def _moved(dice, text, at, _pieces):
    newline = text[:0] + ("\n" if isinstance(text, str) else b"\n")
    lines = text.split(newline)
    lines.insert(dice.randrange(len(lines)), lines.pop(dice.randrange(len(lines))))
    return newline.join(lines)


def _doubled(dice, text, at, _pieces):
    end = at + dice.randrange(1, 60)
    return text[:end] + text[at:end] * dice.choice((1, 1, 2, 30)) + text[end:]
