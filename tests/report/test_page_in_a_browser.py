"""The page in the real browser: it fits a phone, and an accessibility checker finds nothing, by day and by night."""

from __future__ import annotations

from pathlib import Path

import pytest

from por.report.html_page import render_html
from por.report.language import translator
from por.report.papers import Papers
from tests.report import browser
from tests.report import papers_scene as scene
from tests.report.test_html_page import HOSTILE, hostile

pytestmark = pytest.mark.thorough

LONGEST = "x" * 300


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("flags", [(), browser.DARK], ids=["light", "dark"])
def test_an_accessibility_checker_finds_nothing(language: str, flags: tuple[str, ...], tmp_path: Path) -> None:
    page = render_html(scene.papers(say=translator(language)))
    assert browser.violations(page, tmp_path, *flags) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('lang="en"', "", "html-has-lang"),
        ("--ink: #16191d", "--ink: #cccccc", "color-contrast"),
        (' role="img"', ' role="img" aria-hidden="false"', ""),
        ('tabindex="0" aria-label', 'tabindex="0" aria-lable', "aria-valid-attr"),
    ],
)
def test_the_checker_finds_what_is_wrong(old: str, new: str, rule: str, tmp_path: Path) -> None:
    page = render_html(scene.papers(history=()))
    assert old in page
    found = browser.violations(page.replace(old, new), tmp_path)
    assert any(line.startswith(rule) for line in found) == bool(rule), found


@pytest.mark.parametrize(
    "papers",
    [scene.papers(), scene.papers(say=translator("ja")), hostile(LONGEST), hostile(HOSTILE)],
    ids=["English", "Japanese", "long words", "hostile"],
)
@pytest.mark.parametrize("width", [320, 390])
def test_the_page_is_no_wider_than_a_phone(papers: Papers, width: int, tmp_path: Path) -> None:
    assert browser.width_of(render_html(papers), width, tmp_path) <= width


def test_t94_nothing_in_a_hostile_page_runs(tmp_path: Path) -> None:
    """Also without the page's own policy, which would forbid it."""
    script = '<img src="x" onerror="document.body.dataset.said = 1"><script>document.body.dataset.said = 1</script>'
    page = browser.POLICY.sub("", render_html(hostile(f'"><svg onload="document.body.dataset.said = 1">{script}')))
    end = "<script>document.body.dataset.said ??= JSON.stringify({ran: false})</script></body>"
    assert browser.said_by(page.replace("</body>", end), tmp_path) == {"ran": False}


def test_the_pages_own_policy_forbids_scripts(tmp_path: Path) -> None:
    page = render_html(scene.papers(history=()))
    script = "<script>document.body.dataset.said = JSON.stringify({ran: true})</script></body>"
    with pytest.raises(AssertionError):
        browser.said_by(page.replace("</body>", script), tmp_path)


def test_the_page_prints_to_a_document_of_pages(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(render_html(scene.papers()), "utf-8")
    document = browser.shot(path, tmp_path / "page.pdf").read_bytes()
    assert document.startswith(b"%PDF-")
    assert 4 <= document.count(b"/Type /Page\n") + document.count(b"/Type /Page ") <= 14
