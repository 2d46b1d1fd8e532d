"""Signatures of published lists: over a text that names no snapshot, they decide nothing, or refute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from por.checks.control import control as ask
from por.checks.evidence import OpenBundle
from por.checks.examination import Beside, examine
from por.checks.observation import Missing
from por.encoding import media_types, published_signature_v1
from por.encoding.published_signature_v1 import PublishedSignature
from por.model import Bundle, Finding, Instant
from por.report.text import message
from tests.checks import scenery
from tests.checks.scenery import Files, account, bundle, files, listed, with_account

TEXT = "I am an exchange.example address"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
PREVIOUS = replace(bundle(), instant=Instant(scenery.NOON.seconds - 365 * 86_400))
OTHER = replace(bundle(), issuer="other.example")


def published(key: str = "cold", of: str = "cold", text: str = TEXT, said: str | None = None) -> PublishedSignature:
    raw = bytes(Account.sign_message(encode_defunct(text=text), scenery.private(key)).signature)
    return PublishedSignature(account(of), "ETH", "evm", text if said is None else said, ("0x" + raw.hex(),))


def with_proof(made: Bundle, document: PublishedSignature | bytes, have: Files) -> Bundle:
    data = document if isinstance(document, bytes) else published_signature_v1.write(document)
    return listed(with_account("cold", made, control=have.add(data, media_types.PUBLISHED_SIGNATURE)), have)


def judged(
    folder: Path, document: PublishedSignature | bytes, beside: Callable[[Path], Beside] | None = None
) -> Finding:
    have = files()
    opened = scenery.open_in(folder / "bundle", with_proof(bundle(), document, have), have)
    seen = examine(
        opened,
        scenery.policy(),
        scenery.sources(),
        Missing("no record list"),
        scenery.AN_HOUR_LATER,
        scenery.quiet,
        beside=None if beside is None else beside(folder),
    )
    return scenery.one(f for f in ask(seen) if f.subject == str(account("cold")))


def opened(folder: Path, made: Bundle, document: PublishedSignature) -> OpenBundle:
    have = files()
    return scenery.open_in(folder / "beside", with_proof(made, document, have), have)


def test_t43_a_true_signature_of_a_free_text_decides_nothing(tmp_path: Path) -> None:
    found = judged(tmp_path, published())
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "reserves.control.published")
    assert found.facts["text"] == TEXT
    assert "names neither issuer nor snapshot" in message(found)


FALSE: dict[str, Callable[[], PublishedSignature]] = {
    "another key": lambda: published("stranger"),
    "another text": lambda: published(said="I am another text"),
    "of another account": lambda: published("hot", "hot"),
    "zeros": lambda: replace(published(), signatures=("0x" + "00" * 65,)),
    "short": lambda: replace(published(), signatures=("0x12",)),
    "no hexadecimal": lambda: replace(published(), signatures=("signature",)),
    "two signatures": lambda: replace(published(), signatures=published().signatures * 2),
}


@pytest.mark.parametrize("what", FALSE)
def test_t47_t48_a_signature_that_does_not_verify_fails(tmp_path: Path, what: str) -> None:
    assert judged(tmp_path, FALSE[what]()).outcome == "FAIL"


@pytest.mark.parametrize("scheme", ["solana", "bip322", "unknown"])
def test_t49_a_kind_that_is_not_read_is_undecided(tmp_path: Path, scheme: str) -> None:
    found = judged(tmp_path, replace(published(), scheme=scheme))
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "evidence.missing")


@pytest.mark.parametrize("document", [b"{}", b"no", b"[]"])
def test_a_document_of_no_form_fails(tmp_path: Path, document: bytes) -> None:
    found = judged(tmp_path, document)
    assert (found.outcome, found.message) == ("FAIL", "evidence.broken")


def test_t43_the_same_signature_a_year_before_is_replayed(tmp_path: Path) -> None:
    found = judged(tmp_path, published(), lambda folder: Beside(opened(folder, PREVIOUS, published())))
    assert (found.outcome, found.message) == ("FAIL", "reserves.control.replayed")
    assert PREVIOUS.snapshot in message(found)


def malleated() -> PublishedSignature:
    """Write the signature in its other form, in upper case and without 0x: it is the same one."""
    raw = bytes.fromhex(published().signatures[0][2:])
    s = ORDER - int.from_bytes(raw[32:64], "big")
    return replace(published(), signatures=((raw[:32] + s.to_bytes(32, "big") + bytes([55 - raw[64]])).hex().upper(),))


def test_t43_t48_in_another_spelling_it_is_the_same_signature(tmp_path: Path) -> None:
    found = judged(tmp_path, malleated(), lambda folder: Beside(opened(folder, PREVIOUS, published())))
    assert (found.outcome, found.message) == ("FAIL", "reserves.control.replayed")


def test_t45_the_same_signature_in_another_issuers_bundle_is_foreign(tmp_path: Path) -> None:
    found = judged(tmp_path, published(), lambda folder: Beside(others=(opened(folder, OTHER, published()),)))
    assert (found.outcome, found.message) == ("FAIL", "reserves.control.foreign_issuer")


def test_another_signature_the_year_before_is_no_replay(tmp_path: Path) -> None:
    beside = published(text="last year's text")
    found = judged(tmp_path, published(), lambda folder: Beside(opened(folder, PREVIOUS, beside)))
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "reserves.control.published")


def test_a_correction_of_the_same_snapshot_may_show_it_again(tmp_path: Path) -> None:
    found = judged(tmp_path, published(), lambda folder: Beside(opened(folder, bundle(), published())))
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "reserves.control.published")


def test_t93_a_published_text_cannot_steer_a_terminal(tmp_path: Path) -> None:
    found = judged(tmp_path, published(text="I am \u202e an address"))
    assert found.outcome == "FAIL"
    assert message(found).isprintable()
