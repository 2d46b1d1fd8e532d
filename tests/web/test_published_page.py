"""Proofs that other exchanges published, in the committed page in the real browser, as a customer uses it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from por.encoding import inclusion_proof_v1
from por.web.assemble import MODULES
from scripts.published_vectors.sample import Sample
from tests import published_proofs
from tests.checks.scenery import proof_of
from tests.published_proofs import SAMPLES
from tests.web.browser import Browser, Page
from tests.web.test_page import check, give, put, quiet

pytestmark = pytest.mark.thorough

OKX = SAMPLES["okx-v1"]
COINEX = SAMPLES["coinex_once"]
MINE = ("1.5", "20", "1000.25")


def data_of(sample: Sample) -> bytes:
    return published_proofs.data_of(sample.file)


def tampered() -> bytes:
    """Raise the balance beside the leaf that was hashed."""
    return published_proofs.data_of(OKX.bad["amount"][0])


def negative() -> bytes:
    return published_proofs.data_of(OKX.bad["negative-sibling"][0])


def say_mine(page: Page, amounts: Sequence[str] = MINE, **fields: str) -> None:
    for i, amount in enumerate(amounts):
        page.type(f"#coins-{i}", amount)
    for name, text in fields.items():
        page.type(f"#{name.replace('_', '-')}", text)


def pictures(page: Page) -> str:
    return str(page.run("[...document.querySelectorAll('svg.path text')].map((it) => it.textContent).join('|')"))


def test_a_published_proof_is_verified_with_format_root_amounts_and_path(page: Page, tmp_path: Path) -> None:
    give(page, put(tmp_path, "proof.json", data_of(COINEX)))
    assert "published proof, CoinEx, path file, 2022" in page.text("#files li")
    for i, (coin, amount) in enumerate(held(COINEX)):
        page.type(f"#asset-{i}", coin)
        page.type(f"#coins-{i}", amount)
    say_mine(page, (), root=COINEX.root)
    assert check(page) == "PASS"
    shown = page.text("#verdict")
    for words in ("✓ VERIFIED", "coinex", COINEX.root, "CoinEx, path file, 2022", "is the root that you gave"):
        assert words in shown
    assert "✓ leads to" in pictures(page)
    assert "you gave" in pictures(page)
    quiet(page)


def held(sample: Sample) -> list[tuple[str, str]]:
    pairs = zip(sample.mine[::2], sample.mine[1::2], strict=True)
    return [(coin, amount) for key, value in pairs if key == "--holding" for coin, _, amount in [value.partition("=")]]


def test_t14_t15_names_of_coins_are_offered_and_no_amount(page: Page, tmp_path: Path) -> None:
    give(page, put(tmp_path, "proof.json", data_of(OKX)))
    names = page.run("[...document.querySelectorAll('[data-row] input[list]')].map((it) => it.value)")
    assert names == ["BTC", "ETH", "USDT"]
    assert page.run("[...document.querySelectorAll('[id^=coins-]')].map((it) => it.value).join('')") == ""
    assert page.run("document.querySelector('#root').value + document.querySelector('#totals').value") == ""
    assert check(page) == "INCONCLUSIVE"
    assert "Give the root above" in page.text("#verdict")
    assert "which is not yet a proof" in page.text("#verdict")
    assert "✓" not in pictures(page)


def test_what_is_asked_for_is_what_the_format_needs(page: Page, tmp_path: Path) -> None:
    def shown() -> set[str]:
        fields = page.run(
            "[...document.querySelectorAll('#form input, #form textarea')]"
            ".filter((it) => !it.closest('[hidden], details:not([open])')).map((it) => it.id)"
        )
        return {field for field in fields if not re.match("asset-|coins-|decimals-", field)}

    native = {"file", "account", "root", "keys"}
    published = {"file", "account", "root", "root-file", "totals", "published-days"}
    assert shown() == native
    for name, extra in {
        "okx-v1": set(),
        "renrenbit": {"nonce"},
        "lemon": {"audit"},
        "chainpoint-v2": {"beside"},
    }.items():
        give(page, put(tmp_path, f"{name}.txt", data_of(SAMPLES[name])))
        assert shown() == published | extra, name
        page.click("#files li button")
        assert shown() == native


@pytest.mark.parametrize("language", ["en", "ja"])
def test_t16_a_tampered_published_proof_is_refused_with_its_reason(language: str, page: Page, tmp_path: Path) -> None:
    page.click(f"[data-language={language}]")
    give(page, put(tmp_path, "proof.json", tampered()))
    say_mine(page, ("2.5", *MINE[1:]), root=OKX.root)
    assert check(page) == "FAIL"
    shown = page.text("#verdict")
    words = {
        "en": ("✕ REFUTED", "the balance or the id beside it is not the one that was hashed", "The file was altered"),
        "ja": ("✕", "併記された残高または ID は、ハッシュされたものではない", "ファイルが書き換えられたか"),
    }
    for each in words[language]:
        assert each in shown
    assert page.text("#verdict-word").startswith("✕")
    assert {"en": "another hash", "ja": "別のハッシュ"}[language] in pictures(page)
    quiet(page)


def test_t03_a_negative_sum_is_marked_in_words(page: Page, tmp_path: Path) -> None:
    give(page, put(tmp_path, "proof.json", negative()))
    say_mine(page)
    assert check(page) == "FAIL"
    assert "nodes are below zero" in page.text("#verdict")
    assert "✕ below zero" in pictures(page)
    page.run("document.querySelectorAll('#verdict details').forEach((it) => { it.open = true; })")
    assert "✕ below zero: -1000 USDT" in page.text("#verdict table:not(.wide)")


@pytest.mark.parametrize(
    ("amounts", "fields", "outcome", "words"),
    [
        (MINE, {"root": "00" * 32}, "FAIL", "you gave 0000"),
        (("1.6", *MINE[1:]), {"root": OKX.root}, "FAIL", "the record says 1.5 BTC; you expect 1.6"),
        (MINE, {"root": OKX.root, "totals": "BTC=4"}, "FAIL", "published elsewhere is 4 BTC"),
        (MINE, {"root": OKX.root, "published_days": "30"}, "INCONCLUSIVE", "does not say when the snapshot was taken"),
        ((), {"root": OKX.root}, "INCONCLUSIVE", "Type what you think is yours"),
    ],
)
def test_t34_t37_what_does_not_hold_is_said_with_the_reason(
    amounts: Sequence[str], fields: dict[str, str], outcome: str, words: str, page: Page, tmp_path: Path
) -> None:
    give(page, put(tmp_path, "proof.json", data_of(OKX)))
    say_mine(page, amounts, **fields)
    assert check(page) == outcome
    assert words in page.text("#verdict")
    quiet(page)


def test_t34_a_root_comes_from_a_file_but_not_from_the_proof(page: Page, tmp_path: Path) -> None:
    proof = put(tmp_path, "proof.json", data_of(OKX))
    give(page, proof)
    say_mine(page)
    page.choose("#root-file", put(tmp_path, "root.txt", f"the root of this month: {OKX.root}\n"))
    page.until("document.querySelectorAll('#files li').length === 2")
    assert "file with a root" in page.text("#files li:nth-child(2)")
    check(page)
    assert "is the root that you gave" in page.text("#verdict")
    page.choose("#root-file", proof)
    page.until("document.querySelectorAll('#files li').length === 3")
    assert "the root must come from elsewhere" in check(page)


def test_t35_files_that_contradict_each_other_are_refused(page: Page, tmp_path: Path) -> None:
    other = deepcopy(OKX.file)
    other["path"][0]["balances"], other["path"][0]["hash"] = OKX.file["self"]["balances"], OKX.file["self"]["hash"]
    give(page, put(tmp_path, "a.json", data_of(OKX)), put(tmp_path, "b.json", json.dumps(other)))
    say_mine(page)
    assert check(page) == "FAIL"
    assert "contradict one another" in page.text("#verdict")


def test_a_native_proof_beside_a_published_one_is_refused(page: Page, tmp_path: Path) -> None:
    native = inclusion_proof_v1.write(proof_of("alice"))
    give(page, put(tmp_path, "a.json", data_of(OKX)), put(tmp_path, "b.json", native))
    assert check(page) == "Check a published proof by itself: remove the other files."
    page.click("#files li button")
    assert page.run("document.querySelector('#asset-0').tagName") == "SELECT"


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", ["bitmex", "swissborg", "tnf"])
def test_t70_a_format_for_the_command_line_is_named_and_nothing_is_judged(
    name: str, language: str, page: Page, tmp_path: Path
) -> None:
    give(page, put(tmp_path, "file", data_of(SAMPLES[name])))
    page.click(f"[data-language={language}]")
    shown = page.text("#files li")
    assert f"{name} (" in shown
    assert "por verify-inclusion FILE" in shown
    assert {"en": "this page does not read the format", "ja": "読みません"}[language] in shown
    refused = check(page)
    assert "por verify-inclusion FILE" in refused
    assert page.run("document.querySelector('#verdict').hidden")


def test_both_languages_without_reload_and_nothing_typed_is_lost(page: Page, tmp_path: Path) -> None:
    give(page, put(tmp_path, "proof.json", data_of(OKX)))
    say_mine(page, root=OKX.root, totals="BTC=3.6")
    check(page)
    page.click("[data-language=ja]")
    shown = page.text("#verdict")
    assert "okx-v1" in shown
    assert "OKX と Okcoin、経路ファイル" in shown
    assert page.run("document.querySelector('#coins-2').value + document.querySelector('#totals').value") == (
        "1000.25BTC=3.6"
    )
    named = r"^[0-9a-f.]+$|okx-v1|published\.|^\W*[0-9.]+ (BTC|ETH|USDT)|^(BTC|ETH|USDT)$|evidence\.|[0-9a-f]{8}…"
    left = [line for line in shown.splitlines() if re.search("[A-Za-z]{3}", line) and not re.search(named, line)]
    assert [line for line in left if not re.search(r"[぀-ヿ一-鿿]", line)] == []


def test_a_receipt_of_a_published_proof_names_no_amount(page: Page, browser: Browser, tmp_path: Path) -> None:
    browser.downloads(tmp_path)
    give(page, put(tmp_path, "proof.json", data_of(OKX)))
    say_mine(page, root=OKX.root)
    outcome = check(page)
    page.click("#receipt")
    page.until("document.querySelectorAll('a[download]').length === 2")
    page.run("document.querySelector('a[download]').click()")
    path = tmp_path / "receipt.json"
    for _ in range(400):
        if path.exists() and path.stat().st_size:
            break
        page.run("new Promise((done) => setTimeout(done, 25))")
    receipt: dict[str, Any] = json.loads(path.read_bytes())
    assert (receipt["format"], receipt["root"], receipt["issuer"]) == ("okx-v1", OKX.root, None)
    assert receipt["verdict"]["outcome"] == outcome
    assert "1000.25" not in path.read_text("utf-8")


def test_t81_t83_a_whole_verification_of_a_published_proof_asks_nobody(page: Page, tmp_path: Path) -> None:
    give(page, put(tmp_path, "proof.json", data_of(OKX)))
    say_mine(page, root=OKX.root)
    check(page)
    page.click("[data-language=ja]")
    page.click("#receipt")
    assert [url for url in page.requests() if not url.startswith(("file:", "blob:null"))] == []
    assert page.run("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("coin", ["<b>x</b>", "{root}", "javascript:1", "\u202eBTC"])
def test_t93_hostile_names_of_coins_are_text_or_refused(coin: str, page: Page, tmp_path: Path) -> None:
    file = deepcopy(OKX.file)
    file["self"]["balances"] = {coin: "1"}
    give(page, put(tmp_path, "proof.json", json.dumps(file)))
    assert "cannot be read" in page.text("#files li")
    assert check(page).startswith("Cannot start:")
    assert page.run("document.querySelectorAll('#files b, #verdict b').length") == 0


def test_the_modules_of_published_formats_are_in_the_page() -> None:
    assert {f"formats/{name}" for name in ("figures", "tree", "fields", "path_file", "judgement")} <= set(MODULES)
