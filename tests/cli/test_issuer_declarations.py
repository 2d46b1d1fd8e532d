"""`por issuer bundle --declarations`: what is declared is in the bundle, signed, inspected and whole; slips stop it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from por.encoding import declarations_v1
from por.encoding.digests import digest_of
from por.encoding.media_types import DECLARATIONS, DOCUMENT
from por.issuer.signing import ensure_signing_key
from por.model import Outcome
from por.simulator.exchange import ISSUER
from tests.cli.issuer_desk import WHOLE, Desk, laid, refused
from tests.simulator import Exchange, Run, open_exchange, por, shown_to_auditor

DEED, AUDIT = b"%PDF-1.7 deed", b"%PDF-1.7 audit"
TEXT = """
[[documents]]
name = "trust deed"
file = "deed.pdf"
issued_by = "Example Trust Bank"
dated = 2026-10-31
covers = ["money"]

[[documents]]
name = "audit"
file = "audit.pdf"
withhold = true
issued_by = "Example & Co."
dated = 2026-05-20
covers = ["assurance"]

[[key_holders]]
account = "{cold}"
entity = "Example Exchange K.K."
jurisdiction = "JP"
signers = 3

[[series]]
name = "trust:JPY"
file = "days.csv"
"""


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with open_exchange(tmp_path_factory.mktemp("exchange"), customers=4) as opened:
        yield opened


@pytest.fixture
def signed(exchange: Exchange, tmp_path: Path) -> Desk:
    desk = laid(exchange, tmp_path)
    for step in (desk.challenge(WHOLE), desk.collect(WHOLE)):
        assert step.status == 0, step.talk
    return desk


def declared(desk: Desk, text: str = TEXT, days: str = "day,owed,held\n2026-10-30,1,1.0\n") -> Path:
    (desk.folder / "deed.pdf").write_bytes(DEED)
    (desk.folder / "audit.pdf").write_bytes(AUDIT)
    (desk.folder / "days.csv").write_text(days)
    path = desk.folder / "declarations.toml"
    path.write_text(text.replace("{cold}", str(desk.exchange.account("cold"))))
    return path


def verified(desk: Desk) -> Run:
    key = ensure_signing_key(desk.folder / "por-signing.key", ISSUER)[0].verifier
    policy = desk.folder / "policy.toml"
    policy.write_text(desk.exchange.policy().read_text().replace(str(desk.exchange.signing_key.verifier), str(key)))
    return por(*shown_to_auditor(desk.exchange, desk.out / "bundle", policy))


def test_what_is_declared_is_in_the_bundle_and_the_snapshot_is_whole(signed: Desk) -> None:
    run = signed.bundle(signed.listed(WHOLE), "--declarations", declared(signed))
    assert run.status == 0, run.talk
    assert "declares   2 documents, 1 of them published, key holders, series" in run.out
    made = signed.made()
    assert made.declarations is not None
    kinds = {entry.digest: entry.media_type for entry in made.evidence}
    assert kinds[made.declarations] == DECLARATIONS
    assert kinds[digest_of(DEED)] == DOCUMENT
    assert digest_of(AUDIT) not in kinds
    said = declarations_v1.read((signed.out / "bundle/evidence" / made.declarations.value.hex()).read_bytes())
    assert [row.digest for row in said.documents] == [digest_of(DEED), digest_of(AUDIT)]
    verdict = verified(signed).verdict
    assert verdict is not None
    assert [row.outcome for row in verdict.of("snapshot.complete")] == [Outcome.PASS]


def test_t42_declarations_that_were_changed_afterwards_refute_the_snapshot(signed: Desk) -> None:
    assert signed.bundle(signed.listed(WHOLE), "--declarations", declared(signed)).status == 0
    digest = signed.made().declarations
    assert digest is not None
    path = signed.out / "bundle/evidence" / digest.value.hex()
    path.write_bytes(path.read_bytes().replace(b'"signers":3', b'"signers":9'))
    run = verified(signed)
    assert run.status == 1
    assert run.verdict is not None
    assert [row.outcome for row in run.verdict.of("snapshot.complete")] == [Outcome.FAIL]


def test_they_are_shown_by_inspect(signed: Desk) -> None:
    assert signed.bundle(signed.listed(WHOLE), "--declarations", declared(signed)).status == 0
    digest = signed.made().declarations
    assert digest is not None
    run = por("inspect", signed.out / "bundle/evidence" / digest.value.hex())
    assert run.status == 0
    assert json.loads(run.out)["keyHolders"][0]["signers"] == 3
    assert por("inspect", signed.out / "bundle/evidence" / digest_of(DEED).value.hex()).status == 2


def test_without_the_option_nothing_is_declared(signed: Desk) -> None:
    run = signed.bundle(signed.listed(WHOLE))
    assert run.status == 0, run.talk
    assert signed.made().declarations is None
    assert "declares" not in run.out


@pytest.mark.parametrize(
    ("text", "days", "said"),
    [
        (TEXT.replace("deed.pdf", "other.pdf"), "day,owed,held\n", "other.pdf: cannot be read"),
        (TEXT.replace("signers = 3", "signers = 0"), "day,owed,held\n", "declarations.toml:/key_holders/0/signers"),
        (TEXT.replace("{cold}", "eip155:1:0x" + "11" * 20), "day,owed,held\n", "not in the list of accounts"),
        (TEXT, "day,owed\n", "days.csv:1: the first line must be exactly day,owed,held"),
        (TEXT, "day,owed,held\n2026-10-30,1,x\n", "days.csv:2 column held"),
    ],
)
def test_a_slip_stops_it_before_anything_is_written(signed: Desk, text: str, days: str, said: str) -> None:
    refused(signed.bundle(signed.listed(WHOLE), "--declarations", declared(signed, text, days)), said)
    assert not (signed.out / "bundle").exists()
