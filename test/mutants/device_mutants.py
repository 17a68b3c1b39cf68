"""What tells a partition and a volume of DRBD from others, each taken out."""

from .mutant import Mutant

_DEVICE = "_modules/ocfs2_device.py"
_PARTITIONS = "test/functional/lun/test_partitions.py::"
_FORMATS = "test/functional/format/test_partition_format.py::"
_DEVICES = "test/functional/lun/test_ocfs2_device.py::"
_GUARDS = "test/unit/lun/test_format_guards.py::"

DEVICES = {
    "a partition is where the table on the disk has it": Mutant(
        _DEVICE,
        "if not found or found[1:] != known:",
        "if not found:",
        _DEVICES + "test_a_partition_of_a_map_that_has_grown_in_the_table_alone_is_refused",
    ),
    "a table is read past the page cache": Mutant(
        _DEVICE,
        "        block_device.drop_cache(handle)\n",
        "        pass\n",
        _PARTITIONS + "test_another_partition_in_its_place_is_another",
    ),
    "a partition is not its whole LUN": Mutant(
        _DEVICE,
        "(identities.of_partition(whole, partuuid) if whole and partuuid else None), None",
        "whole, None",
        _FORMATS + "test_what_is_not_the_partition_that_is_meant_is_refused",
    ),
    "a mount of the whole LUN uses its partition": Mutant(
        _DEVICE,
        "(_users_of_whole(name, parent, partition, mounts) if parent else [])",
        "[]",
        _PARTITIONS + "test_a_mount_of_the_whole_lun_holds_its_partition",
    ),
    "who writes to the whole LUN writes to its partition": Mutant(
        "_modules/ocfs2.py",
        'devices += [facts["whole"]] if facts["whole"] else []',
        "devices += []",
        _PARTITIONS + "test_a_use_of_the_whole_lun_is_one_of_its_partition",
    ),
    "DRBD is read only while both sides are ready": Mutant(
        "_modules/ocfs2.py",
        "if unready else found",
        "if False else found",
        _DEVICES + "test_a_volume_of_drbd_that_is_not_ready_is_not_read",
    ),
    "a peer of DRBD is up to date": Mutant(
        "_utils/ocfs2lib/parsers/drbd.py",
        "if state != _UP_TO_DATE:",
        "if False:",
        "test/unit/parsers/test_drbd.py::test_each_side_that_is_not_ready_is_named",
    ),
    "a path of a partition leads to its LUN": Mutant(
        "_utils/ocfs2lib/lun/format_guards.py",
        "wanted = whole_wwid(view.wwid)",
        "wanted = view.wwid",
        _GUARDS + "test_a_path_of_a_partition_leads_to_its_lun",
    ),
    "a record of a partition is one of its LUN": Mutant(
        "_utils/ocfs2lib/lun/format_guards.py",
        "for other, found in case.overlaps.items():",
        "for other, found in ():",
        _GUARDS + "test_one_fault_gives_the_one_refusal_of_its_guard"
        "[a partition of it formatted before]",
    ),
}
