from ocfs2lib.lun import audit


def test_the_log_is_beside_that_of_salt_or_where_that_is_by_default():
    assert audit.path("/srv/log/minion") == "/srv/log/ocfs2-audit.log"
    for syslog in ("file:///dev/log", "udp://10.1.0.9:514/LOG_USER", "tcp://log:514"):
        assert audit.path(syslog) == "/var/log/salt/ocfs2-audit.log"


def test_the_last_verdict_on_each_volume_is_known():
    def entry(verdict, volume):
        return audit.line(verdict, "primary", "3600a", "web", volume=volume)

    text = "\n".join(
        [
            "ne of a line that was cut",
            entry("granted", "A"),
            entry("refused", "A"),
            entry("granted", "B"),
            entry("done", "B"),
            entry("done", ""),
            "[1]",
            entry("granted", "C"),
            entry("failed", "C"),
            '{"verdict": "done", "volume"',
        ]
    )
    assert audit.formats(text) == {"A": "granted", "B": "done", "C": "failed"}


def test_an_attempt_that_wrote_nothing_leaves_what_was_known_before():
    def known(*verdicts):
        lines = [audit.line(each, "primary", "3600a", "web", volume="A") for each in verdicts]
        return audit.formats("\n".join(lines)).get("A")

    assert known("granted", "unwritten") is None
    assert known("granted", "unwritten", "granted") == "granted"
    assert known("granted", "granted", "unwritten") == "granted"
    assert known("failed", "granted", "unwritten") == "failed"
    # Nothing that an attempt of which more is known would end with.
    assert known("granted", "done", "unwritten") == "done"
    assert known("granted", "unwritten", "unwritten") is None
    assert known("unwritten") is None
