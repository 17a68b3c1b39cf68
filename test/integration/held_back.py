"""A tool of a node that begins to work, and comes no further until it is let go."""

import contextlib
import time

#: Seconds until a tool has begun to work, on a slow machine.
_LIMIT = 600

_WAITS = """#!/bin/sh
until [ -e /run/let-go ]; do sleep 0.2; done
exec /sbin/{} "$@"
"""


@contextlib.contextmanager
def held_back(site, node, tool):
    """
    Hold a tool back that a job of a node starts; yields what lets it go.

    site
        What has ``must(node, *argv)``, such as a :class:`conftest.LabCluster`.
    node
        The number of the node.
    tool
        Such as ``fsck.ocfs2``.
    """
    wrapper = f"/usr/local/sbin/{tool}"
    script = f"cat > {wrapper} && chmod 755 {wrapper}"
    result = site.lab.run(node, ["sh", "-c", script], stdin=_WAITS.format(tool))
    assert result.rc == 0, result
    try:
        yield lambda: site.must(node, "touch", "/run/let-go")
    finally:
        site.must(node, "touch", "/run/let-go")
        site.must(node, "rm", "-f", wrapper)


def wait_at_work(site, node):
    """Wait until a tool works on a volume on a node."""
    deadline = time.monotonic() + _LIMIT
    while not is_at_work(site, node):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def is_at_work(site, node):
    """Tell whether a tool works on a volume on a node, in a scope of its own."""
    units = site.must(node, "systemctl", "list-units", "--plain", "--no-legend", "ocfs2-tool-*")
    return "ocfs2-tool-" in units
