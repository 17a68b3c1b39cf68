import pytest

from ocfs2lib.answers import census
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.node import units
from support import answers
from support.places import at

PILLAR = answers.desired()
HOST = "host0.example.com"
KEYS = {"primary": "/dev/mapper/primary"}


def good():
    lun = {
        "volume": answers.volume(PILLAR),
        "mounts": [{"path": "/san/primary", "options": ["rw"]}],
    }
    return answers.node(PILLAR, HOST, **lun)


def test_a_census_is_taken_as_it_is():
    answer = good()
    assert census.checked(answer, KEYS) is answer
    assert answer == good()


@pytest.mark.parametrize(
    "answer",
    [None, False, [], "Minion did not return", "'ocfs2_node.census' is not available.", {}],
)
def test_what_is_no_census_is_refused(answer):
    with pytest.raises(AnswerMalformed, match=r"no census|census lacks formula"):
        census.checked(answer, KEYS)


@pytest.mark.parametrize("luns", [{}, {"other": answers.lun(PILLAR)}])
def test_other_luns_than_asked_for_are_refused(luns):
    answer = {**good(), "luns": luns}
    with pytest.raises(AnswerMalformed, match="other LUNs"):
        census.checked(answer, KEYS)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("formula",), 1, "census.formula is a int"),
        (("host", "addresses"), "10.1.0.1", "census.host.addresses is a str"),
        (("o2cb", "conf"), None, "no census.o2cb.conf"),
        (("setup", "files", units.UNIT_PATH), 1, "o2cb.service is a int"),
        (("setup", "services"), [], "census.setup.services is a list"),
        (("setup", "services"), {"/etc": None}, "setup.services holds a NoneType"),
        (("setup", "masked"), [None], "setup.masked holds a NoneType"),
        (("setup", "panic", "kernel.panic"), "30", "no census.setup.panic.kernel.panic"),
        (("setup", "firewall", "blocking"), [], "no census.setup.firewall.blocking"),
        (("setup", "firewall", "blocking", "to"), ["input"], "firewall.blocking.to holds a str"),
        (("setup", "firewall", "blocking", "to"), [[]], "blocking.to holds an empty list"),
        (("fstab",), [], "census.fstab is a list"),
        (("luns", "primary"), "error", "no primary"),
        (("luns", "primary", "size"), True, "primary.size is a bool"),
        (("luns", "primary", "size"), "1", "primary.size is a str"),
        (("luns", "primary", "read_only"), None, "primary.read_only is a NoneType"),
        (("luns", "primary", "written"), 0, "primary.written is a int"),
        (("luns", "primary", "mounts"), ["/san"], "no primary.mounts"),
        (("luns", "primary", "volume"), [], "primary.volume is a list"),
        (("luns", "primary", "volume", "cluster_size"), 0, "volume.cluster_size is not a size"),
        (("luns", "primary", "volume", "uuid"), None, "primary.volume.uuid is a NoneType"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_name(path, value, words):
    answer = good()
    at(answer, path[:-1])[path[-1]] = value
    with pytest.raises(AnswerMalformed, match=words):
        census.checked(answer, KEYS)


@pytest.mark.parametrize("name", sorted({*answers.lun(PILLAR)} - {"device", "node"}))
def test_a_missing_fact_is_refused_by_its_name(name):
    answer = good()
    del answer["luns"]["primary"][name]
    with pytest.raises(AnswerMalformed, match=f"its primary lacks {name}"):
        census.checked(answer, KEYS)
