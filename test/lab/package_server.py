"""Serves the packages of the lab to its guests."""

from __future__ import annotations

import functools
import http.server
import threading
from pathlib import Path


def serve(directory: Path, address: tuple[str, int]) -> None:
    """Serve the files of ``directory`` over HTTP for as long as this process lives."""
    handler = functools.partial(_Files, directory=str(directory))
    server = http.server.ThreadingHTTPServer(address, handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


class _Files(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line of log for every one."""

    def log_request(self, code="-", size="-"):
        pass
