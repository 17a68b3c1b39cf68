"""What the kernel shows of a mounted volume under /sys/kernel/debug, in the form of Linux 6.1."""

from pathlib import Path

DEBUG = Path("/sys/kernel/debug")
UUID = "458E997A48634B3DAB36F01667EBB761"
STATE = """\
    Device => Id: 253,1  Uuid: 458E997A48634B3DAB36F01667EBB761  Gen: 0x524F51E6  Label: primary
    Volume => State: 2  Flags: 0x0
     Sizes => Block: 4096  Cluster: 131072
  Features => Compat: 0x3  Incompat: 0xF750  ROcompat: 0x1
     Mount => Opts: 0x105  AtimeQuanta: 60
   Cluster => Stack: o2cb  Name: 458E997A48634B3DAB36F01667EBB761  Version: 1.0
  DownCnvt => Pid: 1211  Count: 0  WakeSeq: 0  WorkSeq: 0
  Recovery => Pid: -1  Nodes: None
    Commit => Pid: 1217  Interval: 0
   Journal => State: 1  TxnId: 1  NumTxns: 0
     Stats => GlobalAllocs: 0  LocalAllocs: 0  SubAllocs: 0  LAWinMoves: 0  SAExtends: 0
LocalAlloc => State: 1  Descriptor: 0  Size: 2048 bits  Default: 2048 bits
     Steal => InodeSlot: 65535  StolenInodes: 0, MetaSlot: 65535  StolenMeta: 0
OrphanScan => Local: 0  Global: 0  Last Scan: 204 seconds ago
     Slots => Num     RecoGen
                0           2
            *   1           0
                2           1
"""
#: Of a node while another, that was evicted, writes its heartbeat again.
DOMAIN = """\
Domain: 458E997A48634B3DAB36F01667EBB761  Key: 0xcc84f7f3  Protocol: 1.3
Thread Pid: 1317  Node: 0  State: JOINED
Number of Joins: 1  Joining Node: 255
Domain Map: 0 1\x20
Exit Domain Map:\x20
Live Map: 0 1 2\x20
Lock Resources: 10 (12)
MLEs: 0 (15)
  Blocking: 0 (3)
  Mastery: 0 (12)
  Migration: 0 (0)
Lists: Dirty=Empty  Purge=Empty  PendingASTs=Empty  PendingBASTs=Empty
Purge Count: 0  Refs: 1
Dead Node: 255
Recovery Pid: 1318  Master: 255  State: INACTIVE
Recovery Map:\x20
Recovery Node State:
"""


def put(path, text):
    """Write a file; its directory is made if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def put_volume():
    """Let a simulated kernel show the volume at work."""
    put(DEBUG / f"ocfs2/{UUID}/fs_state", STATE)
    put(DEBUG / f"o2hb/{UUID}/livenodes", "0 1 2\n")
    put(DEBUG / f"o2hb/{UUID}/elapsed_time_in_ms", "1204\n")
    put(DEBUG / f"o2dlm/{UUID}/dlm_state", DOMAIN)
    put(DEBUG / "o2net/connected_nodes", "1 \n")
