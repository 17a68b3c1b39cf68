import re
import shutil
from pathlib import Path

import pytest

from ocfs2lib import version
from ocfs2lib.system import formula_code

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def synced(tmp_path):
    """The formula as Salt lays it out under its option extension_modules."""
    for kind in ("utils", "modules", "states", "runners"):
        shutil.copytree(ROOT / f"_{kind}", tmp_path / kind)
    return tmp_path


def test_the_same_code_is_the_same_build(synced):
    before = formula_code.build(str(synced))
    assert re.fullmatch(re.escape(version.VERSION) + r"\+[0-9a-f]{12}", before)
    (synced / "modules" / "__pycache__").mkdir(exist_ok=True)
    (synced / "modules" / "somebody_elses.py").write_text("")
    # A minion has no runners.
    shutil.rmtree(synced / "runners")
    assert formula_code.build(str(synced)) == before


@pytest.mark.parametrize(
    "path", ["utils/ocfs2lib/lun/format_guards.py", "modules/o2cb.py", "states/ocfs2.py"]
)
def test_other_code_is_another_build(synced, path):
    before = formula_code.build(str(synced))
    with (synced / path).open("a") as handle:
        handle.write("# changed\n")
    changed = formula_code.build(str(synced))
    (synced / path).unlink()
    assert len({before, changed, formula_code.build(str(synced))}) == 3
