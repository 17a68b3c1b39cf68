"""What a node has of the secrets of iSCSI, by Salt's own pillar."""

import json

import pytest
import salt.config
import salt.loader

from ocfs2lib.san import iscsi_records

from .conftest import REPOSITORY

TARGET = "iqn.2003-01.com.domain:primary"
CHAP = {"username": "cluster", "password": "twelve letters"}


@pytest.fixture
def modules(tmp_path):
    """The execution modules of a minion without a master, whose pillar has CHAP."""
    pillar = {"ocfs2": {"san": {"iscsi": {"chap": CHAP}}}}
    (tmp_path / "pillar").mkdir()
    (tmp_path / "pillar" / "top.sls").write_text(json.dumps({"base": {"*": ["san"]}}))
    (tmp_path / "pillar" / "san.sls").write_text(json.dumps(pillar))
    (tmp_path / "modules").symlink_to(REPOSITORY / "_modules")
    opts = salt.config.minion_config(None)
    opts.update(
        id="host1.domain.com",
        file_client="local",
        extension_modules=str(tmp_path),
        cachedir=str(tmp_path),
        pillar_roots={"base": [str(tmp_path / "pillar")]},
    )
    opts["grains"] = {"kernel": "Linux", "id": opts["id"]}
    return salt.loader.minion_mods(opts)


@pytest.mark.parametrize(
    ("password", "words"),
    [(CHAP["password"], "as pillar says"), ("**********", "other than in pillar")],
)
def test_a_record_is_compared_with_the_secret_itself(
    modules, tmp_path, monkeypatch, password, words
):
    monkeypatch.setattr(iscsi_records, "NODES", (str(tmp_path / "nodes"),))
    record = tmp_path / "nodes" / TARGET / "192.168.50.10,3260"
    record.parent.mkdir(parents=True)
    record.write_text(iscsi_records.with_values("", {iscsi_records.PASSWORD: password}))
    found = modules["ocfs2_iscsi.facts"](["node.startup"])
    assert found["records"] == [[TARGET, "192.168.50.10:3260", f"secrets={words}"]]
