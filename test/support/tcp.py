"""A real TCP connection between the addresses of two nodes."""

import contextlib
import socket
import subprocess

#: Two nodes of the simulated kernel, and their port; the sandbox has a network of its own.
HERE, THERE, PORT = "192.168.100.1", "192.168.100.2", 7777


@contextlib.contextmanager
def connection():
    """A connection between the two addresses, as (that end, this end)."""
    for address in (HERE, THERE):
        subprocess.run(["ip", "address", "replace", address, "dev", "lo"], check=True)
    with socket.create_server((HERE, PORT)) as server:
        there = socket.create_connection((HERE, PORT), source_address=(THERE, 0))
        here, _ = server.accept()
        with there, here:
            yield there, here
