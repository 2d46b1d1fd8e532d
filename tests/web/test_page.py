"""The committed page in the real browser, as a customer uses it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from por.encoding import bundle_v1, inclusion_proof_v1
from por.model import Instant
from por.web.shipped import FILE
from tests.checks.scenery import ISSUER, KEY, NOON, STRANGERS_KEY, bundle, note_text, proof_of, root_of, trees
from tests.web.browser import Browser, Page
from tests.web.scenes import altered, assets

pytestmark = pytest.mark.thorough

ROOT = root_of(trees()).hex()
PROOF = inclusion_proof_v1.write(proof_of("alice"))
ALTERED = inclusion_proof_v1.write(altered(2, amount=51 * 10**18))
STRANGERS = inclusion_proof_v1.write(proof_of("alice", note=note_text(bundle(), STRANGERS_KEY)))
# What is the same in both languages: names, ids, figures.
NAMES = (
    r"eip155:|exchange\.example|liabilities\.|publication\.|snapshot\.|por web hash|^English$|[0-9a-f]{8}…|^[A-Z]{3,4}$"
    r"|^(spot|margin)/|^[0-9a-f]{64}$|^proof\.json"
)
BUNDLE = bundle_v1.write(bundle())


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def give(page: Page, *paths: Path) -> None:
    before = page.run("document.querySelectorAll('#files li').length")
    page.choose("#file", *paths)
    page.until(f"document.querySelectorAll('#files li').length === {before + len(paths)}")


def fill(page: Page, amounts: Sequence[str] = ("65", "700"), account: str = "alice", **fields: str) -> None:
    page.type("#account", account)
    for i, amount in enumerate(amounts):
        page.type(f"#coins-{i}", amount)
    for name, text in {"keys": KEY, "days": "", **fields}.items():
        page.type(f"#{name.replace('_', '-')}", text)


def check(page: Page) -> str:
    """Press the button, and return the class of the verdict, or what the page says instead."""
    page.click("#check")
    page.until("!document.querySelector('#verdict').hidden || !document.querySelector('#wrong').hidden")
    if page.run("document.querySelector('#verdict').hidden"):
        return page.text("#wrong")
    return str(page.run("document.querySelector('.verdict').className.replace('verdict ', '')"))


def quiet(page: Page) -> None:
    """Require that the browser complained of nothing."""
    page.run("1")
    assert page.of("Runtime.exceptionThrown") == []
    assert [event["params"]["entry"]["text"] for event in page.of("Log.entryAdded")] == []


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    return put(tmp_path, "proof.json", PROOF)


# --- what it says


def test_an_honest_proof_is_verified_with_who_when_pin_amounts_and_limits(
    page: Page, proof: Path, tmp_path: Path
) -> None:
    give(page, proof, put(tmp_path, "bundle.json", BUNDLE), put(tmp_path, "bundle.note", note_text(bundle())))
    fill(page)
    assert check(page) == "PASS"
    shown = page.text("#verdict")
    assert shown.startswith("✓ VERIFIED")
    assert "Your 65 ETH and 700 USDC are in the list that exchange.example signed" in shown
    for words in (ISSUER, str(NOON), "signed by exchange.example+", "20, 80", "This does not show:"):
        assert words in shown
    assert page.run("document.activeElement.id") == "verdict"
    assert page.text("#spoken").startswith("VERIFIED. your 65 ETH")
    quiet(page)


def test_t14_t15_the_account_and_the_amounts_never_come_from_the_file(page: Page, proof: Path) -> None:
    give(page, proof)
    assert page.run("[...document.querySelectorAll('input[type=text]')].map((it) => it.value).join('')") == "350"
    names = page.run("[...document.querySelectorAll('[data-row] select')].map((it) => it.selectedOptions[0].text)")
    assert names == ["ETH", "USDC"]
    page.type("#keys", KEY)
    page.type("#days", "")
    assert check(page) == "INCONCLUSIVE"
    assert "you gave no account id" in page.text("#verdict")


@pytest.mark.parametrize(
    ("name", "document", "fields", "outcome", "words"),
    [
        ("another id", PROOF, {"account": "bob"}, "FAIL", "leads to another root"),
        ("another amount", PROOF, {"amounts": ("66", "700")}, "FAIL", "your id say 65; you expect 66"),
        ("altered", ALTERED, {"amounts": ("66", "700")}, "FAIL", "leads to another root"),
        ("no pin", PROOF, {"keys": ""}, "INCONCLUSIVE", "no pin was given"),
        ("another root", PROOF, {"keys": "", "root": "11" * 32}, "FAIL", "leads to the commitments root"),
        ("a root", PROOF, {"keys": "", "root": f"0x{ROOT}"}, "PASS", "that you gave"),
        ("a stranger's note", STRANGERS, {}, "INCONCLUSIVE", "no key that you gave"),
        ("no amounts", PROOF, {"amounts": ()}, "INCONCLUSIVE", "Type what you think is yours"),
        ("another issuer", PROOF, {"issuer": "other.example"}, "FAIL", "your policy is about other.example"),
        ("too old", PROOF, {"days": "0"}, "FAIL", "is not of a time that your policy allows"),
    ],
)
def test_t14_t16_t34_what_does_not_hold_is_said_with_the_reason(
    name: str, document: bytes, fields: dict[str, Any], outcome: str, words: str, page: Page, tmp_path: Path
) -> None:
    give(page, put(tmp_path, "proof.json", document))
    fill(page, **fields)
    assert check(page) == outcome
    assert words in page.text("#verdict")
    quiet(page)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amounts": ("1e3", "700")}, "Cannot start: Amount 1: not an exact decimal amount"),
        ({"amounts": ("65", "٧")}, "Amount 2: not an exact decimal amount"),
        ({"amounts": ("65", "0.0000001")}, "7 digits after the point; this asset has 6"),
        ({"account": " alice"}, "white space before or after the account id"),
        ({"keys": "exchange.example+00000000+AAAA"}, "The issuer's key (name+id+base64): not a verifier key"),
        ({"keys": f"{KEY}x"}, "The issuer's key (name+id+base64): not"),
        ({"root": "12"}, "Commitments root (64 hexadecimal digits): 1 bytes"),
        ({"digest": "md5:1"}, "Digest of the bundle (sha256:…): not a digest"),
        ({"issuer": "Exchange"}, "not an issuer id"),
        ({"days": "soon"}, "not a number of days"),
        ({"registry": "eip155:1:0x12", "registry_issuer": "0x12"}, "Registry (CAIP-10): not an EVM address"),
    ],
)
def test_t86_t92_what_cannot_be_read_is_named_and_nothing_is_judged(
    fields: dict[str, Any], words: str, page: Page, proof: Path
) -> None:
    give(page, proof)
    fill(page, **fields)
    assert words in check(page)
    assert page.run("document.activeElement.id").startswith(("wrong", "coins-"))
    quiet(page)


def test_a_file_that_cannot_be_read_stops_everything_until_it_is_removed(
    page: Page, proof: Path, tmp_path: Path
) -> None:
    give(page, proof, put(tmp_path, "spoiled.json", PROOF.replace(b'"count":4', b'"count": 4')))
    assert "not canonical JSON" in page.text("#files li:nth-child(2)")
    fill(page)
    assert check(page).startswith("Cannot start: spoiled.json: not canonical JSON")
    page.click("#files li:nth-child(2) button")
    assert check(page) == "PASS"


def test_without_a_proof_it_asks_for_one(page: Page) -> None:
    assert check(page) == "Choose your proof first."


def test_a_verdict_goes_when_what_it_is_about_changes(page: Page, proof: Path) -> None:
    give(page, proof)
    fill(page)
    assert check(page) == "PASS"
    page.type("#coins-0", "1000000")
    assert page.run("document.querySelector('#verdict').hidden")


def test_decimals_are_asked_for_where_no_table_knows_them(page: Page, tmp_path: Path) -> None:
    one = dict(assets())["decimals 8"]
    give(page, put(tmp_path, "proof.json", one.documents[0]))
    fill(page, ("5",), keys="", root=one.pins.roots[0].hex())
    assert page.run("!document.querySelector('#decimals-0').closest('p').hidden")
    assert check(page) == "INCONCLUSIVE"
    assert "type the number" in page.text("#verdict")
    page.type("#decimals-0", "6")
    assert check(page) == "FAIL"
    page.type("#decimals-0", "8")
    assert check(page) == "PASS"
    assert "8 decimals" in page.text("#verdict")


# --- languages


def test_both_languages_without_reload_and_nothing_typed_is_lost(page: Page, proof: Path) -> None:
    give(page, proof)
    fill(page)
    page.click("[data-language=ja]")
    assert page.run("document.documentElement.lang") == "ja"
    assert page.run("document.querySelector('[data-language=ja]').getAttribute('aria-pressed')") == "true"
    assert page.run("document.title") == "自分の残高はリストにあるか"
    assert page.run("document.querySelector('#coins-0').value") == "65"
    assert check(page) == "PASS"
    assert page.text("#verdict-word") == "✓ 検証済み"
    page.click("[data-language=en]")
    assert page.text("#verdict-word") == "✓ VERIFIED"
    assert page.run("document.documentElement.lang") == "en"
    assert len(page.of("Page.frameNavigated")) == 1
    quiet(page)


def test_every_text_of_the_page_is_there_in_both_languages(page: Page, proof: Path) -> None:
    give(page, proof)
    fill(page)
    check(page)
    page.run("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
    english = set(page.text("body").splitlines())
    page.click("[data-language=ja]")
    page.run("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
    kept = {line for line in english & set(page.text("body").splitlines()) if re.search("[A-Za-z]{3}", line)}
    assert {line for line in kept if not re.search(NAMES, line)} == set()


# --- the path


def test_the_picture_shows_where_a_refuted_path_leads(page: Page, tmp_path: Path) -> None:
    give(page, put(tmp_path, "proof.json", inclusion_proof_v1.write(altered(2, amount=51 * 10**18))))
    fill(page, ("66", "700"))
    check(page)
    picture = page.run("document.querySelector('svg.path').textContent")
    assert "✕ leads to" in picture
    assert "≠" in picture
    assert "committed" in picture
    assert "does not lead to the committed root" in page.run(
        "document.querySelector('svg.path').getAttribute('aria-label')"
    )


def test_t06_the_picture_shows_the_step_at_which_a_sum_overflows(page: Page, tmp_path: Path) -> None:
    path = proof_of("alice").trees[2].records[0].path
    wrapping = (path[0], replace(path[1], sum=2**128 - 1), *path[2:])
    give(page, put(tmp_path, "proof.json", inclusion_proof_v1.write(altered(2, path=wrapping))))
    fill(page)
    assert check(page) == "FAIL"
    picture = page.run("[...document.querySelectorAll('svg.path text')].map((it) => it.textContent).join('|')")
    assert "✕ breaks its rules here" in picture
    assert page.run("document.querySelectorAll('svg.path .mine').length") == 2
    assert page.run("document.querySelectorAll('svg.path .cut').length") == 2


def test_the_path_stands_in_a_table_too(page: Page, proof: Path) -> None:
    give(page, proof)
    fill(page)
    check(page)
    rows = page.run("[...document.querySelectorAll('details details table tbody tr')].map((it) => it.innerText)")
    assert len(rows) == 1
    record = proof_of("alice").trees[0].records[0]
    assert record.path[0].hash.hex() in page.run("document.querySelector('details details table').textContent")


# --- the previous proof


def test_t78_a_previous_proof_is_compared(page: Page, proof: Path, tmp_path: Path) -> None:
    before = replace(proof_of("carol", note=""), instant=Instant(NOON.seconds - 86_400))
    give(page, proof, put(tmp_path, "before.json", inclusion_proof_v1.write(before)))
    fill(page)
    assert check(page) == "PASS"
    shown = page.text("#verdict")
    assert "The previous proof is of 2026-10-31T12:00:00Z, this one of 2026-11-01T12:00:00Z." in shown
    assert "share no key and no leaf" in shown


def test_t78_a_shared_key_is_named(page: Page, proof: Path, tmp_path: Path) -> None:
    before = replace(proof_of("alice", note=""), instant=Instant(NOON.seconds - 86_400))
    give(page, proof, put(tmp_path, "before.json", inclusion_proof_v1.write(before)))
    fill(page)
    assert check(page) == "PASS"
    assert "The two proofs share a key or a leaf" in page.text("#verdict")


def test_two_bundles_for_one_list_are_refused(page: Page, proof: Path, tmp_path: Path) -> None:
    other = bundle_v1.write(bundle(supersedes=bundle().evidence[0].digest))
    give(page, proof, put(tmp_path, "a.json", BUNDLE), put(tmp_path, "b.json", other))
    fill(page)
    assert check(page).startswith("There are two bundles for one list")


# --- the receipt


def test_t82_a_receipt_is_saved_and_names_no_amount(page: Page, proof: Path, browser: Browser, tmp_path: Path) -> None:
    browser.downloads(tmp_path)
    give(page, proof)
    fill(page)
    check(page)
    page.click("#receipt")
    page.until("document.querySelectorAll('a[download]').length === 2")
    page.run("document.querySelectorAll('a[download]').forEach((it) => it.click())")
    deadline = time.monotonic() + 20
    while not ((tmp_path / "receipt.json").exists() and (tmp_path / "receipt.salt").exists()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    receipt = (tmp_path / "receipt.json").read_text("utf-8")
    salt = (tmp_path / "receipt.salt").read_text("utf-8")
    assert re.fullmatch("[0-9a-f]{64}\n", salt)
    document = json.loads(receipt)
    assert document["root"] == ROOT
    assert document["verdict"]["outcome"] == "PASS"
    assert not re.search("alice|65|700|50", re.sub(r'"(?:root|file|checkedAt)":"[^"]*"', "", receipt))
    assert salt.strip() not in receipt
    quiet(page)


# --- with the keyboard alone


def test_the_whole_way_by_keyboard(page: Page, proof: Path) -> None:
    give(page, proof)

    def tab_to(identifier: str) -> None:
        for _ in range(40):
            if page.run("document.activeElement.id") == identifier:
                return
            page.press("Tab")
        raise AssertionError(f"{identifier} cannot be reached")

    page.run("document.activeElement.blur()")
    page.press("Tab")
    assert page.run("document.activeElement.className") == "skip"
    tab_to("account")
    page.call("Input.insertText", text="alice")
    tab_to("coins-0")
    page.call("Input.insertText", text="65")
    tab_to("coins-1")
    page.call("Input.insertText", text="700")
    tab_to("keys")
    page.call("Input.insertText", text=KEY)
    tab_to("check")
    page.press("Enter")
    page.until("!document.querySelector('#verdict').hidden")
    assert page.run("document.activeElement.id") == "verdict"
    page.press("Tab")
    assert page.run("document.querySelector('#verdict').contains(document.activeElement)")
    assert page.run("document.querySelector('.verdict').className") == "verdict PASS"


def test_enter_in_a_field_checks(page: Page, proof: Path) -> None:
    give(page, proof)
    fill(page)
    page.run("document.querySelector('#account').focus()")
    page.press("Enter")
    page.until("!document.querySelector('#verdict').hidden")


# --- what it must not do


HOSTILE = [
    "<img src=x onerror=document.title='ran'>.json",
    "\u202egnp.exe",
    "javascript:document.title='ran'",
    "a" * 200 + ".json",
    "{account}{pin}.json",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_t93_a_hostile_file_name_is_text(name: str, page: Page, tmp_path: Path) -> None:
    give(page, put(tmp_path, name, "<script>document.title='ran'</script>"))
    title = page.run("document.title")
    assert title == "Is my balance in their list?"
    shown = page.text("#files li")
    assert "\u202e" not in shown
    assert page.run("document.querySelectorAll('#files img, #files script').length") == 0
    assert check(page).startswith("Cannot start:")
    assert page.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("account", ["<b>x</b>", "{issuer}", "'\"><svg onload=document.title='ran'>", "${alert(1)}"])
def test_t93_hostile_texts_are_text(account: str, page: Page, proof: Path) -> None:
    give(page, proof)
    fill(page, account=account)
    assert check(page) == "FAIL"
    assert page.run("document.title") == "Is my balance in their list?"
    assert page.run("document.querySelectorAll('#verdict b, #verdict script').length") == 0


def test_t89_it_never_asks_for_a_secret(page: Page) -> None:
    assert "never asks for a login, a password, a private key or a seed phrase" in page.text("header")
    fields = page.run(
        "[...document.querySelectorAll('input, textarea')].map((it) => [it.type, it.id, it.name].join(' '))"
    )
    assert not [field for field in fields if re.search("password|seed|mnemonic|email|login|secret", field)]
    assert not re.search(
        "localStorage|sessionStorage|indexedDB|document\\.cookie|innerHTML|eval\\(", FILE.read_text("utf-8")
    )


def test_without_webcrypto_it_refuses_and_says_why(browser: Browser, tmp_path: Path) -> None:
    page = browser.page()
    page.call("Page.enable")
    page.call(
        "Page.addScriptToEvaluateOnNewDocument", source="Object.defineProperty(crypto, 'subtle', {value: undefined})"
    )
    page.open(put(tmp_path, "verify.html", FILE.read_bytes()).as_uri())
    assert "no WebCrypto" in page.text("#stopped")
    assert page.run("document.querySelector('#form').hidden")


def test_without_ed25519_the_signature_is_undecided(browser: Browser, proof: Path, tmp_path: Path) -> None:
    page = browser.page()
    page.call("Page.enable")
    source = (
        "const real = crypto.subtle.importKey.bind(crypto.subtle);"
        "Object.defineProperty(crypto.subtle, 'importKey', {value: (...all) => all[2].name === 'Ed25519'"
        " ? Promise.reject(new DOMException('no', 'NotSupportedError')) : real(...all)});"
    )
    page.call("Page.addScriptToEvaluateOnNewDocument", source=source)
    page.open(put(tmp_path, "verify.html", FILE.read_bytes()).as_uri())
    give(page, proof)
    fill(page)
    assert check(page) == "INCONCLUSIVE"
    assert "knows no Ed25519 signatures" in page.text("#verdict")


def test_a_crash_is_never_a_verdict(browser: Browser, proof: Path, tmp_path: Path) -> None:
    page = browser.page()
    page.call("Page.enable")
    page.call(
        "Page.addScriptToEvaluateOnNewDocument",
        source="crypto.subtle.digest = () => Promise.reject(new TypeError('broken'))",
    )
    page.open(put(tmp_path, "verify.html", FILE.read_bytes()).as_uri())
    give(page, proof)
    fill(page, keys="", root=ROOT)
    page.click("#check")
    page.until("!document.querySelector('#stopped').hidden")
    assert "it says nothing about the evidence" in page.text("#stopped")
    assert page.run("document.querySelector('#verdict').hidden")
