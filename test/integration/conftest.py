"""One lab for each module, whose tests share it and run in their order."""

import copy
import json
import time

import pytest
import yaml

from lab.lab import REPOSITORY
from lab.lab import Lab
from support.images import BLOCK
from support.images import blocks
from support.images import digest
from support.images import heartbeat

NODES = (1, 2, 3)
#: Seconds that a node that boots may take to mount a volume.
_MOUNT_LIMIT = 600
#: Seconds that a fault, or multipath's finding a path again, may take to show.
_NOTICED = 400


class LabCluster:
    """A lab and the pillar it is described by."""

    def __init__(self, lab, settings="/etc/default/o2cb"):
        self.lab = lab
        #: The file with the o2cb settings.
        self.settings = settings
        self.pillar = yaml.safe_load((REPOSITORY / "pillar.example").read_text())

    @property
    def section(self):
        """The ``ocfs2`` section that :meth:`describe` starts from."""
        return self.pillar["ocfs2"]

    def add_lun(self, section, name, **changes):
        """Describe a LUN of the lab that may be formatted."""
        lun = self.lab.spec.lun(name)
        section["luns"][name] = {
            "device": f"/dev/mapper/{lun.alias}",
            "wwid": lun.wwid,
            "size": lun.size,
            "format": "once",
            "mount": {"path": f"/san/{name}"},
            **changes,
        }

    def describe(self, *changes):
        """Give the master the pillar, after every ``change(section)``."""
        pillar = copy.deepcopy(self.pillar)
        for change in changes:
            change(pillar["ocfs2"])
        self.lab.set_pillar(pillar, pillar["ocfs2"]["nodes"])

    def orchestrate(self, *more):
        return self.lab.salt_run("state.orchestrate", "ocfs2.orch", *more)

    def apply(self, host, *arguments, sls="ocfs2"):
        """Apply an sls to one minion; a slow one gets the time it needs."""
        return self.lab.salt("--timeout=1200", host, "state.apply", sls, *arguments)

    def status(self):
        """The status of the one cluster, with its exit code."""
        answer = self.lab.salt_run("ocfs2.status", "--out=json")
        return answer.rc, json.loads(answer.stdout)["clusters"]["ocfs2"]["status"]

    def look(self):
        """The status, the seconds that the look took, and its exit code."""
        begin = time.monotonic()
        rc, found = self.status()
        return found, time.monotonic() - begin, rc

    def wait_for(self, condition):
        """Look until the status fulfils a condition; the status, and how long that look took."""
        deadline = time.monotonic() + _NOTICED
        while True:
            status, seconds, _ = self.look()
            if condition(status):
                return status, seconds
            assert time.monotonic() < deadline, json.dumps(status["findings"], indent=1)

    def must(self, node, *argv):
        """What a command prints that has to succeed on a node."""
        result = self.lab.run(node, list(argv))
        assert result.rc == 0, result
        return result.stdout.strip()

    def digests(self, names):
        return {name: digest(self.lab.lun_path(name)) for name in names}

    def blocks(self, name):
        return blocks(self.lab.lun_path(name))

    def heartbeat_blocks(self, name):
        """The blocks in which the mounted nodes beat."""
        offset, length = heartbeat(self.lab.lun_path(name))
        return set(range(offset // BLOCK, (offset + length) // BLOCK))

    def wait_mounted(self, node, path):
        """Wait, without Salt, until a node that boots has mounted a volume."""
        self.lab.wait_booted(node)
        deadline = time.monotonic() + _MOUNT_LIMIT
        while (found := self.lab.run(node, ["findmnt", "-nt", "ocfs2", path])).rc:
            assert time.monotonic() < deadline, found
            time.sleep(1)


@pytest.fixture(scope="module")
def cluster(request):
    """Three nodes, or as many guests as the module wants, and its LUNs over the SAN it wants,
    nothing done to them yet; their distribution is that of the module, or each that it names."""
    module, distro = request.module, getattr(request, "param", None)
    name = module.__name__.rpartition(".")[2].replace("_", "-") + (f"-{distro}" if distro else "")
    with Lab(name, say=print) as lab:
        kind = getattr(module, "SAN", "scsi")
        guests = getattr(module, "GUESTS", len(NODES))
        lab.up(nodes=guests, distro=distro or module.DISTRO, luns=module.LUNS, san=kind)
        yield LabCluster(lab, getattr(module, "SETTINGS", "/etc/default/o2cb"))
