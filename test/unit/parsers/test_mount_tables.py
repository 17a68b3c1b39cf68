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


def test_an_option_with_commas_around_it_is_one():
    line = "36 35 98:0 / /san rw - ocfs2 /dev/sdb rw,_netdev,,localflocks,,coherency=full\n"
    (found,) = mount_tables.mountinfo(line)
    assert found["options"] == ["rw", "_netdev", "localflocks", "coherency=full"]


def test_the_mounts_of_this_host_parse():
    with open("/proc/self/mountinfo", encoding="utf-8") as handle:
        text = handle.read()
    assert len(mount_tables.mountinfo(text)) == len(text.splitlines())
