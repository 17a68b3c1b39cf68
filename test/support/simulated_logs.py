"""
What kernels log when a node of a cluster ends, in the words of Linux 6.1: a simulated cluster,
whose nodes die of one thing or another, and of which only that is kept which a journal would keep.
"""

import copy

UUID = "458E997A48634B3DAB36F01667EBB761"
DEVICE = "dm-1"
#: Seconds since the epoch: 2026-01-15 10:00:00 UTC, when all is well.
WELL = 1768471200.0

_FUNCTIONS = {
    "Heartbeat": "(kworker/1:2,612,1):o2hb_write_timeout:301",
    "fencing": "(kworker/u8:2,77,0):o2quo_make_decision:112",
    "Write": "(o2hb-458E997A48,918,0):o2hb_do_disk_heartbeat:1198",
    "did": "(kworker/u8:1,53,1):dlm_convert_lock_handler:493",
}


def peer(name, number):
    return f"node {name} (num {number}) at 192.168.100.{number + 1}:7777"


def error(text):
    """A line of mlog, with who says so in which function."""
    return f"{_FUNCTIONS[text.split()[0]]} ERROR: {text}"


def write_timeout(seconds):
    after = round(seconds * 1000)
    return error(f"Heartbeat write timeout to device {DEVICE} after {after} milliseconds")


def too_few(connected, needed, beating):
    return error(
        f"fencing this node because it is only connected to {connected} nodes and {needed} is "
        f"needed to make a quorum out of {beating} heartbeating nodes"
    )


def half_quorum(connected, beating, lowest):
    return error(
        f"fencing this node because it is connected to a half-quorum of {connected} out of "
        f"{beating} nodes which doesn't include the lowest active node {lowest}"
    )


def lock_lost(number):
    return error(f"did not find lock to convert on grant queue! cookie={number}:1207")


def write_error():
    return error(f'Write error -5 on device "{DEVICE}"')


def read_error(volume):
    """The heartbeat's read fails before it could write; in the words of Linux 6.1."""
    return f"(o2hb-{volume[:10]},434,0):o2hb_do_disk_heartbeat:1164 ERROR: status = -5"


def idle(name, number, seconds):
    """The kernel prints milliseconds without their zeros: 30012 as 30.12."""
    ms = round(seconds * 1000)
    after = f"{ms // 1000}.{ms % 1000} secs."
    return f"o2net: Connection to {peer(name, number)} has been idle for {after}"


PANIC = "Kernel panic - not syncing: "
RESTARTING, PANICING = (
    f"*** ocfs2 is very sorry to be fencing this system by {how} ***"
    for how in ("restarting", "panicing")
)


