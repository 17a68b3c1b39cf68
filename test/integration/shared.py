"""What holds in every lab; the modules of this directory call it in their order."""

NODES = (1, 2, 3)
MANAGED = ("/etc/ocfs2/cluster.conf", "/etc/fstab", "/etc/ocfs2/firewall.nft")


def comes_up(cluster, answer, *names):
    """The orchestration ended well, and what one node writes the others read."""
    assert answer.rc == 0, answer.stdout + answer.stderr
    status = is_as_described(cluster)
    for name in names:
        is_shared(cluster, f"/san/{name}")
        slots = [node["luns"][name]["slot"] for node in status["nodes"].values()]
        assert sorted(slots) == [0, 1, 2]


def is_as_described(cluster):
    """The status says so, finds nothing, and exits with 0; returns it."""
    rc, status = cluster.status()
    assert (rc, status["state"], status["findings"]) == (0, "healthy", []), status
    return status


def becomes_as_described(cluster):
    """As soon as the nodes have noticed what was put right."""
    cluster.wait_for(lambda status: status["findings"] == [])


def is_shared(cluster, path):
    for writer in NODES:
        cluster.must(writer, "sh", "-c", f"echo from {writer} > {path}/{writer} && sync")
    for reader in NODES:
        for writer in NODES:
            assert cluster.must(reader, "cat", f"{path}/{writer}") == f"from {writer}"


def has_nothing_to_do(cluster):
    """The orchestration ends well, and no state of it changes anything."""
    answer = cluster.orchestrate()
    assert answer.rc == 0, answer.stdout + answer.stderr
    assert "Succeeded: 5\n" in answer.stdout


def second_run_changes_nothing(cluster, *names):
    """No state changes, no file is written, and nothing but heartbeats reaches a LUN."""
    managed = (*MANAGED, cluster.settings)
    files = [cluster.must(node, "stat", "-c", "%n %Z", *managed) for node in NODES]
    units = [_started(cluster, node) for node in NODES]
    # A filesystem writes in its own time what a step before this one changed.
    for node in NODES:
        cluster.must(node, "sync")
    before = {name: cluster.blocks(name) for name in names}
    has_nothing_to_do(cluster)
    after = {name: cluster.blocks(name) for name in names}
    assert [cluster.must(node, "stat", "-c", "%n %Z", *managed) for node in NODES] == files
    assert [_started(cluster, node) for node in NODES] == units
    for name in names:
        changed = {key for key, _ in before[name].items() ^ after[name].items()}
        # The heartbeat itself goes on: a test that saw no write at all would look at nothing.
        assert changed
        beyond = sorted(changed - cluster.heartbeat_blocks(name))
        assert beyond == []


def _started(cluster, node):
    show = ("systemctl", "show", "-p", "ActiveEnterTimestampMonotonic", "--value")
    return cluster.must(node, *show, "o2cb.service", "ocfs2-firewall.service")


def mounts_after_a_power_cut(cluster, nodes, *names):
    """All go down at once, and ``nodes`` mount without Salt."""
    for node in NODES:
        cluster.lab.power_cut(node)
    for node in nodes:
        cluster.lab.start(node)
    for node in nodes:
        for name in names:
            cluster.wait_mounted(node, f"/san/{name}")


def comes_back_by_itself(cluster, nodes, *names):
    """After a power cut of all, the nodes mount without Salt; files and settings are as before."""
    settings = cluster.must(1, "cat", cluster.settings)
    mounts_after_a_power_cut(cluster, nodes, *names)
    for node in nodes:
        for name in names:
            assert cluster.must(node, "cat", f"/san/{name}/3") == "from 3"
        assert cluster.must(node, "cat", cluster.settings) == settings
        for unit in ("o2cb.service", "ocfs2-firewall.service"):
            assert cluster.must(node, "systemctl", "is-active", unit) == "active"
    cluster.lab.wait_minions(nodes)
