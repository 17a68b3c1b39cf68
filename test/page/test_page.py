"""The page of a cluster in a real browser, which has no network."""

import re
import shutil
import subprocess

import pytest

from ocfs2lib.status.page.page import html_page
from page.browser import Browser
from support import statuses

SPEECH = "<script>document.title='run'</script><img src=http://192.0.2.1/x onerror=console.log(1)>"
CASES = {
    "healthy": lambda: [statuses.healthy()],
    "troubled": lambda: [statuses.troubled(5)],
    "two-nodes": lambda: [statuses.troubled(2)],
    "one-node": lambda: [statuses.healthy(1)],
    "no-lun": lambda: [statuses.empty()],
    "wide": lambda: [statuses.wide(statuses.troubled(32), 16)],
    "many-luns": lambda: [statuses.wide(statuses.troubled(2), 16)],
    "several": lambda: [statuses.healthy(), {**statuses.troubled(9), "cluster": "web"}],
    "hostile": lambda: [statuses.spoken(statuses.troubled(), SPEECH)],
    "long-names": lambda: [statuses.spoken(statuses.troubled(), "x" * 200)],
}
WIDTHS = (1024, 400)
SCHEMES = ("light", "dark")
#: Pixels of A4 at 96 dpi within the margins of the style sheet.
A4 = 702


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=CASES)
def file(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / f"{request.param}.html"
    path.write_text(html_page(CASES[request.param](), "1.0.0+5f3a9c20d1e4"), "utf-8")
    return path


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_quiet_and_fits(browser, file, width, scheme):
    browser.open(file.as_uri(), width, prefers_color_scheme=scheme)
    assert browser.requested() == [file.as_uri()]
    assert browser.complaints() == []
    assert browser.ask("document.documentElement.scrollWidth - innerWidth") <= 0
    # Where the page itself hides nothing, everything is within it or scrolls by itself.
    assert browser.ask(_STICKS_OUT) == []


#: What ends right of the page without anything around it that scrolls.
_STICKS_OUT = """
[...document.querySelectorAll("body *")]
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest(".wide"))
  .map(each => each.outerHTML.slice(0, 120))
"""


def test_an_overflow_would_be_seen(browser, tmp_path):
    path = tmp_path / "wide.html"
    path.write_text("<!DOCTYPE html><title>x</title><body><p style='width:2000px'>x</p>")
    browser.open(path.as_uri(), 400)
    assert browser.ask("document.documentElement.scrollWidth - innerWidth") > 0
    assert browser.ask(_STICKS_OUT) != []


def test_a_request_and_a_complaint_would_be_seen(browser, tmp_path):
    path = tmp_path / "loud.html"
    page = html_page([statuses.healthy()], "1.0.0")
    path.write_text(page.replace("</body>", f"{SPEECH}</body>"))
    browser.open(path.as_uri(), 1024)
    # The policy of the page holds even where the escaping would not.
    assert browser.ask("document.title") == "OCFS2: ocfs2"
    assert any("Content Security Policy" in str(each) for each in browser.complaints())
    path.write_text(f"<!DOCTYPE html><title>x</title>{SPEECH}")
    browser.open(path.as_uri(), 1024)
    assert len(browser.requested()) == 2
    assert browser.complaints() != []


def test_light_and_dark_differ(browser, file):
    backs = []
    for scheme in SCHEMES:
        browser.open(file.as_uri(), 1024, prefers_color_scheme=scheme)
        colour = browser.ask("getComputedStyle(document.body).backgroundColor")
        backs.append(sum(map(int, re.findall(r"\d+", colour)[:3])))
    assert backs[0] > 600 > 150 > backs[1]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_can_be_read(browser, file, scheme):
    browser.open(file.as_uri(), 1024, prefers_color_scheme=scheme)
    assert browser.ask(_PALE) == []


#: Text whose contrast with what is behind it is less than 4.5 to 1 (WCAG AA).
_PALE = """
(() => {
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(each => each / 255)
      .map(each => each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const back = each => {
    for (; each; each = each.parentElement) {
      const colour = parts(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const each of document.querySelectorAll("main *:not(svg *), footer *")) {
    if (![...each.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const pair = [light(parts(getComputedStyle(each).color)), light(back(each))];
    if ((Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05) < 4.5)
      found.add(each.outerHTML.slice(0, 100));
  }
  return [...found].slice(0, 5);
})()
"""


def test_it_fits_on_paper(browser, file):
    browser.open(file.as_uri(), A4)
    browser.tell("Emulation.setEmulatedMedia", media="print", features=[])
    try:
        assert browser.ask("document.documentElement.scrollWidth - innerWidth") <= 0
        assert browser.ask(_STICKS_OUT) == []
        cut = "each => each.scrollWidth > each.clientWidth + 1"
        assert browser.ask(f"[...document.querySelectorAll('.wide')].filter({cut}).length") == 0
        assert browser.paper().startswith(b"%PDF-")
    finally:
        browser.tell("Emulation.setEmulatedMedia", media="", features=[])


def test_names_stay_text(browser, tmp_path):
    path = tmp_path / "hostile.html"
    path.write_text(html_page(CASES["hostile"](), f"1.0.0{SPEECH}", {SPEECH: [SPEECH]}))
    browser.open(path.as_uri(), 1024)
    assert browser.ask("document.querySelectorAll('script, img').length") == 0
    assert browser.ask("document.title").startswith(f"OCFS2: ocfs2{SPEECH}")
    assert browser.complaints() == []


def test_tidy_finds_nothing(file):
    tidy = shutil.which("tidy")
    assert tidy, "tidy is not installed: make .venv/stamps/packages"
    # Bars have no text in them.
    found = subprocess.run(
        [tidy, "-quiet", "-errors", "--drop-empty-elements", "no", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")
