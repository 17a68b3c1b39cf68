"""A second host on the interconnect, at the other end of a cable of this network namespace."""

import contextlib
import socket
import subprocess

from support.o2cb import run

#: Of this host; of the second one, first as a node of the cluster, then as a stranger.
HERE, PEER, STRANGER = "192.168.100.1", "192.168.100.2", "192.168.100.77"
PORT = 7777
#: A port without a listener answers with a reset; a dropped packet is not answered.
_CONNECT = (
    "import socket, sys; s = socket.socket(); s.settimeout(1.5); s.bind((sys.argv[1], 0));"
    f"print(s.connect_ex(('{HERE}', int(sys.argv[2]))))"
)
_ARRIVED = ("0", "111")  # and ECONNREFUSED
_INSIDE = ("ip", "netns", "exec", "peer", "python3", "-c")
#: Connects, and sends back all that it gets.
_ECHO = (
    "import socket, sys; s = socket.socket(); s.bind((sys.argv[1], 0));"
    f"s.connect(('{HERE}', {PORT}))\n"
    "while True:\n data = s.recv(64)\n if not data: break\n s.sendall(data)"
)


@contextlib.contextmanager
def second_host():
    """Plug it in; ``/run`` has to be the test's own. The function that is given tells whether a
    connection from an address reaches a port here."""
    for line in (
        "netns add peer",
        "link add v0 type veth peer name v1 netns peer",
        f"address add {HERE}/24 dev v0",
        "link set v0 up",
        f"-n peer address add {PEER}/24 dev v1",
        f"-n peer address add {STRANGER}/24 dev v1",
        "-n peer link set v1 up",
    ):
        subprocess.run(["ip", *line.split()], check=True)

    def reaches(address, port=PORT):
        return run(*_INSIDE, _CONNECT, address, str(port)).stdout.strip() in _ARRIVED

    yield reaches
    run("ip", "netns", "delete", "peer")


@contextlib.contextmanager
def standing_connection():
    """A connection from the peer to the port. The function that is given tells whether what is sent
    comes back."""
    with socket.create_server((HERE, PORT)) as server:
        server.settimeout(30)
        process = subprocess.Popen([*_INSIDE, _ECHO, PEER])
        connection, _ = server.accept()

    def lives():
        connection.sendall(b"still there")
        return connection.recv(64) == b"still there"

    connection.settimeout(30)
    try:
        yield lives
    finally:
        connection.close()
        process.wait()
