from ocfs2lib.node.reasons import Blocked
from ocfs2lib.node.reasons import Reason
from ocfs2lib.node.reasons import Silence


def test_what_blocks_a_node_names_its_fix():
    assert str(Blocked("a is wrong", "do b")) == "a is wrong. Fix: do b."


def test_a_silence_has_a_text_and_a_short_one():
    silence = Silence(
        (Reason("a is wrong", "do b", "host-unfit"), Reason("c, too", "", "node-silent"))
    )
    assert (bool(silence), str(silence), silence.short) == (
        True,
        "a is wrong; do b; c, too",
        "a is wrong",
    )


def test_a_node_that_takes_part_is_not_silent():
    assert (bool(Silence()), str(Silence()), Silence().short) == (False, "", "")
