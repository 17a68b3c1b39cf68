"""The o2cb settings file, and the debconf answers that a package writes it from.

The init script sources ``/etc/sysconfig/o2cb`` if that exists, else ``/etc/default/o2cb``
(ocfs2-tools vendor/common/o2cb.init.sh).  What the file of a platform looks like, its
``platform.platform.SettingsFile`` says.
"""

import re

from ocfs2lib.errors import FileInvalid

#: Whether the cluster starts at boot, and which.
ENABLED, BOOTCLUSTER = "O2CB_ENABLED", "O2CB_BOOTCLUSTER"
#: What is beneath it. The RPMs have this setting in the file, Debian has not.
STACK, _STACK = "O2CB_STACK", "o2cb"
#: Value of a cluster, by its key in pillar -> setting.
VALUES = {
    "heartbeat_threshold": "O2CB_HEARTBEAT_THRESHOLD",
    "idle_timeout_ms": "O2CB_IDLE_TIMEOUT_MS",
    "keepalive_delay_ms": "O2CB_KEEPALIVE_DELAY_MS",
    "reconnect_delay_ms": "O2CB_RECONNECT_DELAY_MS",
}
#: Every setting, in the order of the file.
NAMES = (ENABLED, BOOTCLUSTER, *VALUES.values())

# One assignment whose value the shell takes as it stands: quoted, or without special characters.
# It drops a NUL wherever it stands.
_ASSIGNMENT = re.compile(
    r"""(?:export[ \t]+)?([A-Za-z_]\w*)="""
    r"""(?:"([^"$`\\\0]*)"|'([^'\0]*)'|([^\s"'$`\\;&|()<>~*?#\0]*))"""
    r"""(?:[ \t]+(?:\#.*)?)?""",
    re.ASCII,
)
_DEBCONF_LINE = re.compile(r"[* ] ([\w-]+/\w+):(?: (.*))?", re.ASCII)
_DEBCONF_TYPES = {ENABLED: "boolean"}


def parse(text):
    """Return {name: value} of a settings file.

    text
        The content of the file, a piece of shell.

    Raises FileInvalid for anything but comments and plain assignments: what such a line does
    only a shell can tell.
    """
    values = {}
    # Only what the shell takes for the end of a line, and for a blank.
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip(" \t")
        if not line or line.startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(line)
        if not match:
            raise FileInvalid(f"line {number}: {line!r} is not a plain assignment")
        values[match[1]] = match[2] or match[3] or match[4] or ""
    return values


def render(values, form):
    """Return the text of the settings file for {name: value}.

    form
        The ``platform.platform.SettingsFile`` of the host.
    """
    values = {STACK: _STACK, **values}
    entries = (
        f"\n# {name}: {text}\n{name}={values[name]}\n" for name, text in form.comments.items()
    )
    return form.header + "".join(entries) + "\n"


def from_desired(desired):
    """Return {name: value} that pillar (an ``pillar.desired.Desired``) describes."""
    cluster = desired.cluster
    return {
        ENABLED: "true",
        BOOTCLUSTER: cluster.name,
        **{name: str(getattr(cluster, key)) for key, name in VALUES.items()},
    }


def effective(values):
    """Return the settings the init script works with: its own default for the stack is not a
    difference, everything it does not know is none either."""
    known = {name: values.get(name, "") for name in NAMES}
    stack = values.get(STACK) or _STACK
    return known if stack == _STACK else {**known, STACK: stack}


def parse_debconf(text, questions):
    """Return {setting: answer} from the output of ``debconf-show``.

    questions
        ``{setting: question}`` of the platform. One that debconf does not know is left out.
    """
    names = {question: name for name, question in questions.items()}
    answers = {}
    for line in text.splitlines():
        match = _DEBCONF_LINE.fullmatch(line)
        if match and match[1] in names:
            answers[names[match[1]]] = match[2] or ""
    return answers


def debconf_selections(values, questions):
    """Return the standard input of ``debconf-set-selections`` for {name: value}.

    questions
        ``{setting: question}`` of the platform, each as ``package/question``.
    """
    return "".join(
        f"{question.split('/')[0]} {question} {_DEBCONF_TYPES.get(name, 'string')} {values[name]}\n"
        for name, question in questions.items()
        if name in values
    )
