"""A checker of accessibility finds nothing, in both languages, both schemes of colour, at every stage; and it fits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from por.encoding import inclusion_proof_v1
from tests.checks.scenery import proof_of
from tests.components import axe
from tests.published_proofs import SAMPLES
from tests.web.browser import Page
from tests.web.scenes import altered
from tests.web.test_page import check, fill, give, put
from tests.web.test_published_page import OKX, data_of, negative, say_mine

pytestmark = pytest.mark.thorough

Stage = Callable[[Page, Path], None]


def started(page: Page, folder: Path) -> None:
    page.run("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
    page.type("#registry", "eip155:1:0x" + "5e" * 20)
    page.type("#registry-issuer", "0x" + "11" * 20)


def verified(page: Page, folder: Path) -> None:
    give(page, put(folder, "proof.json", inclusion_proof_v1.write(proof_of("alice"))))
    fill(page)
    assert check(page) == "PASS"
    page.click("#receipt")
    page.run("document.querySelectorAll('#verdict details').forEach((it) => { it.open = true; })")


def refuted(page: Page, folder: Path) -> None:
    give(page, put(folder, "proof.json", inclusion_proof_v1.write(altered(2, amount=51 * 10**18))))
    fill(page, keys="")
    assert check(page) == "FAIL"


def open_(page: Page, folder: Path) -> None:
    give(page, put(folder, "proof.json", inclusion_proof_v1.write(proof_of("alice"))))
    fill(page, (), keys="")
    assert check(page) == "INCONCLUSIVE"


def wrong(page: Page, folder: Path) -> None:
    give(page, put(folder, "x" * 100 + ".json", "nothing"))
    assert check(page).startswith("Cannot start")


def published(page: Page, folder: Path) -> None:
    give(page, put(folder, "proof.json", data_of(OKX)))
    say_mine(page, root=OKX.root, totals="BTC=3.6")
    assert check(page) == "INCONCLUSIVE"
    page.run("document.querySelectorAll('#verdict details').forEach((it) => { it.open = true; })")


def published_refuted(page: Page, folder: Path) -> None:
    give(page, put(folder, "rows.csv", data_of(SAMPLES["lemon"])), put(folder, "more.json", negative()))
    page.click("#files li button")
    say_mine(page)
    assert check(page) == "FAIL"


def published_left(page: Page, folder: Path) -> None:
    give(page, *(put(folder, f"{name}.txt", data_of(SAMPLES[name])) for name in ("tnf", "renrenbit", "chainpoint-v2")))
    assert check(page).startswith("Cannot start")


STAGES: dict[str, Stage] = {
    "started": started,
    "verified": verified,
    "refuted": refuted,
    "open": open_,
    "wrong": wrong,
    "published": published,
    "published refuted": published_refuted,
    "published left": published_left,
}


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> Stage:
    return STAGES[request.param]


def violations(page: Page) -> list[str]:
    """Let the checker look; the debugger may bring it in, whatever the page's policy."""
    page.run(axe().read_text("utf-8") + "\n;1")
    found = json.loads(page.run("axe.run(document, {resultTypes: ['violations']}).then((it) => JSON.stringify(it))"))
    assert found["passes"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("ja", True)], ids=["english-light", "japanese-dark"])
def test_an_accessibility_checker_finds_nothing(
    stage: Stage, language: str, dark: bool, page: Page, tmp_path: Path
) -> None:
    page.look(dark=dark)
    stage(page, tmp_path)
    page.click(f"[data-language={language}]")
    assert violations(page) == []


def test_the_checker_finds_what_is_wrong(page: Page) -> None:
    page.run("document.querySelector('label[for=account]').remove()")
    assert any(line.startswith("label") for line in violations(page))


@pytest.mark.parametrize(("language", "width"), [("en", 320), ("ja", 320), ("ja", 360)])
def test_it_is_no_wider_than_a_phone(stage: Stage, language: str, width: int, page: Page, tmp_path: Path) -> None:
    page.look(width=width)
    stage(page, tmp_path)
    page.click(f"[data-language={language}]")
    assert page.run("document.documentElement.scrollWidth") <= width


def test_every_field_has_a_name_and_a_target_large_enough(page: Page, tmp_path: Path) -> None:
    page.look(width=360)
    verified(page, tmp_path)
    small = page.run(
        "[...document.querySelectorAll('button, .button, summary, select, input[type=text], textarea')]"
        ".filter((it) => it.getClientRects().length && it.getBoundingClientRect().height < 44)"
        ".map((it) => it.outerHTML.slice(0, 80))"
    )
    assert small == []
    nameless = page.run(
        "[...document.querySelectorAll('input, select, textarea')].filter((it) => !it.labels.length).length"
    )
    assert nameless == 0


def test_the_verdict_is_not_told_by_colour_alone(page: Page, tmp_path: Path) -> None:
    refuted(page, tmp_path)
    marks = page.run("[...document.querySelectorAll('.outcome')].map((it) => it.textContent[0])")
    assert set(marks) <= {"✓", "✕", "?"}
    assert page.text("#verdict-word").startswith("✕ REFUTED")
    assert page.run("getComputedStyle(document.querySelector('.verdict')).borderStyle") == "double"


def test_print_shows_the_verdict_alone(page: Page, tmp_path: Path) -> None:
    verified(page, tmp_path)
    page.look(media="print")
    assert page.run("getComputedStyle(document.querySelector('form')).display") == "none"
    assert page.run("getComputedStyle(document.querySelector('.actions')).display") == "none"
    assert "VERIFIED" in page.text("#verdict")


def test_nothing_moves_where_motion_is_not_wanted(page: Page) -> None:
    assert (
        page.run("[...document.styleSheets[0].cssRules].filter((it) => /transition|animation/.test(it.cssText)).length")
        == 0
    )
