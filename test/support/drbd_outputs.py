"""What drbdsetup prints: of DRBD 8.4 and 9, by the texts of its source."""

#: drbd-utils 9 over the kernel's DRBD 8.4, as ``print_notifications`` of its drbdsetup writes it.
GOOD_84 = """\
exists resource name:r0 role:Primary suspended:no
exists connection name:r0 peer-node-id:0 conn-name:peer connection:Connected role:Primary
exists device name:r0 volume:0 minor:0 disk:UpToDate
exists device name:r0 volume:1 minor:5 disk:UpToDate
exists peer-device name:r0 peer-node-id:0 conn-name:peer volume:0 replication:Established \
peer-disk:UpToDate resync-suspended:no
exists peer-device name:r0 peer-node-id:0 conn-name:peer volume:1 replication:Established \
peer-disk:UpToDate resync-suspended:no
exists resource name:other role:Secondary suspended:no
exists device name:other volume:0 minor:1 disk:Diskless
exists -
"""
#: DRBD 9 with two peers.
GOOD_9 = """\
exists resource name:r0 role:Primary suspended:no force-io-failures:no may_promote:no \
promotion_score:10103
exists connection name:r0 peer-node-id:1 conn-name:host2 local:ipv4:10.0.0.1:7788 \
peer:ipv4:10.0.0.2:7788 connection:Connected role:Primary
exists connection name:r0 peer-node-id:2 conn-name:host3 local:ipv4:10.0.0.1:7788 \
peer:ipv4:10.0.0.3:7788 connection:Connected role:Primary
exists device name:r0 volume:0 minor:0 disk:UpToDate client:no quorum:yes
exists peer-device name:r0 peer-node-id:1 conn-name:host2 volume:0 replication:Established \
peer-disk:UpToDate peer-client:no resync-suspended:no
exists peer-device name:r0 peer-node-id:2 conn-name:host3 volume:0 replication:Established \
peer-disk:UpToDate peer-client:no resync-suspended:no
exists -
"""

#: ``drbdsetup show --show-defaults`` over DRBD 8.4: each volume has its fencing.
SHOW_84 = """\
resource r0 {
    options {
        cpu-mask        \t""; # default
    }
    net {
        protocol        \tC;
        allow-two-primaries\tyes;
    }
    _remote_host {
        address\t\t\tipv4 10.0.0.2:7788;
    }
    _this_host {
        address\t\t\tipv4 10.0.0.1:7788;
        volume 0 {
            device\t\t\tminor 0;
            disk\t\t\t"/dev/vdb";
            meta-disk\t\t\tinternal;
            disk {
                fencing         \tresource-and-stonith;
            }
        }
        volume 1 {
            device\t\t\tminor 5;
            disk\t\t\t"/dev/mapper/a b";
            meta-disk\t\t\tinternal;
            disk {
                fencing         \tdont-care; # default
            }
        }
    }
}

resource "other" {
    net {
        protocol        \tA;
        allow-two-primaries\tno; # default
    }
}
"""
