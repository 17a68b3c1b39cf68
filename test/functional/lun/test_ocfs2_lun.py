"""Real contents on real block devices: what the probe finds, and that it changes nothing."""

import contextlib
import os
import shutil
from pathlib import Path

import pytest
from salt.exceptions import SaltInvocationError

from functional.conftest import MINION
from functional.conftest import REPOSITORY
from ocfs2lib.lun import blank
from ocfs2lib.lun import contents
from ocfs2lib.node import fstab
from ocfs2lib.pillar import check
from support.devices import mounted_tmpfs
from support.devices import named
from support.devices import simulated_ocfs2
from support.devices import simulated_wwid
from support.images import GIB
from support.images import MIB
from support.images import attached
from support.images import digest
from support.images import heartbeat
from support.images import run
from support.images import sparse
from support.zoo import O2CB
from support.zoo import SIZE
from support.zoo import ext4
from support.zoo import mkfs_ocfs2

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
    reason="needs root and loop devices",
)


def tool(name):
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    return name


@pytest.fixture
def image(tmp_path):
    """A LUN's worth of zeros."""
    return sparse(tmp_path / "lun", SIZE)


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
    with contextlib.ExitStack() as names:
        yield lambda device: names.enter_context(named(device))


# What holds data: see zoo.py and test_zoo.py.


def test_a_blank_lun_holds_nothing(image, looked_at):
    facts = looked_at(image)
    assert contents.describe(facts) == ""
    assert (facts["size"], facts["written"], facts["signature"]) == (SIZE, [], {})
    assert (facts["read_only"], facts["busy"], facts["mounts"]) == (False, False, [])
    assert (facts["holders"], facts["unreadable"]) == ([], None)


def test_without_the_samples_nothing_is_called_blank(image, modules):
    with attached(image) as device:
        facts = modules["ocfs2.probe"](device)
    assert facts["written"] is None


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
    assert volume["uuid"] in contents.describe(facts)


@pytest.mark.parametrize("block", ["512", "1K", "4K"])
@pytest.mark.parametrize("cluster", ["4K", "128K", "1M"])
def test_a_heartbeat_lies_where_every_sampling_reads(tmp_path, block, cluster):
    image = sparse(tmp_path / "image", 2 * GIB)
    run(tool("mkfs.ocfs2"), "-q", "-b", block, "-C", cluster, "-N", "2", *O2CB, str(image))
    offset, length = heartbeat(image)
    assert offset + length <= blank.END_BYTES


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


def test_a_device_that_a_process_has_open_for_writing_names_it(image, modules):
    with attached(image) as device:
        held = os.open(device, os.O_RDWR)
        try:
            facts = modules["ocfs2.probe"](device, prove_blank=True)
        finally:
            os.close(held)
        # Without O_EXCL nobody is kept out, so that alone says nothing.
        assert facts["busy"] is False
        (writer,) = facts["writers"]
        assert writer.endswith(f"(pid {os.getpid()})")
        held = os.open(device, os.O_RDONLY)
        try:
            assert modules["ocfs2.probe"](device, prove_blank=True)["writers"] == []
        finally:
            os.close(held)


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
    with pytest.raises(SaltInvocationError, match=r"broken\.sls cannot be read as YAML"):
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


@pytest.fixture
def described(image, config, by_id, sandbox, tmp_path):
    """The mount point of a LUN that holds the volume of the pillar."""
    mkfs_ocfs2(image, "-L", "primary", "-N", "5", "--cluster-stack=o2cb", "--cluster-name=ocfs2")
    lun = config["luns"]["primary"]
    lun.update(size=SIZE, type="mail", mount={"path": "/mnt/primary"})
    run("mount", "--bind", str(tmp_path), "/mnt")
    with attached(image) as device, simulated_wwid(device, lun["wwid"]):
        lun["device"] = by_id(device)
        yield Path("/mnt/primary")
    run("umount", "/mnt")


def test_mounted_refuses_a_mount_point_that_holds_files(described, states, states_test, config):
    ret = states_test["ocfs2.mounted"]("primary", config)
    assert (ret["result"], set(ret["changes"])) == (None, {"fstab", "mount"}), ret["comment"]
    described.mkdir()
    (described / "disk.qcow2").touch()
    for each in (states_test, states):
        ret = each["ocfs2.mounted"]("primary", config)
        assert (ret["result"], ret["changes"]) == (False, {})
        assert f"{described} holds 'disk.qcow2'" in ret["comment"]
        assert "Fix: move it away." in ret["comment"]


def test_a_lun_for_other_nodes_is_left_alone(states, states_test, config):
    """Its device is not even looked at: there is none."""
    config["luns"]["primary"]["nodes"] = ["host2.domain.com"]
    for each in (states_test, states):
        ret = each["ocfs2.mounted"]("primary", config)
        assert (ret["result"], ret["changes"]) == (True, {})
        assert "is for other nodes" in ret["comment"]
    assert not Path("/mnt/primary").exists()


def test_what_an_operator_mounts_gets_a_line_and_no_mount(described, states, states_test, config):
    config["luns"]["primary"]["mount"]["auto"] = False
    lun = check.parse(config).lun("primary")
    dry = states_test["ocfs2.mounted"]("primary", config)
    assert (dry["result"], set(dry["changes"])) == (None, {"fstab"}), dry["comment"]
    wet = states["ocfs2.mounted"]("primary", config)
    assert (wet["result"], wet["changes"]) == (True, dry["changes"]), wet["comment"]
    assert wet["changes"]["fstab"]["new"] == fstab.line(lun, MINION)
    again = states["ocfs2.mounted"]("primary", config)
    assert (again["result"], again["changes"]) == (True, {})
    assert not os.path.ismount(described)
    assert "up to you" in again["comment"]


def test_a_line_from_before_is_rewritten_and_the_mount_left_alone(
    described, modules, states, config
):
    """Only the option for fstrim is new; simulated is that the volume is mounted."""
    lun = check.parse(config).lun("primary")
    assert lun.nodes[0] == MINION
    options = fstab.line(lun, lun.nodes[-1])["options"]
    assert "X-fstrim.notrim" in options
    modules["ocfs2_mount.set_fstab"](str(described), lun.device, options)
    described.mkdir()
    with mounted_tmpfs(described), simulated_ocfs2(described, device=lun.device):
        ret = states["ocfs2.mounted"]("primary", config)
    assert (ret["result"], set(ret["changes"])) == (True, {"fstab"}), ret["comment"]
    assert "X-fstrim.notrim" not in ret["changes"]["fstab"]["new"]["options"]
