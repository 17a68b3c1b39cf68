"""Taking over a cluster that was built by hand, against a real master and real minions."""

from pathlib import Path

import pytest
import yaml

from ocfs2lib.node import stack
from ocfs2lib.pillar import check
from ocfs2lib.system import formula_code
from support import by_hand

NODES = ("host1.domain.com", "host2.domain.com")
TEMPLATE = "{{salt['cmd.run']('id')}}"


@pytest.fixture(scope="module")
def adopt(site):
    """Ask for the pillar of both minions, which have none."""
    site.describe()

    def run(*words):
        answer = site.salt_run("ocfs2_adopt.pillar", f"nodes=[{', '.join(NODES)}]", *words)
        return answer.returncode, answer.data

    return run


@pytest.fixture(scope="module")
def loaded(adopt):
    """Both minions have the formula."""
    adopt()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "ocfs2.sls"


@pytest.fixture
def surveys():
    """What two nodes of a cluster answer."""
    section = by_hand.section()
    section["nodes"] = {
        minion: {"number": number, "address": f"10.1.0.{number + 1}"}
        for number, minion in enumerate(NODES)
    }
    return by_hand.surveys(check.parse(section))


@pytest.fixture
def tell(site, loaded, surveys):
    """Have the minions answer with ``surveys``, and with the build of the master."""
    formula = formula_code.build(site.master.config["extension_modules"])
    kept = {}

    def told():
        for minion in site.minions.values():
            path = Path(minion.config["extension_modules"], "modules", "ocfs2_node.py")
            kept.setdefault(path, path.read_text())
            answer = {**surveys[minion.id], "formula": formula}
            path.write_text(f"def survey():\n    return {answer!r}\n")

    yield told
    for path, text in kept.items():
        path.write_text(text)


def test_minions_without_formula_and_pillar_are_given_the_one_and_have_no_cluster(adopt, file):
    rc, data = adopt(f"file={file}")
    assert (rc, data["pillar"], data["written"]) == (1, None, False)
    assert "host1.domain.com, host2.domain.com: there is no cluster" in "\n".join(data["lines"])
    assert not file.exists()


def test_a_minion_that_does_not_exist_is_named(site):
    answer = site.salt_run("ocfs2_adopt.pillar", "nodes=[host9.domain.com]")
    assert answer.returncode == 1
    assert "host9.domain.com: has no accepted key on this master" in str(answer.data["oddities"])


@pytest.mark.once
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nodes=host1.domain.com",), "nodes is no list of minion ids. Fix: "),
        (("nodes=[]",), "nodes is no list of minion ids. Fix: "),
        (("nodes=[host1.domain.com]", "file=ocfs2.sls"), "is not an absolute path. Fix: "),
        (("nodes=[host1.domain.com]", "file=/nowhere/ocfs2.sls"), "/nowhere is no directory. Fix:"),
    ],
)
def test_what_can_not_be_meant_is_refused_before_anybody_is_asked(site, words, said):
    answer = site.salt_run("ocfs2_adopt.pillar", *words)
    assert answer.returncode == 1
    (line,) = answer.data["lines"]
    assert said in line
    assert line.endswith("Nothing was read or written.")


def test_a_cluster_is_written_down_once(adopt, tell, surveys, file):
    tell()
    rc, data = adopt(f"file={file}")
    assert (rc, data["written"], data["oddities"]) == (0, True, [])
    assert f"The pillar is in {file}." in data["lines"]
    text = file.read_text()
    assert yaml.safe_load(text) == data["pillar"]
    desired = check.parse(data["pillar"]["ocfs2"])
    for minion, survey in surveys.items():
        assert stack.differences(desired, minion, survey["o2cb"]) == []
    assert adopt(f"file={file}")[1]["written"] is False
    file.write_text("# of somebody else\n")
    rc, data = adopt(f"file={file}")
    assert (rc, data["written"]) == (1, False)
    assert f"{file} exists and was left as it is. Fix: move it away" in data["lines"][-1]
    assert file.read_text() == "# of somebody else\n"
    assert list(file.parent.iterdir()) == [file]


def test_without_a_file_it_is_shown(adopt, tell):
    tell()
    rc, data = adopt()
    assert (rc, data["written"]) == (0, False)
    assert "ocfs2:" in data["lines"]
    assert data["lines"][-1] == "Not written: give it a file=/srv/pillar/ocfs2.sls."


def test_what_is_odd_is_named_and_written_all_the_same(adopt, tell, surveys, file):
    for survey in surveys.values():
        survey["luns"]["/dev/dm-0"]["volume"].update(stack="", cluster="", stamp="unstamped")
    tell()
    rc, data = adopt(f"file={file}")
    assert (rc, data["written"]) == (1, True)
    (obstacle,) = data["obstacles"]
    assert f"# - {obstacle}\n" in file.read_text()
    assert "It cannot be applied yet" in data["lines"][-1]


def test_a_template_in_a_name_stays_text(site, adopt, tell, surveys, file):
    for survey in surveys.values():
        survey["luns"]["/dev/dm-0"]["volume"]["label"] = TEMPLATE
    tell()
    adopt(f"file={file}")
    shown = site.salt_run("salt.cmd", "slsutil.renderer", f"path={file}").data
    assert shown["ocfs2"]["luns"]["primary"]["label"] == TEMPLATE


def test_a_template_in_an_obstacle_stays_text(site, adopt, tell, surveys, file):
    for survey in surveys.values():
        survey["luns"]["/dev/dm-0"]["volume"]["label"] = f"{TEMPLATE} of somebody"
    tell()
    assert adopt(f"file={file}")[0] == 1
    assert f"{TEMPLATE} of somebody" in file.read_text()
    shown = site.salt_run("salt.cmd", "slsutil.renderer", f"path={file}").data
    assert "label" not in shown["ocfs2"]["luns"]["primary"]


def test_a_lie_is_a_node_that_did_not_answer(adopt, tell, surveys):
    surveys[NODES[0]]["luns"] = []
    tell()
    rc, data = adopt()
    assert rc == 1
    assert f"{NODES[0]}: its survey.luns is a list" in "\n".join(data["obstacles"])
    assert list(data["pillar"]["ocfs2"]["nodes"]) == list(NODES)
