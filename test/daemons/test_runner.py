"""The runner and the orchestration against real daemons, where every node has to be refused."""

import contextlib
import re
import time
from pathlib import Path

import pytest
import salt.cache

from ocfs2lib.lun.ledger import Record
from ocfs2lib.master.nodes import Nodes
from ocfs2lib.system import formula_code

NODES = ("host1.domain.com", "host2.domain.com", "host3.domain.com")


@pytest.fixture
def described(site, section):
    """Both minions have the pillar of the example; its third node does not exist."""
    site.describe(host1=section, host2=section)
    return site


@pytest.fixture
def equipped(described, section):
    """They have the formula too."""
    described.give_formula(section)
    return described


def _build(site, host):
    return formula_code.build(site.minions[host].config["extension_modules"])


def test_one_command_syncs_the_nodes_and_names_every_refusal(described):
    answer = described.salt_run("state.orchestrate", "ocfs2.orch")
    assert answer.returncode != 0
    text = answer.stdout + answer.stderr
    assert "host3.domain.com: has no accepted key on this master" in text
    for node in NODES[:2]:
        assert f"{node}: the host is called" in text
    assert "LUN primary: G8: host3.domain.com: takes no part" in text
    assert "LUN primary: G1: host1.domain.com: /dev/mapper/primary: No such file" in text
    assert _build(described, "host1") == _build(described, "host2")
    assert not Path("/etc/ocfs2/cluster.conf").exists()


def test_a_dry_run_fails_with_the_certain_refusals(described):
    answer = described.salt_run("state.orchestrate", "ocfs2.orch", "test=True")
    assert answer.returncode != 0
    assert "LUN primary: G8: host3.domain.com: takes no part" in answer.stdout


def test_status_is_a_table_for_scripts(equipped):
    rc, clusters = equipped.clusters("status", timeout=120)
    status = clusters["ocfs2"]["status"]
    assert (rc, status["state"]) == (2, "broken")
    assert [status["nodes"][node]["answers"] for node in NODES] == [True, True, False]
    kinds = {each["kind"]: each["nodes"] for each in status["findings"]}
    assert kinds["node-silent"] == [NODES[2]]
    assert kinds["name-mismatch"] in ([NODES[0]], [NODES[1]], list(NODES[:2]))
    assert kinds["lun-missing"] == list(NODES[:2])
    assert status["nodes"][NODES[0]]["luns"]["primary"]["state"] == "missing"


@pytest.mark.slow
def test_a_frozen_node_holds_nobody_up(equipped):
    with equipped.frozen("host2"):
        rc, clusters = equipped.clusters("status", timeout=10)
    silent = [
        each
        for each in clusters["ocfs2"]["status"]["findings"]
        if each["kind"] == "node-silent" and NODES[1] in each["nodes"]
    ]
    assert rc == 2
    assert "did not answer" in silent[0]["what"]
    assert clusters["ocfs2"]["status"]["nodes"][NODES[0]]["answers"]


@pytest.fixture
def mute(site, section):
    """Calls two nodes mute that have answered before, until the block ends."""
    del section["nodes"]["host3.domain.com"]
    site.give_formula(section)
    site.clusters("status")

    @contextlib.contextmanager
    def mute():
        with site.frozen("host1"), site.frozen("host2"):
            yield

    return mute


@pytest.mark.slow
def test_without_an_answer_all_is_unknown_and_nobody_is_told_to_forget(
    site, section, ledger, mute, tmp_path
):
    """The cluster was formatted and mounted; its record alone says nothing of the LUN now."""
    wwid = section["luns"]["primary"]["wwid"]
    ledger.store(Record(wwid, "formatted", cluster="ocfs2", lun="primary"))
    page = tmp_path / "cluster.html"
    with mute():
        answer = site.salt_run("ocfs2.status", "timeout=5", "--out=json")
        text = site.salt_run("ocfs2.status", "timeout=5").stdout
        site.salt_run("ocfs2.report", f"file={page}", "timeout=5")
    status = answer.data["clusters"]["ocfs2"]["status"]
    assert (answer.returncode, status["state"]) == (2, "unknown")
    assert [each["kind"] for each in status["findings"]] == ["node-silent"]
    assert status["luns"]["primary"]["mounted"] is None
    assert status["nodes"][NODES[0]]["last_seen"]["luns"] == {"primary": "missing"}
    assert "forget" not in answer.stdout + text + page.read_text()
    assert "? of ? slots, ? free" in text
    waited = (
        rf"Waited \d+ s for {NODES[0]}, {NODES[1]}, without an answer. Next: salt -L {NODES[0]},"
    )
    assert re.search(waited, text)
    assert f"{NODES[1]}, " in text.partition("Last seen, and old")[2]


