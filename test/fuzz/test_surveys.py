"""Any consistent cluster that was built by hand is read into its pillar, and any survey is read."""

import hypothesis
from hypothesis import strategies as st

from ocfs2lib.adoption import adopt
from ocfs2lib.adoption import pillar_file
from ocfs2lib.answers import census
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.lun import mount_guards
from ocfs2lib.lun.case import LunCase
from ocfs2lib.node import stack
from ocfs2lib.pillar import check
from support import by_hand
from support.by_hand import MINIONS
from support.places import places
from support.places import put

from . import cases

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
OPTIONS = st.lists(
    st.sampled_from(["noatime", "nodev", "commit=30", "errors=panic", "nointr", "noacl"]),
    unique=True,
)


def adopted(nodes):
    for survey in nodes.values():
        census.checked_survey(survey)
    return adopt.adopt(nodes, {})


@st.composite
def sections(draw):
    """The section of pillar of any consistent cluster that the formula can run."""
    hosts = draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    numbers = draw(st.permutations(range(255)).map(lambda all_: all_[: len(hosts)]))
    keepalive, reconnect = draw(st.integers(1000, 9000)), draw(st.integers(2000, 9000))
    nodes = {
        f"{host}.example.com": {
            "number": number,
            "address": f"10.0.{number}.1",
            "name": draw(st.sampled_from([host, f"{host}.example.com"])),
        }
        for host, number in zip(hosts, numbers, strict=True)
    }
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    return {
        "cluster": {
            "name": draw(st.from_regex(r"[A-Za-z0-9]{1,16}", fullmatch=True)),
            "heartbeat_threshold": draw(st.integers(7, 601)),
            "idle_timeout_ms": draw(st.integers(max(5000, keepalive + reconnect), 600000)),
            "keepalive_delay_ms": keepalive,
            "reconnect_delay_ms": reconnect,
            "fence_method": draw(st.sampled_from(["reset", "panic"])),
            "port": draw(st.integers(1, 65534)),
        },
        "kernel": {"panic": draw(st.integers(1, 3600)), "panic_on_oops": draw(st.booleans())},
        "firewall": {"backend": "none"},
        "nodes": nodes,
        "luns": {
            name: {
                "device": f"/dev/mapper/{name}",
                "wwid": f"3600a0b800012345600{at:015x}",
                "size": 512 * draw(st.integers(1 << 20, 1 << 32)),
                "label": draw(st.sampled_from([name, f"label_{name}"])),
                "slots": draw(st.integers(len(hosts), 255)),
                "uuid": f"{at + 1:032X}",
                "mount": {"path": f"/san/{name}", "options": draw(OPTIONS)},
            }
            for at, name in enumerate(names)
        },
    }


@hypothesis.given(sections())
@cases.examples(13)
def test_a_consistent_cluster_is_read_back_and_nothing_in_it_would_change(section):
    desired = check.parse(section)
    nodes = by_hand.surveys(desired)
    adoption = adopted(nodes)
    assert adoption.obstacles == ()
    again = check.parse(adoption.pillar["ocfs2"])
    assert again == desired
    for minion, survey in nodes.items():
        assert stack.differences(again, minion, survey["o2cb"]) == []
    assert not any(
        "mount LUN" in change.text or "conf:" in change.text for change in adoption.changes
    )
    for lun in again.luns:
        seen = {
            minion: facts
            for minion, survey in nodes.items()
            for facts in survey["luns"].values()
            if facts["wwid"] == lun.wwid
        }
        assert mount_guards.refusals(LunCase(again, lun, seen)) == []


@hypothesis.given(st.data())
@cases.examples(7)
def test_nothing_that_has_the_shape_of_a_survey_breaks_the_reading(data):
    nodes = by_hand.surveys()
    junk = st.one_of(st.none(), st.integers(), st.text(), st.just([]), st.just({}))
    survey = nodes[data.draw(st.sampled_from(MINIONS))]
    path = data.draw(st.sampled_from(list(places(survey))))
    put(path, data.draw(junk))(survey)
    try:
        adoption = adopted(nodes)
    except AnswerMalformed as err:
        assert str(err).startswith("its ")
    else:
        assert adoption.pillar is None or pillar_file.head(adoption)
