"""The page of a cluster, against a real master and real minions."""

import stat

import pytest

NODES = ("host1.domain.com", "host2.domain.com", "host3.domain.com")


@pytest.fixture
def report(site, section):
    """The report on the pillar of the example, whose third node does not exist."""
    site.give_formula(section)

    def run(file):
        answer = site.salt_run("ocfs2.report", f"file={file}", "timeout=120")
        return answer.returncode, answer.data

    return run


def test_the_page_is_there_and_for_its_owner_alone(report, tmp_path):
    file = tmp_path / "cluster.html"
    rc, data = report(file)
    assert (rc, data["written"], data["file"]) == (2, True, str(file))
    assert data["lines"][0].startswith("Cluster ocfs2: BROKEN")
    assert f"The page is {file}, readable by its owner alone." in data["lines"][-1]
    assert f":{file} . and open it in a browser" in data["lines"][-1]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    page = file.read_text()
    for said in (*NODES, "node-silent", "Content-Security-Policy", "</html>"):
        assert said in page
    for finding in data["clusters"]["ocfs2"]["status"]["findings"]:
        assert finding["kind"] in page
    assert list(tmp_path.iterdir()) == [file]
    # A second report replaces the first.
    file.write_text(page.replace("</html>", ""))
    assert report(file)[1]["written"] is True
    assert "</html>" in file.read_text()


def test_a_cluster_that_can_not_be_looked_at_is_on_it(site, section, tmp_path):
    site.describe(host1={**section, "cluster": {"port": 99999}})
    file = tmp_path / "cluster.html"
    answer = site.salt_run("ocfs2.report", f"file={file}")
    assert (answer.returncode, answer.data["written"]) == (2, True)
    assert "99999" in file.read_text()
    assert any("99999" in line for line in answer.data["lines"])


@pytest.mark.once
@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("cluster.html", "cluster.html is not an absolute path. Fix: file=/tmp/cluster.html."),
        ("/root/cluster.htm", "does not end in .html"),
        ("/nowhere/cluster.html", "/nowhere is no directory. Fix: make it"),
        ("7", "7 is not an absolute path"),
    ],
)
def test_another_place_is_refused_before_anybody_is_asked(site, file, said):
    answer = site.salt_run("ocfs2.report", f"file={file}")
    assert (answer.returncode, answer.data["written"], answer.data["clusters"]) == (2, False, {})
    (line,) = answer.data["lines"]
    assert said in line
    assert line.endswith("Nothing was asked or written.")


def test_a_file_of_somebody_else_is_left_as_it_is(site, tmp_path):
    file, link, folder = (tmp_path / f"{name}.html" for name in ("index", "link", "folder"))
    file.write_text("<p>of somebody else</p>")
    link.symlink_to(file)
    folder.mkdir()
    for each in (file, link, folder):
        answer = site.salt_run("ocfs2.report", f"file={each}")
        assert answer.returncode == 2
        assert "exists and is no page of this command. Fix: name another" in answer.data["lines"][0]
    assert file.read_text() == "<p>of somebody else</p>"
