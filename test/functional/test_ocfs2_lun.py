"""Real contents on real block devices: what the probe finds, and that it changes nothing."""

import contextlib
import os
import shutil
import struct
import subprocess
import uuid
import zlib
from pathlib import Path

import pytest
from salt.exceptions import SaltInvocationError

import ocfs2_blank
import ocfs2_guard
from images import digest
from images import heartbeat

from .conftest import REPOSITORY

MIB = 1 << 20
GIB = 1 << 30
SIZE = 320 * MIB
SECTOR = 512
BY_ID = Path("/dev/disk/by-id")
O2CB = ("--cluster-stack=o2cb", "--cluster-name=web")

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
    reason="needs root and loop devices",
)


def run(*argv):
    done = subprocess.run(
        argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


def tool(name):
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    return name


@contextlib.contextmanager
def attached(image, *options):
    device = run("losetup", *options, "--find", "--show", str(image)).strip()
    try:
        yield device
    finally:
        run("losetup", "--detach", device)


def put(image, offset, data):
    with image.open("r+b") as handle:
        handle.seek(offset)
        handle.write(data)


def sparse(path, size=SIZE):
    path.touch()
    os.truncate(path, size)
    return path


@pytest.fixture
def image(tmp_path):
    """A LUN's worth of zeros."""
    return sparse(tmp_path / "lun")


@pytest.fixture
def looked_at(modules):
    """The probe of an image, which must leave every byte as it was."""

    def probe(image, *options):
        before = digest(image)
        with attached(image, *options) as device:
            facts = modules["ocfs2.probe"](device, prove_blank=True)
        assert digest(image) == before
        assert facts["error"] is None
        return facts

    return probe


@pytest.fixture
def by_id():
    """Give a device a stable name, as udev does for a LUN."""
    made, links = [], []
    for directory in (BY_ID.parent, BY_ID):
        if not directory.exists():
            directory.mkdir()
            made.append(directory)

    def name(device):
        link = BY_ID / f"wwn-test-{uuid.uuid4().hex}"
        link.symlink_to(device)
        links.append(link)
        return str(link)

    yield name
    for link in links:
        link.unlink()
    for directory in reversed(made):
        with contextlib.suppress(OSError):
            directory.rmdir()


# What holds data.


def ext4(image):
    run(tool("mkfs.ext4"), "-q", "-F", str(image))


def xfs(image):
    run(tool("mkfs.xfs"), "-q", "-f", str(image))


def vfat(image):
    run(tool("mkfs.vfat"), str(image))


def swap(image):
    run(tool("mkswap"), str(image))


def lvm(image):
    tool("pvcreate")
    alone = "devices { use_devicesfile=0 } activation { udev_sync=0 udev_rules=0 }"
    with attached(image) as device:
        run("pvcreate", "--yes", "--config", alone, device)


def mbr(image):
    entry = struct.pack("<B3sB3sII", 0, b"", 0x83, b"", 2048, 8192)
    put(image, 446, entry.ljust(64, b"\0") + b"\x55\xaa")


def gpt(image):
    protective = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xEE, b"\xff" * 3, 1, SIZE // SECTOR - 1)
    put(image, 446, protective.ljust(64, b"\0") + b"\x55\xaa")
    entries, last = bytes(128 * 128), SIZE // SECTOR - 1
    for here, other, table in ((1, last, 2), (last, 1, last - 32)):
        put(image, table * SECTOR, entries)
        put(image, here * SECTOR, _gpt_header(here, other, last, table, entries))


def _gpt_header(here, other, last, table, entries):
    def packed(checksum):
        return struct.pack(
            "<8sIIIIQQQQ16sQIII",
            b"EFI PART",
            0x10000,
            92,
            checksum,
            0,
            here,
            other,
            34,
            last - 33,
            uuid.UUID(int=7).bytes_le,
            table,
            128,
            128,
            zlib.crc32(entries),
        )

    return packed(zlib.crc32(packed(0)))


def luks(image):
    header = struct.pack(">6sH32s32s32s", b"LUKS\xba\xbe", 1, b"aes", b"xts-plain64", b"sha256")
    put(image, 0, header.ljust(168, b"\0") + str(uuid.UUID(int=7)).encode())


@pytest.mark.parametrize(
    ("fill", "words"),
    [
        (ext4, "ext4"),
        (xfs, "xfs"),
        (vfat, "vfat"),
        (swap, "swap"),
        (lvm, "LVM2_member"),
        (gpt, "gpt partition table"),
        (mbr, "dos partition table"),
        (luks, "crypto_LUKS"),
    ],
)
def test_a_lun_that_holds_something_is_not_blank(image, looked_at, fill, words):
    fill(image)
    facts = looked_at(image)
    assert facts["unreadable"] is None
    assert facts["volume"] is None
    assert ocfs2_guard.contents(facts).startswith(words)


def test_a_blank_lun_holds_nothing(image, looked_at):
    facts = looked_at(image)
    assert ocfs2_guard.contents(facts) == ""
    assert (facts["size"], facts["written"], facts["signature"]) == (SIZE, [], {})
    assert (facts["read_only"], facts["busy"], facts["mounts"]) == (False, False, [])
    assert (facts["holders"], facts["unreadable"]) == ([], None)


def test_without_the_samples_nothing_is_called_blank(image, modules):
    with attached(image) as device:
        facts = modules["ocfs2.probe"](device)
    assert facts["written"] is None


@pytest.mark.parametrize("offset", [0, 1, 16 * MIB - 1, SIZE - 16 * MIB, SIZE - SECTOR, SIZE - 1])
def test_one_byte_at_either_end_is_data(image, looked_at, offset):
    put(image, offset, b"\1")
    facts = looked_at(image)
    assert facts["written"] == [offset]
    assert ocfs2_guard.contents(facts) == f"data at byte {offset}"


def test_ext4_without_its_superblock_is_data(image, looked_at):
    ext4(image)
    put(image, 1024, bytes(1024))
    facts = looked_at(image)
    assert facts["signature"] == {}
    assert ocfs2_guard.contents(facts).startswith("data at byte")


def mkfs_ocfs2(image, *options):
    tool("debugfs.ocfs2")
    run(tool("mkfs.ocfs2"), "-q", "-x", *options, str(image))


def stats(image):
    """What debugfs.ocfs2 says of a volume, under the names of our facts."""
    found = {}
    for line in run("debugfs.ocfs2", "-R", "stats", str(image)).splitlines():
        for part in line.strip().split("   "):
            name, _, value = part.partition(":")
            found.setdefault(name.strip(), value.strip())
    cluster_size = 1 << int(found["Cluster Size Bits"])
    return {
        "uuid": found["UUID"],
        "label": found["Label"],
        "slots": int(found["Max Node Slots"]),
        "block_size": 1 << int(found["Block Size Bits"]),
        "cluster_size": cluster_size,
        "size": int(found["Clusters"]) * cluster_size,
        "global_heartbeat": "Globalheartbeat" in found["Cluster flags"],
    }


@pytest.mark.parametrize(
    ("options", "stamp"),
    [
        (("-L", "primary", "-N", "2", *O2CB), "o2cb/web"),
        (("-L", "x" * 63, "-N", "2", "-T", "mail", *O2CB), "o2cb/web"),
        (("-L", "primary", "-N", "3", "-b", "512", "-C", "4K", *O2CB), "o2cb/web"),
        (("-L", "primary", "-N", "3", "-b", "1K", "-C", "64K", *O2CB), "o2cb/web"),
        (("-L", "primary", "-N", "3", "-b", "2K", "-C", "8K", *O2CB), "o2cb/web"),
        (("-N", "3", "--global-heartbeat", *O2CB), "o2cb/web"),
        (("-N", "3", "--cluster-stack=pcmk", "--cluster-name=hacluster"), "pcmk/hacluster"),
        (("-N", "3"), "unstamped"),
        (("-M", "local"), "local mount, no cluster"),
    ],
)
def test_an_ocfs2_volume_reads_as_its_own_tools_read_it(image, looked_at, options, stamp):
    mkfs_ocfs2(image, *options)
    facts = looked_at(image)
    volume = facts["volume"]
    want = stats(image)
    assert {name: volume[name] for name in want} == want
    assert volume["stamp"] == stamp
    assert volume["uuid"] in ocfs2_guard.contents(facts)


@pytest.fixture
def damaged(tmp_path):
    """A volume with a backup superblock at 1 GiB, its primary superblock overwritten."""
    image = sparse(tmp_path / "damaged", 3 * GIB)
    mkfs_ocfs2(image, "-b", "4K", "-N", "2", *O2CB)
    put(image, 2 * 4096, bytes(4096))
    return image


def test_an_ocfs2_volume_without_its_superblock_is_data(damaged, looked_at):
    facts = looked_at(damaged)
    assert (facts["volume"], facts["signature"]) == (None, {})
    assert ocfs2_guard.contents(facts).startswith("data at byte")


@pytest.mark.parametrize("block", ["512", "1K", "4K"])
@pytest.mark.parametrize("cluster", ["4K", "128K", "1M"])
def test_a_heartbeat_lies_where_every_sampling_reads(tmp_path, block, cluster):
    image = sparse(tmp_path / "image", 2 * GIB)
    run(tool("mkfs.ocfs2"), "-q", "-b", block, "-C", cluster, "-N", "2", *O2CB, str(image))
    offset, length = heartbeat(image)
    assert offset + length <= ocfs2_blank.END_BYTES


def test_the_backup_superblock_alone_is_data(damaged, tmp_path, looked_at):
    with damaged.open("rb") as handle:
        handle.seek(GIB)
        backup = handle.read(4096)
    assert backup.startswith(b"OCFSV2")
    rest = sparse(tmp_path / "rest", 3 * GIB)
    put(rest, GIB, backup)
    assert looked_at(rest)["written"] == [GIB]


# What the device is.


def test_a_device_without_a_wwid_has_none(image, looked_at):
    assert looked_at(image)["wwid"] is None


def test_a_read_only_device_says_so(image, looked_at):
    assert looked_at(image, "--read-only")["read_only"] is True


def test_a_device_that_another_program_holds_is_busy(image, modules):
    with attached(image) as device:
        held = os.open(device, os.O_RDONLY | os.O_EXCL)
        try:
            assert modules["ocfs2.probe"](device)["busy"] is True
        finally:
            os.close(held)
        assert modules["ocfs2.probe"](device)["busy"] is False


def test_a_mounted_device_names_its_mount(image, modules, sandbox, tmp_path):
    ext4(image)
    path = tmp_path / "a path"
    path.mkdir()
    with attached(image) as device:
        run("mount", device, str(path))
        try:
            facts = modules["ocfs2.probe"](device)
        finally:
            run("umount", str(path))
    assert [each["path"] for each in facts["mounts"]] == [str(path)]


@pytest.mark.parametrize("left", [0, 8 * MIB, SIZE - MIB])
def test_a_read_error_is_not_blank(image, modules, left):
    with attached(image) as device:
        os.truncate(image, left)
        facts = modules["ocfs2.probe"](device, prove_blank=True)
    assert "Input/output error" in facts["unreadable"]
    assert facts["written"] is None


def test_what_is_no_device_is_an_error(image, modules):
    assert modules["ocfs2.probe"](str(image))["error"] == f"{image} is not a block device"
    missing = f"{image}-missing"
    assert modules["ocfs2.probe"](missing)["error"] == f"{missing}: No such file or directory"


# Pillar and states.


def test_the_example_pillar_is_valid(modules):
    result = modules["ocfs2.check"](str(REPOSITORY / "pillar.example"))
    assert result == {"valid": True, "problems": []}


def test_a_broken_pillar_lists_all_its_problems(modules, tmp_path):
    broken = tmp_path / "broken.sls"
    broken.write_text(
        "ocfs2:\n"
        "  nodes:\n"
        "    host1.domain.com: {number: 999, address: nowhere}\n"
        "  luns:\n"
        "    primary: {device: /dev/sdb, wwid: '1', size: 1GiB, mount: {path: /san}}\n",
        encoding="utf-8",
    )
    result = modules["ocfs2.check"](str(broken))
    assert result["valid"] is False
    text = " ".join(each["path"] for each in result["problems"])
    for path in ("number", "address", "device"):
        assert path in text
    assert all(each["reason"] and each["fix"] for each in result["problems"])


def test_a_file_that_is_no_yaml_is_named(modules, tmp_path):
    broken = tmp_path / "broken.sls"
    broken.write_text("ocfs2: [", encoding="utf-8")
    with pytest.raises(SaltInvocationError, match=r"broken\.sls can not be read as YAML"):
        modules["ocfs2.check"](str(broken))


@pytest.mark.parametrize("test", [False, True])
def test_mounted_on_a_blank_lun_names_the_orchestration(
    image, states, states_test, config, by_id, test
):
    before = digest(image)
    with attached(image) as device:
        config["luns"]["primary"]["device"] = by_id(device)
        ret = (states_test if test else states)["ocfs2.mounted"]("primary", config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert "salt-run state.orchestrate ocfs2.orch" in ret["comment"]
    assert digest(image) == before


def test_mounted_refuses_a_filesystem_of_another_kind(image, states, config, by_id):
    ext4(image)
    with attached(image) as device:
        config["luns"]["primary"]["device"] = by_id(device)
        ret = states["ocfs2.mounted"]("primary", config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert "holds ext4" in ret["comment"]


def test_mounted_refuses_a_volume_of_another_cluster(image, states, config, by_id):
    mkfs_ocfs2(image, "-L", "primary", "-N", "5", *O2CB)
    with attached(image) as device:
        config["luns"]["primary"]["device"] = by_id(device)
        ret = states["ocfs2.mounted"]("primary", config)
    assert ret["result"] is False
    assert "it belongs to o2cb/web, not to o2cb/ocfs2" in ret["comment"]
