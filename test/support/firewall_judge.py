"""A peer in a network namespace, and what becomes of the first packets to and from the port."""

import contextlib
import json
import socket
import subprocess
import sys

from support.until import until

HERE, PEER, PORT = "192.168.100.1", "192.168.100.2", 7777

#: Runs in the namespace of the peer, where it listens; each line it reads is one connection to
#: make.
_PEER = f"""
import socket, sys
server = socket.create_server(("", {PORT}))
for line in sys.stdin:
    with socket.socket() as connection:
        connection.setblocking(False)
        connection.connect_ex(("{HERE}", {PORT}))
        print("sent", flush=True)
        sys.stdin.readline()
"""

#: Counts packets, before and after everybody else's chains have seen them.
_COUNTERS = """
table inet judge {{
  counter arrived {{ }}
  counter reached {{ }}
  chain first {{
    type filter hook {first} priority -500;
    ip {address} {peer} tcp flags & (syn | ack) == {flags} counter name arrived
  }}
  chain last {{
    type filter hook {last} priority 500;
    ip {address} {peer} tcp flags & (syn | ack) == {flags} counter name reached
  }}
}}
"""
_IN = {"first": "prerouting", "last": "input", "address": "saddr"}
_OUT = {"first": "output", "last": "postrouting", "address": "daddr"}
#: What is counted, and whether the peer makes the connection, of each of nft_trace.WAYS.
_COUNTED = {
    "from": ({**_IN, "flags": "syn"}, True),
    "to": ({**_OUT, "flags": "syn"}, False),
    "answer from": ({**_IN, "flags": "(syn | ack)"}, False),
    "answer to": ({**_OUT, "flags": "(syn | ack)"}, True),
}


class FirewallJudge:
    """
    Loads rule sets into this network namespace, and tells what real packets meet.

    The namespace has to be one of the test's own; the judge takes its addresses in it.
    """

    def __enter__(self):
        argv = ["unshare", "--net", sys.executable, "-c", _PEER]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._peer = subprocess.Popen(argv, **pipes)
        inside = f"nsenter --target {self._peer.pid} --net"
        # Until the namespace is another than this one, the cable would be plugged in here.
        until(lambda: _namespace(self._peer.pid) != _namespace("self"))
        for command in (
            f"ip link add v0 type veth peer name v1 netns {self._peer.pid}",
            f"ip address add {HERE}/24 dev v0",
            "ip link set v0 up",
            "ip link set lo up",
            f"{inside} ip address add {PEER}/24 dev v1",
            f"{inside} ip link set v1 up",
        ):
            subprocess.run(command.split(), check=True)
        self._server = socket.create_server(("", PORT))
        return self

    def __exit__(self, *_):
        self._server.close()
        # Before the namespace goes: the kernel takes its time to remove the cable with it.
        subprocess.run(["ip", "link", "delete", "v0"], check=True)
        self._peer.stdin.close()
        self._peer.wait()
        self._peer.stdout.close()
        subprocess.run(["nft", "flush", "ruleset"], check=True)

    def load(self, text, tool="iptables-nft-restore"):
        """
        Replace all rules by these: input of nft, or of a tool of iptables if it begins so.

        Returns whether the kernel has taken them.
        """
        tool = [tool] if text.startswith("*") else ["nft", "-f", "-"]
        subprocess.run(["nft", "flush", "ruleset"], check=True)
        done = subprocess.run(tool, input=text, text=True, capture_output=True, check=False)
        return done.returncode == 0

    @staticmethod
    def listed():
        """Return what ``nft -j list ruleset`` lists, and what iptables-nft-save prints."""
        argv = ["nft", "-j", "list", "ruleset"]
        listed = subprocess.run(argv, text=True, capture_output=True, check=True).stdout
        argv = ["iptables-nft-save"]
        saved = subprocess.run(argv, text=True, capture_output=True, check=True).stdout
        return json.loads(listed)["nftables"], saved

    def reaches(self, way="from"):
        """
        Tell whether a packet comes through all rules.

        way
            Which, one of ``nft_trace.WAYS``. An answer comes only if the rules let through what it
            answers.
        """
        counted, by_peer = _COUNTED[way]
        counters = _COUNTERS.format(**counted, peer=PEER)
        subprocess.run(["nft", "-f", "-"], input=counters, text=True, check=True)
        with self._connection(by_peer):
            until(lambda: self._counted("arrived"))
            # Whoever drops it does so before the next packet arrives.
            reached = self._counted("reached")
        subprocess.run(["nft", "delete", "table", "inet", "judge"], check=True)
        return reached > 0

    @contextlib.contextmanager
    def _connection(self, by_peer):
        """A connection that the peer begins, or this host."""
        if by_peer:
            self._say("connect")
            assert self._peer.stdout.readline() == "sent\n"
            yield
            self._say("next")
            return
        with socket.socket() as connection:
            connection.setblocking(False)
            connection.connect_ex((PEER, PORT))
            yield

    def _say(self, word):
        self._peer.stdin.write(f"{word}\n")
        self._peer.stdin.flush()

    @staticmethod
    def _counted(name):
        argv = ["nft", "-j", "list", "counter", "inet", "judge", name]
        said = subprocess.run(argv, text=True, capture_output=True, check=True).stdout
        return json.loads(said)["nftables"][1]["counter"]["packets"]


def _namespace(pid):
    argv = ["readlink", f"/proc/{pid}/ns/net"]
    return subprocess.run(argv, text=True, capture_output=True, check=True).stdout
