"""Which formula this is, and which Python it needs."""

VERSION = "1.0.0"
#: The oldest Python under a minion: that of Debian 11. Salt's own packages bring a newer one;
#: SUSE's Salt for release 15 runs on 3.6.
PYTHON = (3, 9)
