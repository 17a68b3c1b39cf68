"""Names of devices in pillar: those that do not last, and those that carry the WWID."""

# Device names that another boot or another node gives to another LUN: pattern -> why.
UNSTABLE_DEVICES = (
    (
        r"/dev/(sd|hd|vd|xvd)[a-z]+\d*",
        "the kernel gives such names in the order it finds the disks",
    ),
    (r"/dev/nvme\d+(n\d+(p\d+)?)?", "the kernel gives such names in the order it finds the disks"),
    (r"/dev/(dm-|md|loop)\d+.*", "such numbers are given anew at every boot"),
    (r"/dev/disk/by-path/.*", "it names one way to the LUN, not the LUN"),
    (r"/dev/disk/by-(uuid|label)/.*", "it names the content, which a blank LUN does not have"),
    (r"/dev/disk/by-part.*", "it names a partition, and a LUN is used whole"),
)

# Device names that carry the WWID: pattern -> the WWID it stands for.
DEVICE_WWIDS = (
    (r"/dev/disk/by-id/dm-uuid-mpath-(.+)", "{}"),
    (r"/dev/disk/by-id/wwn-0x([0-9a-fA-F]+)", "3{}"),
    (r"/dev/disk/by-id/scsi-(3[0-9a-fA-F]+)", "{}"),
    (r"/dev/disk/by-id/nvme-((?:eui|uuid|nvme)\..+)", "{}"),
    (r"/dev/mapper/(3[0-9a-fA-F]{16,})", "{}"),
)