class SimulatedLogs:
    """
    Nodes host1, host2 and so on with the numbers 0, 1 and so on; each method is what happens.

    Times are true ones; :meth:`logs` gives each node's by its own clock.
    """

    def __init__(self, nodes=3, threshold=31, idle_timeout=30, clock=None):
        self.numbers = {f"host{number + 1}": number for number in range(nodes)}
        self.threshold, self.idle_timeout = threshold, idle_timeout
        self._clock = clock or {}
        self._boots = {name: [_boot(name, 1, WELL - 86400, WELL + 7200)] for name in self.numbers}
        self._lines = {name: [] for name in self.numbers}
        self._pstore = {name: [] for name in self.numbers}
        self._lost = set()

    @property
    def settings(self):
        return {
            "cluster": "ocfs2",
            "heartbeat_threshold": self.threshold,
            "idle_timeout_ms": self.idle_timeout * 1000,
            "fence_method": "reset",
            "nodes": self.numbers,
        }

    @property
    def write_limit(self):
        return (self.threshold - 1) * 2

    @property
    def dead_after(self):
        return self.threshold * 2

    @property
    def decision(self):
        return (self.threshold + 2) * 2

    def others(self, name):
        return [other for other in self.numbers if other != name]

    def say(self, name, time, text):
        """One line of a node's journal."""
        boot = self._boots[name][-1]["id"]
        self._lines[name].append({"boot": boot, "time": time, "text": text})

    def keep(self, name, time, *texts):
        """What pstore has of a node when it is up again."""
        record = {"name": "/var/lib/systemd/pstore/1/dmesg.txt", "time": time}
        self._pstore[name].append({**record, "text": "\n".join(texts)})

    def restart(self, name, last, up):
        """A node's log ends, and begins again; it joins the others half a minute later."""
        self._boots[name][-1]["last"] = last
        self._lines[name] = [
            line
            for line in self._lines[name]
            if line["boot"] != self._boots[name][-1]["id"] or line["time"] <= last
        ]
        self._boots[name].append(_boot(name, len(self._boots[name]) + 1, up, WELL + 7200))
        number = self.numbers[name]
        for other in self.others(name):
            self.say(other, up + 30, f"o2net: Accepted connection from {peer(name, number)}")
            self.say(other, up + 40, f"o2dlm: Node {number} joins domain {UUID} ( 0 1 2 ) 3 nodes")

    def evict(self, name, time):
        """Every other node misses a node's heartbeat."""
        number = self.numbers[name]
        for other in self.others(name):
            self.say(other, time, f"o2net: No longer connected to {peer(name, number)}")
            self.say(other, time, f"o2cb: o2dlm has evicted node {number} from domain {UUID}")
            self.say(other, time + 1, f"o2dlm: Begin recovery on domain {UUID} for node {number}")
            self.say(other, time + 5, f"o2dlm: End recovery on domain {UUID}")

    def leave(self, name, time):
        """A node unmounts the volume."""
        self.say(name, time, f"ocfs2: Unmounting device (253,1) on (node {self.numbers[name]})")
        for other in self.others(name):
            number = self.numbers[name]
            self.say(other, time, f"o2dlm: Node {number} leaves domain {UUID} ( 0 1 ) 2 nodes")

    def silence(self, one, two, since, until):
        """Two nodes hear nothing of each other; each says so if it is there to do so."""
        for name, other in ((one, two), (two, one)):
            time = since + self.idle_timeout
            while time < until:
                heard = idle(other, self.numbers[other], self.idle_timeout + 0.012)
                self.say(name, time, heard)
                time += self.idle_timeout

    def hang(self, name, since):
        """A node's heartbeat is not written any more; half the limit later it asks the lowest."""
        number, half = self.numbers[name], self.write_limit / 2
        region = f"on region {UUID} ({DEVICE})"
        said = f"o2hb: node {number} hb write hung for {half:.0f}s {region}"
        if number == 0:
            self.say(name, since + half, f"{said}.")
            return
        self.say(name, since + half, f"{said}, negotiate timeout with node 0.")
        heard = f"o2hb: receive negotiate timeout message from node {number} {region}."
        self.say("host1", since + half, heard)

    def lose_disk(self, name, since, up=120):
        """A node cannot write its heartbeat and fences itself; its last seconds are not saved."""
        death = since + self.write_limit
        self.hang(name, since)
        self.evict(name, since + self.dead_after)
        self.restart(name, max(since, death - 25), death + up)

    def lose_network(self, name, since, up=120):
        """A node loses its connections, counts whom it reaches, and fences itself."""
        death = since + self.idle_timeout + self.decision
        for other in self.others(name):
            self.silence(name, other, since, death + self.dead_after)
            counted = f"heartbeating: {len(self.numbers)}, connected: {len(self.numbers) - 1}"
            text = f"not fencing this node, {counted}, lowest: 0 (reachable)"
            self.say(other, death, f"(kworker/u8:1,53,1):o2quo_make_decision:153 {text}")
        self.evict(name, death + self.dead_after)
        self.restart(name, death - 25, death + up)

    def cut(self, name, since, up=200):
        """A node is gone at once."""
        for other in self.others(name):
            self.silence(name, other, since, since + self.dead_after)
        self.evict(name, since + self.dead_after)
        self.restart(name, since - 5, since + up)

    def freeze(self, name, since, seconds):
        """A node stands still, is evicted, and comes back knowing nothing of it."""
        number, back = self.numbers[name], since + seconds
        for other in self.others(name):
            self.silence(name, other, since, since + self.dead_after)
        self.evict(name, since + self.dead_after)
        # What the frozen node cannot have said.
        self._lines[name] = [each for each in self._lines[name] if each["time"] < since]
        for other in self.others(name):
            self.say(other, back, f"o2net: Accepted connection from {peer(name, number)}")
            self.say(other, back + 2, lock_lost(number))

    def lose_log(self, name):
        """A node's journal is volatile: only the boot that goes on is known."""
        self._lost.add(name)

    def logs(self):
        """``{name: what ocfs2_logs.kernel returns there}``."""
        return {name: self._log(name) for name in self.numbers}

    def _log(self, name):
        ahead = self._clock.get(name, 0)
        boots = copy.deepcopy(self._boots[name][-1:] if name in self._lost else self._boots[name])
        for boot in boots:
            boot.update(first=boot["first"] + ahead, last=boot["last"] + ahead)
        known = {boot["id"] for boot in boots}
        lines = sorted(self._lines[name], key=lambda line: line["time"])
        return {
            "boots": boots,
            "lines": [
                {**line, "time": line["time"] + ahead} for line in lines if line["boot"] in known
            ],
            "pstore": [{**each, "time": each["time"] + ahead} for each in self._pstore[name]],
            "cut": False,
            "persistent": name not in self._lost,
        }


def _boot(name, number, first, last):
    return {"id": f"{name.encode().hex():0<31}{number}", "first": first, "last": last}
