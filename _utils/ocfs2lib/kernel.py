"""
What the kernel's cluster stack has by itself: its values, its files, its modules.
"""

#: What a cluster works with where nobody says anything else, by the keys of pillar.
DEFAULTS = {
    "heartbeat_mode": "local",
    "heartbeat_threshold": 31,
    "idle_timeout_ms": 30000,
    "keepalive_delay_ms": 2000,
    "reconnect_delay_ms": 2000,
    "fence_method": "reset",
}

#: The clusters, each a directory of configfs.
CLUSTERS = "/sys/kernel/config/cluster"
#: What is shown of a cluster at work.
DEBUG = "/sys/kernel/debug"
#: The file with the name of the stack; it is there while the stack is loaded.
STACK_FILE = "/sys/fs/ocfs2/cluster_stack"
#: The modules without which the cluster does not come up, and nothing can be mounted.
MODULES = ("ocfs2", "ocfs2_dlmfs", "ocfs2_stack_o2cb")
