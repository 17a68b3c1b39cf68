"""Whatever bytes the files of a host hold, its answers can be sent."""

import os
from pathlib import Path

import pytest
import salt.payload

from ocfs2lib.node import cluster_conf
from ocfs2lib.node import setup
from ocfs2lib.pillar import check

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]

#: No UTF-8.
BYTES = b"# caf\xe9\n"


@pytest.mark.parametrize(
    "path", [cluster_conf.PATH, "/etc/default/o2cb", "/etc/fstab", setup.FILES[0]]
)
def test_a_file_in_another_encoding_keeps_no_node_silent(sandbox, modules, config, path):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(BYTES)
    arguments = setup.arguments_for(check.parse(config))
    answers = (
        modules["ocfs2_node.census"]({}, arguments),
        modules["ocfs2_node.examine"]({}, arguments),
        modules["ocfs2_node.survey"](),
    )
    for answer in answers:
        assert salt.payload.loads(salt.payload.dumps(answer)) == answer
    assert Path(path).read_bytes() == BYTES


def test_a_change_of_such_a_file_can_be_sent(sandbox, states, config):
    Path(cluster_conf.PATH).parent.mkdir(parents=True, exist_ok=True)
    Path(cluster_conf.PATH).write_bytes(b"node:\n\tname = caf\xe9\n\tcluster = ocfs2\n")
    answer = states["o2cb.cluster_conf"](name=cluster_conf.PATH, config=config)
    assert salt.payload.dumps(dict(answer))
