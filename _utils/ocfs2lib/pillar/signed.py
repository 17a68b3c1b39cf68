"""The keys of the pillar for what is fetched from somewhere, and taken only with a signature."""

from ocfs2lib.pillar.key import NAMES
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key

#: A place that dnf, zypper and Salt can read.
URL = r"(?:https?|file)://[!-~]{1,500}"
_FINGERPRINT = Key(
    "fingerprint",
    TEXT,
    "The fingerprint of a key.",
    example="3E6D826D3FBAB389C2F38E34BC4D06A08D8B756F",
    pattern=r"[0-9A-F]{40}|[0-9A-F]{64}",
    rule="40 or 64 hexadecimal digits in capitals, without blanks",
)
KEY = Key(
    "key",
    TEXT,
    "Where the key is that it is signed with: a URL, or ``salt://`` and a path.",
    default=None,
    derived="none; nothing is taken unsigned",
    example="https://mirror.domain.com/RPM-GPG-KEY-mirror",
    pattern=rf"salt://[!-~]{{1,500}}|{URL}",
    rule="a URL of http, https, file or salt",
)
FINGERPRINTS = Key(
    "fingerprints",
    NAMES,
    "The fingerprints of the keys in that file, as ``gpg --show-keys`` prints them. A file with"
    " any other key is refused.",
    default=(),
    entry=_FINGERPRINT,
)
