from ocfs2lib.parsers import mount_tables

MOUNTS = (
    "36 35 98:0 / /san/a\\040b rw,noatime shared:1 - ocfs2 /dev/mapper/primary rw,_netdev,noatime\n"
    "37 35 0:22 / /proc rw - proc proc rw\n"
    "a line of something else\n"
)


def test_mountinfo_with_and_without_optional_fields():
    first, second = mount_tables.mountinfo(MOUNTS)
    assert first == {
        "id": "36",
        "device": "98:0",
        "path": "/san/a b",
        "fstype": "ocfs2",
        "source": "/dev/mapper/primary",
        "options": ["rw", "noatime", "_netdev"],
    }
    assert (second["path"], second["options"]) == ("/proc", ["rw"])


def test_the_mounts_of_this_host_parse():
    with open("/proc/self/mountinfo", encoding="utf-8") as handle:
        text = handle.read()
    assert len(mount_tables.mountinfo(text)) == len(text.splitlines())


def test_fstab_is_read_as_it_stands():
    text = (
        "# /dev/old /old ocfs2 _netdev 0 0\n\n"
        "/dev/sdd /san/primary _netdev,nointr 0 0\n"
        "LABEL=x /a\\040b ocfs2 _netdev,noatime 0 0\n"
        "lonely\n"
    )
    first, second = mount_tables.fstab(text)
    assert first == {
        "source": "/dev/sdd",
        "path": "/san/primary",
        "fstype": "_netdev,nointr",
        "options": ["0"],
    }
    assert second == {
        "source": "LABEL=x",
        "path": "/a b",
        "fstype": "ocfs2",
        "options": ["_netdev", "noatime"],
    }
