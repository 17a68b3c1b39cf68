"""
/etc/fstab as the system reads it: getmntent(3) of glibc, which systemd-fstab-generator(8) uses.

Blanks and tabs part the fields; a comment has a line of its own; the fields after the mount point
may be missing, and what follows the sixth is ignored. systemd simplifies the mount point, and of
several lines for one it takes the first ("Duplicate entry").
"""

import re
from dataclasses import dataclass

#: Characters that stand in a field as octal escapes.
_ESCAPED = {" ": r"\040", "\t": r"\011", "\n": r"\012", "\\": r"\134"}
_FIELDS = 6


@dataclass(frozen=True)
class Line:
    """
    One line that mounts something. ``number`` counts all lines from 0, ``tail`` is what follows the
    fields: a comment, as a rule.
    """

    number: int
    source: str
    path: str
    fstype: str = ""
    options: tuple = ()
    tail: str = ""

    def fields(self):
        """Return ``{"source", "path", "fstype", "options"}``, by the place in the line: where the
        type was left out, the options stand in its place."""
        names = ("source", "path", "fstype", "options")
        found = {name: getattr(self, name) for name in names}
        return {**found, "options": list(self.options)}


def lines(text):
    """Return every :class:`Line` of a text, in its order."""
    found = (_line(number, line) for number, line in enumerate(text.split("\n")))
    return [line for line in found if line]


def _line(number, text):
    fields = [field for field in re.split(r"[ \t]+", text) if field]
    if len(fields) < 2 or fields[0].startswith("#"):
        return None
    comment = (place for place, each in enumerate(fields) if each.startswith("#") and place > 2)
    end = min(_FIELDS, next(comment, _FIELDS))
    known, tail = fields[:end], fields[end:]
    source, path, fstype, options = (*map(unescaped, known[:4]), "", "")[:4]
    return Line(
        number,
        source,
        simplified(path),
        fstype,
        tuple(each for each in options.split(",") if each),
        " ".join(tail),
    )


def simplified(path):
    """Return a path as systemd writes it: without double slashes and one at the end."""
    if not path.startswith("/"):
        return path
    return "/" + "/".join(part for part in path.split("/") if part not in ("", "."))


def unescaped(text):
    """Return a field of a table of mounts with the characters that it stands for."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), text)


def entries(text):
    """
    Return ``{mount point: {"device", "fstype", "options"}}``: what mounts it at boot.

    An entry has ``repeated`` too, the number of further lines for its mount point, if there are
    any.
    """
    found = {}
    for line in lines(text):
        if line.path in found:
            found[line.path]["repeated"] = found[line.path].get("repeated", 0) + 1
            continue
        options = list(line.options)
        found[line.path] = {"device": line.source, "fstype": line.fstype, "options": options}
    return found


def with_entry(text, path, device, fstype, options):
    """
    Return a text in which one line mounts a device on a path; every other line is as it was.

    The line stands where the first for that path stood, with the comment behind it, or at the end.
    """
    old = [line for line in lines(text) if line.path == path]
    tail = f"\t{old[0].tail}" if old and old[0].tail else ""
    fields = (device, path, fstype, ",".join(options))
    new = "\t".join([*map(_escaped, fields), "0", "0"]) + tail
    rows = text.split("\n")
    if not old:
        # A text file ends with a newline, so the last row is empty.
        rows[-1:] = [new, ""] if not rows[-1] else [rows[-1], new, ""]
        return "\n".join(rows)
    rows[old[0].number] = new
    gone = {line.number for line in old[1:]}
    return "\n".join(row for number, row in enumerate(rows) if number not in gone)


def without(text, path, fstype):
    """Return a text without the lines that mount a filesystem of this type on a path."""
    gone = {line.number for line in lines(text) if (line.path, line.fstype) == (path, fstype)}
    rows = text.split("\n")
    return "\n".join(row for number, row in enumerate(rows) if number not in gone)


def _escaped(text):
    return "".join(_ESCAPED.get(each, each) for each in text)
