"""The records of open-iscsi."""

import pytest

from ocfs2lib.pillar.sections.iscsi_keys import Chap
from ocfs2lib.pillar.sections.iscsi_keys import Iscsi
from ocfs2lib.san import iscsi_records

RECORD = """# BEGIN RECORD 2.1.8
node.name = iqn.2003-01.com.domain:a
node.startup = manual
iface.iscsi_ifacename = default
node.session.auth.authmethod = None
node.conn[0].timeo.noop_out_interval = 5
# END RECORD
"""
CHAP = Chap("cluster", "array", "open-sesame-1", "open-sesame-2")


def test_values_take_the_place_of_those_that_were_there():
    values = {"node.startup": "automatic", "node.session.auth.username": "cluster"}
    text = iscsi_records.with_values(RECORD, values)
    found = iscsi_records.parse(text)
    assert found == {**iscsi_records.parse(RECORD), **values}
    assert text.count("node.startup") == 1
    assert text.endswith("# END RECORD\n")
    assert iscsi_records.with_values(text, values) == text


def test_a_value_of_none_leaves_no_line():
    text = iscsi_records.with_values(RECORD, iscsi_records.secrets(CHAP))
    assert "node.session.auth.password = open-sesame-1" in text
    assert "node.session.auth.password_in = open-sesame-2" in text
    text = iscsi_records.with_values(text, iscsi_records.secrets(None))
    assert "open-sesame" not in text


@pytest.mark.parametrize(("threshold", "seconds"), [(31, "37"), (61, "87"), (121, "120")])
def test_a_session_waits_as_long_as_the_threshold_allows(threshold, seconds):
    found = iscsi_records.settings(Iscsi(("a",), ("b",), CHAP), threshold)
    assert found["node.session.timeo.replacement_timeout"] == seconds
    assert found["node.startup"] == "automatic"
    assert found["node.session.auth.authmethod"] == "CHAP"
    assert not {"open-sesame-1", "open-sesame-2"} & set(found.values())


@pytest.mark.parametrize(
    ("name", "portal"),
    [
        ("10.78.0.1,3260", "10.78.0.1:3260"),
        ("10.78.0.1,3260,1", "10.78.0.1:3260"),
        ("default", None),
        ("fd00::1,3260,1", None),
    ],
)
def test_the_portal_of_a_record(name, portal):
    assert iscsi_records.portal_of(name) == portal


def test_what_a_discovery_prints():
    printed = "10.78.0.1:3260,1 iqn.2003-01.com.domain:a\n10.79.0.1:3260,2 iqn.x:b\nrubbish\n"
    assert iscsi_records.offered(printed) == {
        ("iqn.2003-01.com.domain:a", "10.78.0.1:3260"),
        ("iqn.x:b", "10.79.0.1:3260"),
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "## DO NOT EDIT\nInitiatorName=iqn.1993-08.org:f\n",
            "iqn.1993-08.org:f",
        ),
        ("", None),
        (None, None),
        ("GenerateName=yes\n", None),
    ],
)
def test_the_name_of_the_initiator(text, name):
    assert iscsi_records.initiator_name(text) == name


def test_what_the_formula_has_made_is_kept_as_it_was():
    pairs = {("iqn.x:b", "10.79.0.1:3260"), ("iqn.x:a", "10.79.0.1:3260")}
    assert iscsi_records.pairs_of(iscsi_records.lines_of(pairs)) == pairs
    assert iscsi_records.pairs_of(None) == set()
