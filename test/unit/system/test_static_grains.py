import pytest
import yaml
from salt.exceptions import CommandExecutionError

from ocfs2lib.system.static_grains import StaticGrains

MARK = {"cluster": "web", "wwid": "3600a", "token": "f" * 32}
LINE = 'ocfs2_leader: {"cluster": "web", "wwid": "3600a", "token": "' + "f" * 32 + '"}'


@pytest.fixture
def grains(tmp_path):
    return StaticGrains({"conf_file": str(tmp_path / "minion")}, yaml.safe_load)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("", f"{LINE}\n"),
        ("# mine\nroles: [web]\n", f"# mine\nroles: [web]\n{LINE}\n"),
        ("roles: [web]", f"roles: [web]\n{LINE}\n"),
        ("ocfs2_leader: {}\nroles: [web]\n", f"{LINE}\nroles: [web]\n"),
        (
            "a: 1\nocfs2_leader:\n  cluster: old\n  token: x\n# mine\nb: 2\n",
            f"a: 1\n{LINE}\n# mine\nb: 2\n",
        ),
        ("'ocfs2_leader' :\n  cluster: old\n", f"{LINE}\n"),
        ("ocfs2_leaders: 1\n", f"ocfs2_leaders: 1\n{LINE}\n"),
    ],
)
def test_one_grain_is_set_and_everything_else_stays(grains, tmp_path, text, new):
    (tmp_path / "grains").write_text(text)
    others = {**(yaml.safe_load(text) or {}), "ocfs2_leader": MARK}
    grains.put("ocfs2_leader", MARK)
    assert (tmp_path / "grains").read_text() == new
    assert yaml.safe_load(new) == others
    assert grains.get("ocfs2_leader") == MARK


def test_a_file_that_does_not_exist_has_no_grain_and_is_made(grains, tmp_path):
    assert grains.get("ocfs2_leader") is None
    grains.put("ocfs2_leader", {})
    assert (tmp_path / "grains").read_text() == "ocfs2_leader: {}\n"


@pytest.mark.parametrize(
    "text",
    [
        "- a list\n",
        "a: [1\n",
        "{a: 1, ocfs2_leader: 2}\n",
        "a: &x 1\nocfs2_leader: &y {b: 2}\nc: *y\n",
        "a: |\n  text\nb: 1\n...\n",
    ],
)
def test_a_file_in_another_form_is_refused_and_left(grains, tmp_path, text):
    (tmp_path / "grains").write_text(text)
    with pytest.raises(CommandExecutionError, match="grains"):
        grains.put("ocfs2_leader", MARK)
    assert (tmp_path / "grains").read_text() == text


def test_the_file_lies_in_the_directory_of_the_configuration(tmp_path):
    grains = StaticGrains({"conf_file": str(tmp_path)}, yaml.safe_load)
    assert grains.path == str(tmp_path / "grains")
