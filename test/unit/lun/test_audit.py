from ocfs2lib.lun import audit


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
