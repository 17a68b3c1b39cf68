"""What the master goes by: its own ledger, and no word of a minion that it cannot check."""

import json
from pathlib import Path

import pytest

from ocfs2lib.lun import audit
from ocfs2lib.lun.ledger import BANK
from ocfs2lib.lun.ledger import Record
from support import slow

WWID = "3600A0B8000123456000ABCD012345678"
LIAR = "host1.domain.com"


def record(state, **changes):
    known = {
        "cluster": "ocfs2",
        "lun": "primary",
        "uuid": "458E997A48634B3DAB36F01667EBB761",
        "label": "primary",
        "leader": LIAR,
        "token": "0" * 32,
        "time": "2026-01-31T23:59:59Z",
    }
    return Record(WWID.lower(), state, **{**known, **changes})


def audited(site):
    path = Path(audit.path(site.master.config["log_file"]))
    return [json.loads(line) for line in path.read_text().splitlines()]


def lines(answer):
    return "\n".join(answer.data["lines"])


def test_an_empty_ledger_says_so(site, ledger):
    answer = site.salt_run("ocfs2.ledger")
    assert (answer.returncode, answer.data["ledger"]) == (0, {})
    assert lines(answer) == "Nothing is on record."


def test_a_record_is_shown_without_its_token(site, ledger):
    ledger.store(record("formatting"))
    shown = site.salt_run("ocfs2.ledger").data["ledger"][WWID.lower()]
    assert (shown["state"], shown["leader"], shown["token"]) == ("formatting", LIAR, "")


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "type out the whole wwid"),
        ((f"wwid={WWID}",), "a reason="),
        ((f"wwid={WWID}", "reason=short"), "of 10 characters or more"),
        (("wwid=3600a0b8", "reason=cleared for reuse"), "it is not on record"),
    ],
)
def test_a_record_is_not_forgotten_by_the_way(site, ledger, arguments, words):
    ledger.store(record("formatted"))
    answer = site.salt_run("ocfs2.forget", *arguments)
    assert answer.returncode == 1
    assert words in lines(answer)
    assert "Nothing was changed." in lines(answer)
    assert ledger.fetch(WWID).state == "formatted"


def test_what_is_forgotten_is_kept_with_who_and_why(site, ledger):
    ledger.store(record("formatted"))
    answer = site.salt_run("ocfs2.forget", f"wwid={WWID}", "reason=cleared for reuse")
    assert answer.returncode == 0, lines(answer)
    assert "salt-run state.orchestrate ocfs2.orch" in lines(answer)
    kept = ledger.fetch(WWID)
    (event,) = kept.events
    assert (kept.state, event["reason"]) == ("never", "cleared for reuse")
    assert event["operator"]
    assert "formatted as volume 458E" in event["event"]
    last = audited(site)[-1]
    assert (last["verdict"], last["wwid"], last["lun"]) == ("forgotten", WWID, "primary")
    assert last["operator"]
    assert last["job"].isdigit()


def test_a_format_is_released_only_if_one_is_on_record(site, ledger):
    ledger.store(record("formatted"))
    answer = site.salt_run("ocfs2.resume", f"wwid={WWID}", "reason=host1 was scrapped")
    assert answer.returncode == 1
    assert "no format of it is on record as begun" in lines(answer)
    ledger.store(record("formatting", leader="host9.domain.com"))
    answer = site.salt_run("ocfs2.resume", f"wwid={WWID}", "reason=host9 was scrapped")
    assert answer.returncode == 0, lines(answer)
    assert "Make sure that it is switched off" in lines(answer)
    released = ledger.fetch(WWID)
    assert (released.state, released.leader) == ("formatting", "")
    assert released.uuid == record("formatting").uuid
    assert released.token != record("formatting").token
    assert audited(site)[-1]["verdict"] == "resumed"


def test_a_format_whose_leader_is_silent_is_forgotten_with_a_warning(site, ledger):
    ledger.store(record("formatting", leader="host9.domain.com"))
    answer = site.salt_run("ocfs2.forget", f"wwid={WWID}", "reason=the LUN was cleared")
    assert answer.returncode == 0, lines(answer)
    assert "host9.domain.com, which was to format it, has not said" in lines(answer)
    assert ledger.fetch(WWID).state == "never"


