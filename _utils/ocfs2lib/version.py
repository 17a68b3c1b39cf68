"""Which formula this is, and which Python it needs."""

VERSION = "1.0.0"
#: The oldest Python under a minion. Salt's own packages bring a newer one; SUSE's Salt for release
#: 15 runs on 3.6, Debian 11's on 3.9.
PYTHON = (3, 10)
