"""Whatever stands in cluster.conf: it is understood as the real tool understands it, or refused."""

import shutil
import subprocess

import pytest

from ocfs2lib.node import cluster_conf
from support.o2cb import meant

from . import cases
from . import conf_texts
from . import garbage
from .findings import Findings


def loaded(path, cluster):
    """What the real tool finds of a cluster in a file, in any order; None if it refuses it."""
    argv = ["o2cb", f"--config-file={path}", "list-cluster", "--oneline", "--", cluster]
    done = subprocess.run(argv, capture_output=True, check=False)
    if done.returncode:
        return None
    return sorted(done.stdout.decode("utf-8", "surrogateescape").split("\n"))


def understood(text, name):
    """The same as our reading of the file gives it."""
    try:
        conf = cluster_conf.parse(text)
    except cluster_conf.ConfError as err:
        assert str(err)
        return None
    cluster, nodes = meant(conf, name)
    regions = [each.regions for each in conf.clusters if each.name == name]
    lines = [f"heartbeat: {region} {name}" for each in regions for region in each]
    return sorted("\n".join([*lines, nodes + (f"{cluster}\n" if cluster else "")]).split("\n"))


@pytest.mark.skipif(not shutil.which("o2cb"), reason="ocfs2-tools are not installed")
def test_cluster_conf_is_understood_as_the_tool_does(tmp_path):
    found, path, accepted = Findings(), tmp_path / "cluster.conf", 0
    for text in garbage.garbled_texts("cluster.conf", 10, conf_texts.CONFS, conf_texts.PIECES):
        with found.watch(ascii(text)):
            path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
            ours = understood(text, "web")
            if "\0" in text:
                assert ours is None
            else:
                assert ours == loaded(path, "web")
            accepted += ours is not None
    found.none()
    assert not cases.ENOUGH or 0.1 < accepted / len(cases.share(10)) < 0.9


def test_any_cluster_conf_is_understood_or_refused():
    found = Findings()
    for text in garbage.garbled_texts("any cluster.conf", 1, conf_texts.CONFS, conf_texts.PIECES):
        with found.watch(ascii(text)):
            try:
                conf = cluster_conf.parse(text)
            except cluster_conf.ConfError as err:
                assert str(err)
                continue
            assert all(isinstance(line, str) for line in cluster_conf.doubts(conf))
    found.none()


@pytest.mark.parametrize("number", ["9" * 5000, "0" * 5000])
def test_a_number_of_any_length_in_cluster_conf_is_refused_or_read(number):
    text = conf_texts.CONFS[0].replace("number = 0", f"number = {number}")
    if number.strip("0"):
        with pytest.raises(cluster_conf.ConfError):
            cluster_conf.parse(text)
    else:
        assert cluster_conf.parse(text) == cluster_conf.parse(conf_texts.CONFS[0])
