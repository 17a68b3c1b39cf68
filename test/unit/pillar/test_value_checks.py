import re

import pytest

from ocfs2lib.pillar.sections.mount_keys import SYSTEM_PATHS


@pytest.mark.parametrize(
    "path",
    ["/", "/usr", "/usr/local/x", "/etc", "/var", "/var/lib", "/home", "/lib64", "/run/x"],
)
def test_system_paths(path):
    assert re.fullmatch(SYSTEM_PATHS, path)


@pytest.mark.parametrize(
    "path",
    ["/san", "/san/primary", "/home/vm", "/var/lib/libvirt", "/mnt/a", "/users", "/libs", "/etcd"],
)
def test_other_paths(path):
    assert not re.fullmatch(SYSTEM_PATHS, path)
