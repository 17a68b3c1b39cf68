"""cluster.conf and the real loader."""

import random

import pytest
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.node import cluster_conf
from ocfs2lib.system import files
from support.o2cb import CONF
from support.o2cb import listed
from support.o2cb import loaded
from support.o2cb import meant
from support.o2cb import of_size
from support.o2cb import run
from support.o2cb import tree


def test_the_tool_loads_what_we_meant_for_every_size(tmp_path):
    path = tmp_path / "cluster.conf"
    for nodes in range(1, 256):
        conf = of_size(nodes)
        path.write_text(cluster_conf.render(conf))
        summary, lines = meant(conf, "web")
        assert listed("nodes", path, "web").stdout == lines
        if nodes in (1, 2, 32, 255):
            assert summary in listed("cluster", path, "web").stdout.splitlines()


def mutants(count, seed):
    """Damaged cluster.conf texts, the same ones in every run."""
    pieces = [
        *"\n\t #\\=:-+\r\"'x0",
        *("\\\n", "cluster:", "node:", "foo:\n", "\tname = n3\n", "\tbar = 1\n", "4294967296"),
        *("heartbeat:\n\tcluster = web\n\tregion = AB\n", "Global", "-18446744073709551615", "é"),
    ]
    chance = random.Random(seed)  # noqa: S311
    for _ in range(count):
        text = cluster_conf.render(of_size(2))
        for _ in range(chance.choice((1, 1, 1, 2))):
            at = chance.randrange(len(text))
            kind = chance.random()
            if kind < 0.5:
                text = text[:at] + chance.choice(pieces) + text[at:]
            elif kind < 0.8:
                text = text[:at] + text[at + chance.randrange(1, 12) :]
            else:
                lines = text.split("\n")
                lines.insert(chance.randrange(len(lines)), lines.pop(chance.randrange(len(lines))))
                text = "\n".join(lines)
        yield text


def test_we_accept_and_refuse_what_the_tool_does(tmp_path):
    path = tmp_path / "cluster.conf"
    accepted = 0
    for text in mutants(250, seed=7):
        path.write_text(text, encoding="utf-8", newline="")
        try:
            want = meant(cluster_conf.parse(text), "web")
            accepted += 1
        except cluster_conf.ConfError:
            want = None
        assert loaded(path, "web") == want, text
    assert 40 < accepted < 200


def test_cluster_conf_is_written_once(states, states_test, config):
    name = str(CONF)
    dry = states_test["o2cb.cluster_conf"](name=name, config=config)
    assert (dry["result"], CONF.exists()) == (None, False)
    wet = states["o2cb.cluster_conf"](name=name, config=config)
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    assert CONF.stat().st_mode & 0o7777 == 0o644
    assert loaded(CONF, "ocfs2") == meant(cluster_conf.parse(CONF.read_text()), "ocfs2")
    before = tree("/etc/ocfs2")
    again = states["o2cb.cluster_conf"](name=name, config=config)
    assert (again["result"], again["changes"]) == (True, {})
    assert tree("/etc/ocfs2") == before


def test_a_file_that_the_tool_rewrote_in_its_own_order_stays(states, config):
    states["o2cb.cluster_conf"](name=str(CONF), config=config)
    for command in (["add-node", "--ip=10.9.9.9", "ocfs2", "x"], ["remove-node", "ocfs2", "x"]):
        assert run("o2cb", f"--config-file={CONF}", *command).returncode == 0
    before = CONF.read_text()
    assert states["o2cb.cluster_conf"](name=str(CONF), config=config)["changes"] == {}
    assert CONF.read_text() == before


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("\t", "", "neither"),
        ("node_count = 2", "node_count = 3", "says node_count 3 and has 2"),
        ("= web", "= my-web", "letters and digits"),
    ],
)
def test_content_that_cannot_work_is_not_written(modules, old, new, reason):
    good = cluster_conf.render(of_size(2))
    assert modules["o2cb.conf_write"](good)
    with pytest.raises(SaltInvocationError, match=reason):
        modules["o2cb.conf_write"](good.replace(old, new))
    assert CONF.read_text() == good
    assert [path.name for path in CONF.parent.iterdir()] == ["cluster.conf"]


def test_a_write_that_fails_names_the_path_and_leaves_nothing(tmp_path):
    (tmp_path / "target").mkdir()
    with pytest.raises(CommandExecutionError, match=f"{tmp_path}/target cannot be written: Is a d"):
        files.write(str(tmp_path / "target"), "text")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    with pytest.raises(SaltInvocationError, match="not an absolute path"):
        files.write("target", "text")
