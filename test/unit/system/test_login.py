import os
import pwd

import pytest

from ocfs2lib.system import files
from ocfs2lib.system import login

#: A user that every Debian has.
NAME, UID = "daemon", str(pwd.getpwnam("daemon").pw_uid)
NOBODY = str(2**32 - 1)


@pytest.fixture
def logged_in(monkeypatch):
    """A function that says who has logged in, and who became root by sudo."""

    def say(uid, sudo=None):
        monkeypatch.setattr(files, "value", lambda path: uid)
        monkeypatch.delenv("SUDO_USER", raising=False)
        if sudo is not None:
            monkeypatch.setenv("SUDO_USER", sudo)

    return say


def test_the_operator_is_who_typed_it(logged_in):
    logged_in(NOBODY, "bob")
    assert login.operator() == "bob"
    logged_in(UID)
    assert login.operator() == NAME
    logged_in(UID, "root")
    assert login.operator() == NAME


@pytest.mark.parametrize("uid", [NOBODY, None, "", "x", "-1", "0", str(10**30)])
@pytest.mark.parametrize("sudo", [None, "", "a b", "x\ny", "root", "x" * 200])
def test_without_any_it_is_the_user_of_the_process(logged_in, uid, sudo):
    logged_in(uid, sudo)
    assert login.operator() == pwd.getpwuid(os.geteuid()).pw_name


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
def test_who_may_not_write_there_is_named(tmp_path):
    path = tmp_path / "file"
    path.parent.chmod(0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(PermissionError) as caught:
            files.replace(str(path), "text")
        why = login.why_not_written(str(path), caught.value)
    finally:
        os.seteuid(0)
    assert why == (
        f"{path} cannot be written by user nobody: Permission denied. "
        "Fix: name a file in a folder where user nobody may write."
    )
