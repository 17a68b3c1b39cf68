"""A look harms nobody, whatever comes and goes on its node meanwhile."""

import json

import pytest

from lab.lab import GUEST_PYTHON

from .breakage import MOUNT
from .breakage import UMOUNT

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

TIMES = 20
LIMIT = 900
#: Looks again and again, and says in the end how often, and how often a volume was coming or going.
_LOOK = """
import json
import os

import salt.config
import salt.loader

opts = salt.config.minion_config("/etc/salt/minion")
opts["grains"] = salt.loader.grains(opts)
facts = salt.loader.minion_mods(opts)["ocfs2_health.facts"]
looks = going = 0
open("/run/looking", "w").close()
while os.path.exists("/run/looking"):
    looks += 1
    going += any(volume["slots"] is None for volume in facts()["volumes"].values())
print(json.dumps([looks, going]))
"""
_COME_AND_GO = f"""
{GUEST_PYTHON} -c "$0" &
until [ -e /run/looking ]; do sleep 1; done
for _ in $(seq {TIMES}); do
    # A look keeps it busy for an instant.
    until {UMOUNT} 2>/dev/null; do :; done
    {MOUNT} || exit
done
rm /run/looking
wait
"""


def test_a_node_lives_on_while_it_is_looked_at_and_a_volume_comes_and_goes(site):
    """The kernel stops when fs_state is opened while its volume is being unmounted."""
    answer = site.lab.run(3, ["sh", "-c", _COME_AND_GO, _LOOK], timeout=LIMIT)
    assert answer.rc == 0, answer
    looks, going = json.loads(answer.stdout)
    print(f"{looks} looks, {going} of them while the volume was coming or going")
    assert looks > going > 0
