import pytest

from ocfs2lib.errors import RecordUnwritable
from ocfs2lib.lun import audit
from ocfs2lib.system import audit_log


def test_a_line_of_the_audit_log_stays_one_line(tmp_path):
    line = audit.line("refused", "primary\n", "3600a0b8", "ocfs2", ["G3: \u2028 it holds\next4"])
    path = tmp_path / audit.NAME
    for _ in range(2):
        audit_log.append(audit.path(str(tmp_path / "minion")), line)
    assert path.read_text().splitlines() == [line, line]
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_goes_on_without_the_audit_log(tmp_path):
    with pytest.raises(RecordUnwritable, match=r"cannot be written: Is a directory. Nothing is "):
        audit_log.append(str(tmp_path), "{}")
