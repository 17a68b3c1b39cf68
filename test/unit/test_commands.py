import json
import shlex

import pytest

from ocfs2lib import commands

NAMES = ["/san/primary", "/san/a b", "/san/'; reboot; '", '/san/"$(reboot)"', "/san/ä`x`"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_word_whatever_is_in_it(name):
    words = shlex.split(commands.orchestrate("retire_lun", path=name))
    assert words[:3] == ["salt-run", "state.orchestrate", "ocfs2.orch.retire_lun"]
    assert json.loads(words[3].removeprefix("pillar=")) == {"ocfs2_path": name}
    assert shlex.split(commands.unprotect(name)) == ["chattr", "-i", name]
    assert shlex.split(commands.clear(name)) == ["blkdiscard", "--zeroout", name]
    words = shlex.split(commands.as_other_volume(name))
    assert words == ["tunefs.ocfs2", "--cloned-volume", name]


def test_what_an_operator_types_most_looks_as_in_the_documents():
    assert commands.orchestrate() == "salt-run state.orchestrate ocfs2.orch"
    assert commands.orchestrate("grow", lun="primary") == (
        """salt-run state.orchestrate ocfs2.orch.grow pillar='{"ocfs2_lun": "primary"}'"""
    )
