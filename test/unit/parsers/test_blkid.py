from ocfs2lib.parsers import blkid


def test_blkid_keeps_everything_but_the_name_of_the_device():
    text = "DEVNAME=/dev/sda\nTYPE=ext4\nLABEL=a=b\n\nUSAGE=filesystem\n"
    assert blkid.parse(text) == {"TYPE": "ext4", "LABEL": "a=b", "USAGE": "filesystem"}
    assert blkid.parse("") == {}
