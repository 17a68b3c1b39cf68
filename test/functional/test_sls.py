"""The sls files compile with any pillar, so that the check's own sentences are what is read."""

import datetime
import shutil

import pytest

from functional.conftest import REPOSITORY

pytestmark = pytest.mark.once

#: The first includes all others.
SLS = ("ocfs2", "ocfs2.clean", "ocfs2.format")
#: As a section, and each as the value of a key of a sound one.
ODD = (
    None,
    "text",
    "a: b # c\nd",
    7,
    1.5,
    True,
    [],
    ["a", {"b": None}],
    {},
    {"x": {"y": []}},
    datetime.date(2026, 1, 31),
    float("nan"),
)
KEYS = (
    "a: b",
    "# c",
    "line\nbreak",
    "{{ x }}",
    "- d",
    "'",
    '"',
    "",
    "é",
    7,
    None,
    True,
    "*star",
    "%",
)


@pytest.fixture(scope="module")
def show(minion):
    tree = minion.modules["config.get"]("file_roots")["base"][0]
    shutil.copytree(REPOSITORY / "ocfs2", f"{tree}/ocfs2", dirs_exist_ok=True)

    def compile_all(section):
        pillar = {"ocfs2": section}
        return {name: minion.modules["state.show_sls"](name, pillar=pillar) for name in SLS}

    yield compile_all
    shutil.rmtree(f"{tree}/ocfs2")


def compiled(found):
    """Every sls has become states; an error would be a list of sentences."""
    return all(isinstance(states, dict) and states for states in found.values())


@pytest.mark.parametrize("section", ODD, ids=repr)
def test_a_section_of_any_kind_comes_to_the_check(show, section):
    found = show(section)
    assert compiled(found), found
    assert "ocfs2-check-pillar" in found["ocfs2"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["cluster", "nodes", "luns", "firewall", "kernel", "mount", "drain"]
)
def test_a_value_of_any_kind_comes_to_the_check(show, config, name):
    for value in ODD:
        found = show({**config, name: value})
        assert compiled(found), (value, found)


def test_a_lun_of_any_name_has_its_states(show, config):
    lun = config["luns"]["primary"]
    for key in KEYS:
        found = show({**config, "luns": {key: lun}})
        assert compiled(found), (key, found)
        assert sum(state.startswith("ocfs2-mount-") for state in found["ocfs2"]) >= 1


def test_a_lun_for_other_nodes_has_no_state_here(show, config):
    lun = config["luns"]["primary"]
    other = {**lun, "device": "/dev/mapper/other", "wwid": "3600a0b8000123456000abcd0123456ff"}
    other.update(label="other", mount={"path": "/san/other"}, nodes=["host2.domain.com"])
    found = show({**config, "luns": {"primary": lun, "other": other}})
    assert "ocfs2-mount-primary" in found["ocfs2"]
    assert "ocfs2-mount-other" not in found["ocfs2"]
    # One that was left there by an older pillar is unmounted all the same.
    assert "ocfs2-clean-mount-other" in found["ocfs2.clean"]
