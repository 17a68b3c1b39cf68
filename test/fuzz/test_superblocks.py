"""Whatever the start of a device holds: it is read as a volume or as none, without an error."""

import dataclasses
import json
import os
import re
import shutil
import subprocess

import hypothesis
import pytest
from hypothesis import strategies as st

from ocfs2lib.lun import superblock
from support import answers

from . import cases
from . import garbage
from .findings import Findings

SIZE = 4096 - 2 * 512 - 6


@hypothesis.given(st.binary(min_size=SIZE, max_size=SIZE))
@cases.examples(20)
def test_whatever_follows_the_signature_is_read_without_an_error(noise):
    data = (bytes(1024) + b"OCFSV2" + noise).ljust(superblock.HEAD_BYTES, b"\0")
    volume = superblock.parse(data)
    assert len(volume.uuid) == 32
    assert volume.stamp


@pytest.fixture(scope="module")
def head(tmp_path_factory):
    """The start of a volume that the real mkfs.ocfs2 made."""
    if not shutil.which("mkfs.ocfs2"):
        pytest.skip("ocfs2-tools are not installed")
    image = tmp_path_factory.mktemp("volume") / "image"
    image.touch()
    os.truncate(image, 320 << 20)
    argv = ["mkfs.ocfs2", "-q", "-U", answers.UUID, "-L", "a label", "-N", "4", "-T", "mail"]
    argv += ["--cluster-stack=o2cb", "--cluster-name=web", str(image)]
    subprocess.run(argv, check=True, capture_output=True)
    with image.open("rb") as handle:
        return handle.read(superblock.HEAD_BYTES)


def seen(data):
    """The facts of a superblock, which must be of the documented shape."""
    volume = superblock.parse(data)
    if volume is None:
        return None
    assert re.fullmatch("[0-9A-F]{32}", volume.uuid)
    assert len(volume.label) <= 64
    assert len(volume.cluster) <= 16
    assert 0 <= volume.slots < 2**16
    assert volume.size >= 0
    assert type(volume.global_heartbeat) is bool
    assert volume.stamp
    facts = {**dataclasses.asdict(volume), "stamp": volume.stamp}
    json.dumps(facts)
    return facts


def test_no_bit_of_a_superblock_makes_the_reading_fail(head):
    found, start, whole = Findings(), head.index(b"OCFSV2"), seen(head)
    assert (whole["uuid"], whole["label"]) == (answers.UUID, "a label")
    assert (whole["slots"], whole["stamp"]) == (4, "o2cb/web")
    different = set()
    for bit in range(512 * 8):
        data = bytearray(head)
        data[start + bit // 8] ^= 1 << bit % 8
        with found.watch(f"bit {bit} of the superblock"):
            if seen(bytes(data)) != whole:
                different.add(bit // 8)
    found.none()
    # The signature, the clusters, the features, what mkfs.ocfs2 was told, and the stamp.
    fields = ((0, 6), (0x14, 4), (0xDC, 12), (0xF8, 8), (0x100, 2), (0x110, 0x50), (0x160, 0x18))
    assert different <= {at + byte for at, length in fields for byte in range(length)}
    assert set(range(6)) | set(range(0x150, 0x160)) <= different


def test_any_bytes_are_a_volume_or_none(head):
    found = Findings()
    pieces = (b"\0", b"\xff" * 8, b"OCFSV2", b"\x80\xe2\x82", bytes(64), b"\n", b"o2cb", b"pcmk")
    for number in cases.share(2):
        dice = cases.chance("superblock", number)
        kind = dice.randrange(3)
        start = 2 * dice.choice((512, 1024, 2048, 4096))
        if kind == 0:
            data = dice.randbytes(superblock.HEAD_BYTES)
        elif kind == 1:
            data = bytes(start) + b"OCFSV2" + dice.randbytes(superblock.HEAD_BYTES)
        else:
            data = bytes(start) + garbage.garbled(
                dice, head[-head[::-1].index(b"2VSFCO") - 6 :][:512], pieces
            )
        data = data.ljust(superblock.HEAD_BYTES, b"\0")[: superblock.HEAD_BYTES]
        with found.watch(f"superblock {number}: {data[start : start + 512]}"):
            assert (seen(data) is None) <= (not data[start:].startswith(b"OCFSV2"))
    found.none()
