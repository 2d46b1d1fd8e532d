"""A bundle may claim without evidence: then the verifier's own sources decide, and without them nothing is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from por.checks.sources import Sources
from por.checks.verify import verify
from por.errors import UnavailableError
from por.model import AccountProof, Bundle, Finding, Outcome, Verdict
from tests.checks import scenery as s


def bare(bundle: Bundle) -> Bundle:
    """Take all evidence of holdings away."""
    rows = tuple(
        replace(row, holdings=tuple(replace(claim, evidence=()) for claim in row.holdings)) for row in bundle.reserves
    )
    return s.listed(replace(bundle, reserves=rows), s.files())


def asked() -> s.FakeSource:
    source = s.FakeSource()
    source.proves = lambda address, keys: s.state().of_account(address, list(keys))
    return source


def verdict(folder: Path, bundle: Bundle, source: s.FakeSource | None) -> Verdict:
    sources = s.sources(source) if source is not None else Sources({})
    return verify(s.open_in(folder, bundle), s.policy(), sources, now=s.AN_HOUR_LATER)


def outcomes(found: Sequence[Finding]) -> set[Outcome]:
    return {finding.outcome for finding in found}


@pytest.fixture
def claims() -> Bundle:
    return bare(s.bundle())


def test_what_the_sources_prove_counts_as_evidence_does(tmp_path: Path, claims: Bundle) -> None:
    own = verdict(tmp_path / "own", claims, asked())
    brought = verdict(tmp_path / "brought", s.bundle(), s.FakeSource())
    for check in ("reserves.balance", "reserves.control", "reserves.eligible", "solvency.coverage"):
        assert [(f.subject, f.outcome, f.grade) for f in own.of(check)] == [
            (f.subject, f.outcome, f.grade) for f in brought.of(check)
        ]


def test_t64_without_sources_nothing_is_decided(tmp_path: Path, claims: Bundle) -> None:
    found = verdict(tmp_path, claims, None).of("reserves.balance")
    assert outcomes(found) == {Outcome.INCONCLUSIVE}
    assert all("gives no evidence for this holding; no source was asked" in f.facts["reason"] for f in found)


def test_t64_a_source_without_proofs_decides_nothing(tmp_path: Path, claims: Bundle) -> None:
    assert outcomes(verdict(tmp_path, claims, s.FakeSource()).of("reserves.balance")) == {Outcome.INCONCLUSIVE}


def test_t55_too_few_sources_decide_nothing(tmp_path: Path, claims: Bundle) -> None:
    source = s.FakeSource(names=("https://node-a.example:443",))
    source.proves = asked().proves
    assert outcomes(verdict(tmp_path, claims, source).of("reserves.balance")) == {Outcome.INCONCLUSIVE}


def test_a_claim_of_more_than_is_proven_fails(tmp_path: Path, claims: Bundle) -> None:
    row = claims.reserves[0]
    more = replace(row, holdings=(replace(row.holdings[0], amount=row.holdings[0].amount + 1), *row.holdings[1:]))
    found = verdict(tmp_path, replace(claims, reserves=(more, *claims.reserves[1:])), asked())
    assert [f.outcome for f in found.of("reserves.balance")].count(Outcome.FAIL) == 1


def test_t46_an_account_listed_twice_is_asked_about_once_and_fails(tmp_path: Path, claims: Bundle) -> None:
    source = asked()
    found = verdict(tmp_path, replace(claims, reserves=(*claims.reserves, claims.reserves[0])), source)
    assert Outcome.FAIL in outcomes(found.of("reserves.distinct"))
    own = [address for address, keys in source.proof_questions if not keys and address != s.USDC.reference]
    assert sorted(own) == sorted(set(own))


def test_t64_a_source_that_stops_in_the_middle_leaves_the_rest_open(tmp_path: Path, claims: Bundle) -> None:
    source, prove = asked(), asked().proves

    def stops(address: str, keys: Sequence[bytes]) -> AccountProof:
        if address == s.USDC.reference:
            raise UnavailableError("node-a: gone")
        assert prove is not None
        return prove(address, keys)

    source.proves = stops
    found = verdict(tmp_path, claims, source).of("reserves.balance")
    assert {(f.outcome, "erc20" in f.subject) for f in found} == {(Outcome.PASS, False), (Outcome.INCONCLUSIVE, True)}