@pytest.mark.slow
def test_looks_that_are_given_up_are_joined_by_the_next(site, mute):
    cache = salt.cache.factory(site.master.config)
    given_up = set()
    with mute():
        for _ in range(3):
            assert site.clusters("status", timeout=2)[0] == 2
            given_up.add(cache.fetch("ocfs2/owed/looks", NODES[1])["jid"])
    # Each found the first one still owed, and put no other.
    assert len(given_up) == 1
    _, clusters = site.clusters("status")
    nodes = clusters["ocfs2"]["status"]["nodes"]
    assert [nodes[node]["answers"] for node in NODES[:2]] == [True, True]
    assert not cache.contains("ocfs2/owed/looks", NODES[1])


def _given_up_as_late(site, mute, cache):
    """A node that was given up while it was mute, as if it had been in its sync."""
    with mute():
        site.clusters("status", timeout=2)
        owed = cache.fetch("ocfs2/owed/looks", NODES[1])
        cache.store("ocfs2/owed/work", NODES[1], owed)
        nodes = Nodes(dict(site.master.config))
        assert nodes.settled(nodes.probe([NODES[1]])) == []
    return owed["jid"]


@pytest.mark.slow
@pytest.mark.parametrize("case", ["late", "lost"])
def test_a_node_that_was_only_late_takes_part_again(site, mute, case):
    """A stage leaves out who did not answer before, until it is free again."""
    cache = salt.cache.factory(site.master.config)
    jid = _given_up_as_late(site, mute, cache)
    if case == "lost":
        # Its minion has never heard of this job.
        cache.store("ocfs2/owed/work", NODES[1], {"jid": "2026", "fun": "", "time": time.time()})
    deadline = time.monotonic() + 300
    while NODES[1] not in (site.salt_run("jobs.lookup_jid", jid).data or {}):
        assert time.monotonic() < deadline
    absent = f'absent={{"{NODES[1]}": "did not answer"}}'
    answer = site.salt_run("ocfs2.mount", absent)
    while f"{NODES[1]} took longer, and can take part again" not in answer.stderr:
        # It may say that it is free a moment after the other has answered.
        assert time.monotonic() < deadline
        answer = site.salt_run("ocfs2.mount", absent)
    lines = "\n".join(answer.data["clusters"]["ocfs2"]["lines"])
    assert f"{NODES[1]}: did not answer" not in lines
    # It owes nothing any more, so it is what it was said to be.
    answer = site.salt_run("ocfs2.mount", absent)
    lines = "\n".join(answer.data["clusters"]["ocfs2"]["lines"])
    assert f"{NODES[1]}: did not answer" in lines


@pytest.mark.once
@pytest.mark.parametrize("timeout", ["0", "soon", "3601", "True"])
def test_a_timeout_that_is_none_is_refused(described, timeout):
    rc, clusters = described.clusters("status", timeout=timeout)
    assert rc == 2
    (line,) = clusters["ocfs2"]["lines"]
    assert "is not a number of seconds from 1 to 3600. Fix: leave it out" in line


def test_who_watches_is_told_what_has_changed(equipped):
    answer = equipped.salt_run("ocfs2.watch", "count=2", "interval=1", "timeout=120")
    assert answer.returncode == 2
    first, second = answer.stdout.split("\n--- ")[-2:]
    assert "BROKEN lun-missing on host1.domain.com" in first
    assert "Cluster ocfs2: BROKEN, no change" in second


def test_a_node_that_did_not_restart_is_not_explained(equipped):
    rc, clusters = equipped.clusters("explain", node="host1", hours=1, timeout=120)
    case = clusters["ocfs2"]["case"]
    assert (rc, case["node"], case["verdict"]) == (1, "host1", "unknown")
    assert any("host3 did not answer" in note for note in case["notes"])
    rc, clusters = equipped.clusters("explain", node="nosuch")
    assert rc == 2
    assert "ocfs2:nodes has no nosuch (known: host1.domain.com" in str(clusters)


def test_a_node_without_the_formula_is_told_by_name(equipped):
    modules = Path(equipped.minions["host1"].config["extension_modules"], "modules")
    path = modules / "ocfs2_node.py"
    good = path.read_text()
    path.unlink()
    try:
        rc, clusters = equipped.clusters("status", timeout=120)
    finally:
        path.write_text(good)
    (finding,) = [
        each
        for each in clusters["ocfs2"]["status"]["findings"]
        if each["kind"] == "formula-differs" and each["nodes"] == [NODES[0]]
    ]
    assert (rc, finding["severity"]) == (2, "unknown")
    assert "salt-run ocfs2.plan" in finding["fix"]


