"""Whatever stands in the table of mounts and in /etc/fstab: every line of it is read."""

import os
import subprocess
from pathlib import Path

import pytest

from ocfs2lib.parsers import mount_tables

from . import cases
from . import garbage
from .findings import Findings

MOUNTINFO = Path("/proc/self/mountinfo").read_text(encoding="utf-8")


def as_the_kernel_writes(text):
    """A name with what seq_escape(3) takes out of it, as a simulation of the kernel's side."""
    return "".join(f"\\{ord(each):03o}" if each in " \t\n\\#" else each for each in text)


def test_a_mount_of_any_name_is_read_back():
    found, names = Findings(), ("/", "/san", "tmpfs", "", "-", *garbage.PIECES)
    for number in cases.share(2):
        dice = cases.chance("mounts", number)
        path, source = ("".join(dice.choices(names, k=2)).replace("\0", "") for _ in range(2))
        path = f"/{path}"
        left = f"42 1 0:{number} / {as_the_kernel_writes(path)} rw,relatime shared:2"
        text = f"{MOUNTINFO}{left} - tmpfs {as_the_kernel_writes(source)} rw,size=1k\n"
        with found.watch(ascii((path, source))):
            assert mount_tables.mountinfo(text)[-1] == {
                "id": "42",
                "device": f"0:{number}",
                "path": path,
                "fstype": "tmpfs",
                "source": source,
                "options": ["rw", "relatime", "size=1k"],
            }
    found.none()


def test_any_mount_table_is_a_list_of_mounts():
    found, keys = Findings(), {"id", "device", "path", "fstype", "source", "options"}
    for text in garbage.garbled_texts("mountinfo", 2, MOUNTINFO[-1000:]):
        with found.watch(ascii(text)):
            for mount in mount_tables.mountinfo(text):
                assert mount.keys() == keys
                assert all(isinstance(each, str) for each in mount["options"])
                assert all(isinstance(mount[key], str) for key in keys - {"options"})
    found.none()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
@pytest.mark.parametrize(
    "name",
    [
        *("a\vb", "a\fb", "a\x1cb", "a\x85b", "a\xa0b", ""),
        *("a b\n#\\'\"", "$(x)"),
    ],
)
def test_a_mount_with_such_a_name_keeps_nothing_from_being_seen(sandbox, modules, tmp_path, name):
    path = tmp_path / (name or "empty")
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", name, str(path)], check=True)
    try:
        found = modules["ocfs2_mount.at"](str(path))
    finally:
        subprocess.run(["umount", str(path)], check=True)
    assert found
    assert (found["fstype"], found["source"]) == ("tmpfs", name)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_any_fstab_is_lines_by_mount_point(sandbox, modules):
    found, path = Findings(), Path("/etc/fstab")
    text = (
        "# kept\n/dev/vda / ext4 defaults 0 1\nUUID=1 none swap sw\n"
        "/dev/mapper/primary /san/primary ocfs2 _netdev,x-systemd.requires=o2cb.service 0 0\n"
    )
    for garbled in garbage.garbled_texts("fstab", 20, text):
        path.write_text(garbled, encoding="utf-8", errors="replace", newline="")
        with found.watch(ascii(garbled)):
            for mount, line in modules["ocfs2_mount.fstabs"]().items():
                assert isinstance(mount, str)
                assert line.keys() - {"repeated"} == {"device", "fstype", "options"}
                assert all(isinstance(each, str) for each in line["options"])
    found.none()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_an_fstab_in_another_encoding_is_read(sandbox, modules):
    Path("/etc/fstab").write_bytes(b"# f\xfcr alle\n/dev/vda / ext4 defaults 0 1\n")
    assert modules["ocfs2_mount.fstab"]("/")["device"] == "/dev/vda"
