"""
The grains of a minion that lie in a file, ``grains`` beside its configuration.

``grains.set`` of Salt writes that file anew, without its comments, and truncates it first: a full
disk empties it, and nothing says so. Here one grain is put into it, and everything else of it
stays, to the byte.
"""

import json
import os
import re

from salt.exceptions import CommandExecutionError

from ocfs2lib.system import files


class StaticGrains:
    """
    The file of the grains of one minion.

    opts
        Salt's options of the minion.
    load
        Reads YAML, as ``salt.utils.yaml.safe_load`` does.
    """

    def __init__(self, opts, load):
        conf = opts["conf_file"]
        # Where salt.modules.grains finds it.
        directory = conf if os.path.isdir(conf) else os.path.dirname(conf)
        self.path, self._load = os.path.join(directory, "grains"), load

    def get(self, name):
        """
        Return the value of a grain as it stands in the file, None if it does not. Raises
        ``CommandExecutionError`` if the file cannot be read or understood.
        """
        return self._parsed(self._text()).get(name)

    def put(self, name, value):
        """
        Put one grain into the file, in place of what it was, and read it back. Raises
        ``CommandExecutionError``; the file is then as it was.
        """
        text = self._text()
        wanted = {**self._parsed(text), name: value}
        new = with_grain(text, name, value)
        if self._parsed(new) != wanted:
            raise CommandExecutionError(
                f"{self.path} is written in a way in which {name} cannot be set by itself. Fix: "
                "write each grain on lines of its own, without anchors"
            )
        files.update(self.path, new)
        if self._parsed(self._text()) != wanted:
            raise CommandExecutionError(f"{self.path} does not read back as it was written")

    def _text(self):
        return files.read_exactly(self.path) or ""

    def _parsed(self, text):
        try:
            found = self._load(text)
        except Exception as err:
            # PyYAML trips in its own ways over what does not fit.
            raise CommandExecutionError(f"{self.path} cannot be read as YAML: {err}") from err
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise CommandExecutionError(f"{self.path} is not a table of grains")
        return found


def with_grain(text, name, value):
    """
    Return a file of grains in which a grain has a value, on one line; its other lines stay.

    text
        The file as it is.
    name, value
        The grain.
    """
    rows, kept, within = text.split("\n"), [], False
    place = None
    for row in rows:
        if re.match(rf"[\"']?{re.escape(name)}[\"']?\s*:(\s|$)", row):
            place, within = len(kept) if place is None else place, True
        elif within and re.match(r"[ \t]+\S", row):
            # What was its value goes on.
            continue
        else:
            within = False
            kept.append(row)
    line = f"{name}: {json.dumps(value)}"
    if place is not None:
        kept.insert(place, line)
    else:
        # A text file ends with a newline, so the last row is empty.
        kept[-1:] = [line, ""] if not kept[-1] else [kept[-1], line, ""]
    return "\n".join(kept)