def test_a_node_with_another_build_takes_no_part_until_it_is_synced(equipped):
    path = Path(equipped.minions["host1"].config["extension_modules"], "states", "ocfs2.py")
    good = path.read_text()
    path.write_text(good + "# tampered with\n")
    _, clusters = equipped.clusters("status", timeout=120)
    assert "it has build " in clusters["ocfs2"]["status"]["failures"][0]
    assert "formula-differs" in [each["kind"] for each in clusters["ocfs2"]["status"]["findings"]]
    _, clusters = equipped.clusters("plan")
    assert path.read_text() == good
    assert not any("it has build" in each for each in clusters["ocfs2"]["plan"]["failures"])


@pytest.mark.parametrize(("host", "stays"), [("host1", False), ("host2", True)])
def test_an_old_file_goes_with_the_next_sync_or_is_named(equipped, host, stays):
    extmods = Path(equipped.minions[host].config["extension_modules"])
    old = extmods / "modules" / "ocfs2_old.py"
    old.write_text("")
    try:
        _, clusters = equipped.clusters("plan")
        assert old.exists() is stays
    finally:
        old.unlink(missing_ok=True)
    named = "clean_dynamic_modules is off: modules/ocfs2_old"
    failures = clusters["ocfs2"]["plan"]["failures"]
    assert any(x.startswith(f"{host}.domain.com: ") and named in x for x in failures) is stays


def test_a_changed_file_of_the_package_is_synced_and_used(equipped):
    extmods = Path(equipped.minions["host1"].config["extension_modules"])
    changed, gone = extmods / "utils/ocfs2lib/node/fstab.py", extmods / "utils/ocfs2lib/errors.py"
    good = changed.read_text(), gone.read_text()
    changed.write_text("raise RuntimeError\n")
    gone.unlink()
    _, clusters = equipped.clusters("plan")
    assert (changed.read_text(), gone.read_text()) == good
    assert clusters["ocfs2"]["plan"]["nodes"][NODES[0]]["reachable"] is True


def test_different_pillars_of_one_cluster_are_refused(site, section):
    other = {**section, "firewall": {"backend": "iptables"}}
    site.describe(host1=section, host2=other)
    rc, clusters = site.clusters("plan")
    assert rc == 1
    (line,) = clusters["ocfs2"]["lines"]
    assert "host1.domain.com and host2.domain.com have different pillars" in line


def test_a_stranger_that_has_the_pillar_is_found_and_stops_nobody(site, section):
    del section["nodes"]["host2.domain.com"]
    site.describe(host1=section, host2=section)
    _, clusters = site.clusters("status", timeout=120)
    status = clusters["ocfs2"]["status"]
    assert status["nodes"]["host1.domain.com"]["answers"] is True
    (found,) = [each for each in status["findings"] if each["kind"] == "pillar-elsewhere"]
    assert "host2.domain.com has the pillar of this cluster" in found["what"]


def test_one_broken_cluster_does_not_stop_the_other(site, section):
    broken = {**section, "cluster": {"name": "broken", "port": 99999}}
    broken["nodes"] = {"host2.domain.com": {"number": 300, "address": "10.0.0.1"}}
    lun = {**section["luns"]["primary"], "wwid": "3600a0b8000999999000abcd099999999"}
    broken["luns"] = {"other": lun}
    section["nodes"] = {"host1.domain.com": section["nodes"]["host1.domain.com"]}
    site.describe(host1=section, host2=broken)
    rc, clusters = site.clusters("status", timeout=120)
    assert rc == 2
    said = "\n".join(clusters["broken"]["lines"])
    assert "port" in said
    assert "300" in said
    assert clusters["ocfs2"]["status"]["nodes"]["host1.domain.com"]["answers"] is True
    rc, clusters = site.clusters("status", timeout=120, cluster="ocfs2")
    assert (rc, list(clusters)) == (2, ["ocfs2"])


def test_an_unknown_cluster_names_the_known_ones(described):
    rc, clusters = described.clusters("plan", cluster="nosuch")
    assert rc == 1
    assert "a cluster nosuch (known: ocfs2)" in str(clusters)


def test_without_any_pillar_the_fix_is_named(site):
    site.describe()
    rc, clusters = site.clusters("plan")
    assert rc == 1
    assert "give the nodes the pillar in top.sls" in str(clusters)
