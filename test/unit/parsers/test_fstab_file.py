import pytest

from ocfs2lib.parsers import fstab_file

DEVICE, PATH, OPTIONS = "/dev/mapper/primary", "/san/primary", ["_netdev", "noatime"]
LINE = f"{DEVICE}\t{PATH}\tocfs2\t_netdev,noatime\t0\t0"
ENTRY = {"device": DEVICE, "fstype": "ocfs2", "options": OPTIONS}


def written(text):
    return fstab_file.with_entry(text, PATH, DEVICE, "ocfs2", OPTIONS)


def test_a_line_is_read_by_its_places():
    text = (
        "# /dev/old /old ocfs2 _netdev 0 0\n"
        "\t \n"
        "/dev/sdd /san/primary _netdev,nointr 0 0\n"
        "LABEL=x /a\\040b ocfs2 _netdev,noatime 0 0\n"
        "lonely\n"
        "none swap swap"
    )
    first, second, third = fstab_file.lines(text)
    assert first.fields() == {
        "source": "/dev/sdd",
        "path": "/san/primary",
        "fstype": "_netdev,nointr",
        "options": ["0"],
    }
    assert (second.path, second.options) == ("/a b", ("_netdev", "noatime"))
    assert (third.number, third.path) == (5, "swap")


@pytest.mark.parametrize(
    ("line", "options"),
    [
        (f"{DEVICE} {PATH} ocfs2 _netdev 0 0 # SAN", ["_netdev"]),
        (f"  {DEVICE}\t {PATH}\tocfs2", []),
        (f"{DEVICE} {PATH} ocfs2 # SAN", []),
        (f"{DEVICE} {PATH}/ ocfs2 _netdev 0 0", ["_netdev"]),
        (f"{DEVICE} //san//primary ocfs2 _netdev", ["_netdev"]),
        (f"{DEVICE} /san/./primary ocfs2 _netdev", ["_netdev"]),
        (f"{DEVICE} {PATH} ocfs2 _netdev,,noatime, 0", ["_netdev", "noatime"]),
    ],
)
def test_a_line_is_what_systemd_makes_of_it(line, options):
    entry = {"device": DEVICE, "fstype": "ocfs2", "options": options}
    assert fstab_file.entries(f"{line}\n") == {PATH: entry}
    assert written(f"{line}\n").count(PATH) == 1


def test_of_two_lines_the_first_counts():
    text = f"/dev/sdb {PATH} ocfs2 defaults\n{DEVICE} {PATH}/ ocfs2 _netdev\n"
    (entry,) = fstab_file.entries(text).values()
    assert (entry["device"], entry["repeated"]) == ("/dev/sdb", 1)
    assert written(text) == f"{LINE}\n"
    assert fstab_file.entries(written(text)) == {PATH: ENTRY}


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("", f"{LINE}\n"),
        ("# a comment\n", f"# a comment\n{LINE}\n"),
        ("UUID=1 / ext4", f"UUID=1 / ext4\n{LINE}\n"),
        (f"a /b c\n{DEVICE} {PATH} ocfs2\nd /e f\n", f"a /b c\n{LINE}\nd /e f\n"),
        (f"{DEVICE} {PATH} ocfs2 x 0 0 # SAN\n", f"{LINE}\t# SAN\n"),
        ("# caf\udce9\n\n  a\t/b   c\r\n", f"# caf\udce9\n\n  a\t/b   c\r\n{LINE}\n"),
    ],
)
def test_everything_else_stays_to_the_byte(text, new):
    assert written(text) == new
    assert written(new) == new


def test_an_entry_is_taken_away_and_everything_else_stays():
    text = f"# {LINE}\n{LINE}\na /b c\n{DEVICE} {PATH}/ ocfs2 # twice\n/dev/sdb {PATH} ext4\n"
    assert fstab_file.without(text, PATH, "ocfs2") == f"# {LINE}\na /b c\n/dev/sdb {PATH} ext4\n"
    assert fstab_file.without("", PATH, "ocfs2") == ""


def test_blanks_are_escaped():
    text = fstab_file.with_entry("", "/a b", "LABEL=x\\y", "ocfs2", ["o\tp"])
    assert text == "LABEL=x\\134y\t/a\\040b\tocfs2\to\\011p\t0\t0\n"
    (line,) = fstab_file.lines(text)
    assert (line.source, line.path, line.options) == ("LABEL=x\\y", "/a b", ("o\tp",))
