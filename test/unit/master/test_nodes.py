import pytest

from ocfs2lib.master import nodes
from ocfs2lib.master import old_files

BUILD = "1.0.0+5f3a9c20d1e4"
BOTH = {"host1": {"formula": BUILD}, "host2": {"formula": BUILD}}
MISSING = "'ocfs2_node.survey' is not available."


class SimulatedMinion:
    """
    One minion: the build of the formula that it has, how many questions it needs to load it, and
    the old modules that no sync removes.
    """

    def __init__(self, build=BUILD, loading=0, error=None, old=(), python=(3, 9, 2)):
        self.build, self.loading, self.error, self.old = build, loading, error, old
        self.python = [*python, "final", 0]

    def answer(self, fun):
        if fun == old_files.QUESTION.fun:
            return {fun[0]: {"modules": ["ocfs2", *self.old]}, fun[1]: False}
        if fun == "saltutil.list_extmods":
            return {"modules": ["ocfs2"]} if self.build else {"modules": []}
        if fun == "grains.get":
            return self.python
        if isinstance(fun, list):
            self.build = "1.0.0+mixture" if self.old else BUILD
            return {each: [] for each in fun}
        self.loading -= 1
        if fun == "sys.list_functions":
            return [] if self.loading > 0 else ["ocfs2_node.survey"]
        if not self.build or self.loading > 0:
            return MISSING
        return self.error or {"formula": self.build}


class SimulatedNodes(nodes.Nodes):
    """Nodes without a master: ``asked`` are the questions that were put to anybody."""

    def __init__(self, extmods="", **minions):
        super().__init__({"extension_modules": str(extmods)})
        self.minions, self.asked = minions, []

    def _put_for_work(self, minions, question, *_):
        if minions:
            self.asked.append(question.name)
        return {each: self.minions[each].answer(question.fun) for each in minions}, {}


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(nodes, "_PAUSES", (0,) * len(nodes._PAUSES))


def test_nothing_more_is_asked_of_those_that_have_the_formula():
    site = SimulatedNodes(host1=SimulatedMinion(), host2=SimulatedMinion())
    answers, silent = site.survey(["host1", "host2"], BUILD)
    assert (answers, silent) == (BOTH, {})
    assert site.asked == ["saltutil.list_extmods", "ocfs2_node.survey"]


@pytest.mark.parametrize("build", [None, "1.0.0+000000000000"], ids=["none", "another"])
def test_who_lacks_the_formula_gets_it_and_is_asked_again(build, capsys):
    site = SimulatedNodes(host1=SimulatedMinion(), host2=SimulatedMinion(build))
    answers, silent = site.survey(["host1", "host2"], BUILD)
    assert (answers, silent) == (BOTH, {})
    assert site.asked.count("saltutil.sync_*") == 1
    assert capsys.readouterr().err == "syncing the formula to host2\n"


@pytest.mark.parametrize("python", [(3, 6, 15), (3, 8, 20)])
def test_whose_python_is_too_old_gets_no_formula(python):
    site = SimulatedNodes(host1=SimulatedMinion(None, python=python), host2=SimulatedMinion(None))
    answers, silent = site.survey(["host1", "host2"], BUILD)
    assert answers == {"host2": {"formula": BUILD}}
    version = ".".join(map(str, python))
    assert silent["host1"].startswith(f"its Salt runs on Python {version}, and the formula needs")
    assert site.minions["host1"].build is None


def test_who_still_loads_the_formula_is_asked_until_it_knows_the_function():
    site = SimulatedNodes(host1=SimulatedMinion(None, loading=5))
    answers, _ = site.survey(["host1"], BUILD)
    assert answers == {"host1": {"formula": BUILD}}
    functions = ["sys.list_functions"] * 4
    assert site.asked[3:] == ["ocfs2_node.survey", *functions, "ocfs2_node.survey"]


@pytest.mark.parametrize("words", [MISSING, "ERROR: multipathd is not available"])
def test_an_error_of_a_function_that_is_loaded_is_the_answer(words):
    """Also if it reads like one of a function that is not."""
    site = SimulatedNodes(host1=SimulatedMinion(error=words))
    answers, silent = site.survey(["host1"], BUILD)
    assert (answers, silent) == ({"host1": words}, {})
    assert site.asked.count("ocfs2_node.survey") == 3


def test_what_never_loads_is_given_up_after_a_few_questions():
    site = SimulatedNodes(host1=SimulatedMinion(loading=10**9))
    answers, silent = site.survey(["host1"], BUILD)
    assert answers == {}
    assert f"cannot load the formula that it was given: {MISSING}" in silent["host1"]
    assert site.asked.count("sys.list_functions") < 10


@pytest.fixture
def extmods(tmp_path):
    """The formula on this master: one module."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "ocfs2.py").write_text("")
    return tmp_path


def test_files_that_no_sync_removes_are_named(extmods):
    old = [f"ocfs2_{each}" for each in "abcdefg"]
    site = SimulatedNodes(
        extmods=extmods,
        host1=SimulatedMinion("1.0.0+000000000000", old=old),
        host2=SimulatedMinion("1.0.0+000000000000"),
    )
    answers, silent = site.survey(["host1", "host2"], BUILD)
    assert answers["host2"] == {"formula": BUILD}
    assert list(silent) == ["host1"]
    assert "clean_dynamic_modules is off: modules/ocfs2_a, " in silent["host1"]
    assert "modules/ocfs2_e and 2 more; remove them" in silent["host1"]


@pytest.mark.parametrize("cleans", [True, False])
def test_a_master_that_keeps_old_files_is_named(cleans):
    answer = {"saltutil.list_extmods": {"modules": ["ocfs2"]}, "config.option": True}
    found = old_files.reason(answer, {"modules": ["ocfs2", "ocfs2_tune"]}, cleans)
    assert ("this master keeps" in found) is not cleans
    assert ("modules/ocfs2_tune" in found) is not cleans


@pytest.mark.parametrize("answer", [None, "ERROR", {}, {"saltutil.list_extmods": []}])
def test_what_cannot_be_known_of_old_files_is_not_said(answer):
    assert old_files.reason(answer, {"modules": ["ocfs2"]}, True) == ""