def test_a_broken_record_is_named_and_lets_nothing_be_formatted(site, ledger, section):
    site.describe(host1=section, host2=section)
    wwid = section["luns"]["primary"]["wwid"]
    ledger.store(Record(wwid, "held", found="ext4"))
    path = Path(site.master.config["cachedir"], BANK, f"{wwid}.p")
    path.write_bytes(b"\xc1 not what a ledger writes")
    answer = site.salt_run("ocfs2.ledger")
    assert answer.returncode == 1
    assert wwid in lines(answer)
    answer = site.salt_run("ocfs2.plan")
    assert answer.returncode == 1
    assert "LUN primary: G4: the record of" in str(answer.data)
    answer = site.salt_run("ocfs2.resume", f"wwid={wwid}", "reason=cleared for reuse")
    assert answer.returncode == 1
    answer = site.salt_run("ocfs2.forget", f"wwid={wwid}", "reason=cleared for reuse")
    assert answer.returncode == 0, lines(answer)
    assert ledger.fetch(wwid).state == "never"


def test_each_refusal_of_a_format_stands_in_the_audit_log(site, ledger, section):
    site.describe(host1=section, host2=section)
    assert site.salt_run("ocfs2.format").returncode == 1
    last = audited(site)[-1]
    assert (last["verdict"], last["cluster"], last["lun"]) == ("refused", "ocfs2", "primary")
    assert last["wwid"] == section["luns"]["primary"]["wwid"]
    assert any(reason.startswith("G8: ") for reason in last["reasons"])
    assert len(last["evidence"]) == 64


LIES = {
    "no census": "'all is well'",
    "too much": "{'formula': 'x' * 10_000_000}",
    "too many": "{'luns': {str(n): {} for n in range(100_000)}}",
    "too deep": "__import__('functools').reduce(lambda inner, _: [inner], range(200), 0)",
    "wrong types": "{**__salt__['ocfs2_lie.truth'](luns, firewall), 'luns': []}",
    "a float": "{**__salt__['ocfs2_lie.truth'](luns, firewall), 'formatting': 0.5}",
    "escapes": "'\\x1b[2J all is well'",
    "another LUN": "{**__salt__['ocfs2_lie.truth'](luns, firewall), 'luns': {'other': {}}}",
}
#: One that is no census, and one that is.
QUICK = ("escapes", "another LUN")


@pytest.fixture
def lie(site, section):
    """Have one minion answer an examination with the value of an expression."""
    site.give_formula(section)
    modules = Path(site.minions["host1"].config["extension_modules"], "modules")
    path, good = modules / "ocfs2_node.py", (modules / "ocfs2_node.py").read_text()

    def tell(expression):
        truth = good.replace("def examine(", "def truth(").replace('"ocfs2_node"', '"ocfs2_lie"')
        (modules / "ocfs2_lie.py").write_text(truth)
        path.write_text(f"def examine(luns, firewall):\n    return {expression}\n")

    yield tell
    path.write_text(good)
    (modules / "ocfs2_lie.py").unlink()


@pytest.mark.once
@pytest.mark.parametrize("name", slow.all_but(LIES, QUICK))
def test_a_node_that_lies_is_a_failure_of_that_node_alone(site, lie, name):
    lie(LIES[name])
    rc, clusters = site.clusters("status", timeout=120)
    status = clusters["ocfs2"]["status"]
    assert (rc, status["state"]) == (2, "broken")
    assert status["nodes"][LIAR]["answers"] is False
    assert status["nodes"]["host2.domain.com"]["answers"] is True
    (finding,) = [each for each in status["findings"] if each["kind"] == "node-odd-answer"]
    assert finding["nodes"] == [LIAR]
    said = "\n".join(clusters["ocfs2"]["lines"])
    assert len(said) < 10_000
    assert "\x1b" not in said
