"""Whatever follows the signature of a superblock is read without an error."""

import hypothesis
from hypothesis import strategies as st

from ocfs2lib.lun import superblock

from . import cases

SIZE = 4096 - 2 * 512 - 6


@hypothesis.given(st.binary(min_size=SIZE, max_size=SIZE))
@cases.examples(20)
def test_whatever_follows_the_signature_is_read_without_an_error(noise):
    data = (bytes(1024) + b"OCFSV2" + noise).ljust(superblock.HEAD_BYTES, b"\0")
    volume = superblock.parse(data)
    assert len(volume.uuid) == 32
    assert volume.stamp
