"""/etc/fstab and the mount table, with Salt's own mount module; the kernel has no OCFS2 here."""

import subprocess
from pathlib import Path

import pytest

from support.mount_points import FSTAB
from support.mount_points import run


@pytest.fixture(autouse=True)
def fstab(sandbox):
    FSTAB.write_text("# kept\n/dev/vda / ext4 defaults 0 1\n")


@pytest.fixture
def place(tmp_path):
    """A directory on the host's own filesystem; what is immutable in it can be removed after."""
    if run("chattr", "+i", str(tmp_path)).returncode:
        pytest.skip(f"the filesystem of {tmp_path} knows no chattr +i")
    run("chattr", "-i", str(tmp_path))
    yield tmp_path
    run("chattr", "-R", "-i", str(tmp_path))


@pytest.fixture
def point(place):
    """A mount point that does not exist yet."""
    return place / "san" / "primary"


@pytest.fixture
def described(place, config):
    """The mount point of the pillar, where a pillar may have it."""
    subprocess.run(["mount", "--bind", str(place), "/mnt"], check=True)
    config["luns"]["primary"]["mount"]["path"] = "/mnt/primary"
    yield Path("/mnt/primary")
    subprocess.run(["umount", "/mnt"], check=True)
