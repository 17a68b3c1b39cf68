from ocfs2lib.adoption import lun_names


def test_the_alias_of_a_map_is_the_best_name():
    names = [
        "/dev/disk/by-id/dm-name-primary",
        "/dev/disk/by-id/scsi-3600a",
        "/dev/disk/by-id/wwn-0x600a",
        "/dev/mapper/primary",
    ]
    assert lun_names.best_first(names) == [names[3], names[2], names[1], names[0]]
