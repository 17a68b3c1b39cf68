"""
What a minion returned, made fit for everything that follows: the one place through which it passes.

Nothing of it can turn what a terminal, a log or a page shows into something else, and no line can
become several. What has to be read line by line keeps its lines: the fields of :data:`LINES`.
"""

import re

#: Fields whose texts are files, or the output of a tool, with lines of their own.
LINES = frozenset(("files", "services", "text"))
#: Control characters, those that turn the direction of a line or take no space, and surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff]"
)
#: No answer that the formula asks for is nested so deeply, has so many values or so much text.
_DEPTH, _VALUES, _CHARACTERS = 64, 1 << 18, 1 << 23
TOO_LARGE = "its answer is too large"


def cleaned(answer):
    """
    Return an answer with texts that are safe to show; everything else of it stays as it is.

    answer
        Whatever the minion returned.

    Of an answer that is too large, or nested too deeply, there is only the text :data:`TOO_LARGE`.
    """
    try:
        return _Cleaner().cleaned(answer)
    except _TooLarge:
        return TOO_LARGE


class _TooLarge(Exception):  # noqa: N818 - what it is
    pass


class _Cleaner:
    def __init__(self):
        self._values, self._characters = _VALUES, _CHARACTERS

    def cleaned(self, value, lines=False, depth=0):
        self._values -= 1
        if self._values < 0 or depth > _DEPTH:
            raise _TooLarge
        if isinstance(value, str):
            return self._text(value, lines)
        if isinstance(value, dict):
            return {
                self._key(key): self.cleaned(each, lines or key in LINES, depth + 1)
                for key, each in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.cleaned(each, lines, depth + 1) for each in value]
        return value

    def _key(self, key):
        return self._text(key, lines=False) if isinstance(key, str) else key

    def _text(self, text, lines):
        self._characters -= len(text)
        if self._characters < 0:
            raise _TooLarge
        text = _UNSEEN.sub("?", text)
        return text if lines else re.sub(r"\s*\n\s*", " ", text)
