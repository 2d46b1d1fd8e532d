"""The form of a liability commitment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from por.checks.scheme import scheme_finding
from por.model import AssetClass, AssetId, Denomination, Finding, LiabilityCommitment
from tests.checks.scenery import ETH, ISSUER, SCHEME, SNAPSHOT, USDC
from tests.issuer import ledgers
from tests.issuer.ledgers import sealed

TOP = b"\x07" * 32
CLASSES = (AssetClass((Denomination(USDC, 6),)), AssetClass((Denomination(ETH, 18),)))


def bound(commitment: LiabilityCommitment) -> LiabilityCommitment:
    """Give a commitment the root that binds what it states, by the tests' own oracle."""
    context = ledgers.context_for(commitment)
    return replace(commitment, root=sealed(context, commitment.depth, commitment.top, commitment.total))


COMMITMENT = bound(LiabilityCommitment(SCHEME, "spot", USDC, 6, 3, 10, b"", TOP))


def judged(
    commitment: LiabilityCommitment,
    classes: tuple[AssetClass, ...] = CLASSES,
    issuer: str = ISSUER,
    snapshot: str = SNAPSHOT,
) -> Finding:
    return scheme_finding(commitment, classes, issuer, snapshot)


def test_a_known_scheme_in_the_assets_decimals_passes() -> None:
    finding = judged(COMMITMENT)
    assert (finding.outcome, finding.message) == ("PASS", "liabilities.scheme.known")
    assert (finding.subject, finding.actual) == (COMMITMENT.ref, "6 decimals")


@pytest.mark.parametrize("name", ["por-sum-md5-v0", "por-sum-sha256-v2", "POR-SUM-SHA256-V1", "", "por-sum-sha256-v1 "])
def test_t11_t70_any_other_scheme_is_undecided(name: str) -> None:
    for commitment in (replace(COMMITMENT, scheme=name), bound(replace(COMMITMENT, scheme=name))):
        finding = judged(commitment)
        assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "liabilities.scheme.unknown")


@pytest.mark.parametrize(
    "change",
    [
        {"total": 5},
        {"total": 0},
        {"depth": 2},
        {"depth": 4},
        {"segment": "debt:spot"},
        {"segment": "margin"},
        {"asset": AssetId.parse("eip155:10/slip44:60")},
        {"decimals": 18},
        {"top": bytes(32)},
        {"root": bytes(32)},
        {"root": TOP},
    ],
)
def test_t16_t25_t59_what_the_root_does_not_bind_fails(change: dict[str, object]) -> None:
    finding = judged(replace(COMMITMENT, **change))  # type: ignore[arg-type]
    assert (finding.outcome, finding.message) == ("FAIL", "liabilities.scheme.not_bound")
    assert finding.expected != finding.actual


def test_t16_both_roots_are_named() -> None:
    edited = replace(COMMITMENT, total=5)
    finding = judged(edited)
    assert (finding.expected, finding.actual) == (COMMITMENT.root.hex(), bound(edited).root.hex())


@pytest.mark.parametrize("place", [{"issuer": "other.example"}, {"snapshot": f"{ISSUER}@2026-12-01T00:00:00Z"}])
def test_t36_t38_a_commitment_of_another_issuer_or_snapshot_fails(place: dict[str, str]) -> None:
    assert judged(COMMITMENT, **place).message == "liabilities.scheme.not_bound"  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"top": b""}, {"top": bytes(31)}, {"total": -1}, {"total": 2**128}, {"depth": 41}])
def test_t03_t06_t10_what_no_root_can_bind_fails(change: dict[str, object]) -> None:
    finding = judged(replace(COMMITMENT, **change))  # type: ignore[arg-type]
    assert (finding.outcome, finding.message) == ("FAIL", "evidence.broken")


@pytest.mark.parametrize("decimals", [0, 5, 7, 18, 36])
def test_t59_other_decimals_than_the_tables_fail(decimals: int) -> None:
    finding = judged(bound(replace(COMMITMENT, decimals=decimals)))
    assert (finding.outcome, finding.message) == ("FAIL", "liabilities.scheme.decimals")
    assert (finding.expected, finding.actual) == ("6 decimals", f"{decimals} decimals")


@pytest.mark.parametrize("decimals", [0, 18])
def test_t59_decimals_known_from_the_evidence_alone_are_undecided(decimals: int) -> None:
    """With 0 decimals for a token of 18, a thousand base units would read as a thousand tokens."""
    for name in (f"eip155:137/erc20:0x{'ab' * 20}", "bip122:000000000019d6689c085ae165831e93/slip44:60"):
        finding = judged(bound(replace(COMMITMENT, asset=AssetId.parse(name), decimals=decimals)))
        assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "liabilities.scheme.own_decimals")


@pytest.mark.parametrize(("decimals", "message"), [(18, "known"), (0, "decimals"), (17, "decimals"), (36, "decimals")])
@pytest.mark.parametrize("classes", [(), CLASSES])
def test_t59_an_evm_chains_own_coin_has_18_on_every_chain(
    decimals: int, message: str, classes: tuple[AssetClass, ...]
) -> None:
    for chain in (1, 137, 424242):
        coin = AssetId.parse(f"eip155:{chain}/slip44:60")
        finding = judged(bound(replace(COMMITMENT, asset=coin, decimals=decimals)), classes)
        assert finding.message == f"liabilities.scheme.{message}"
        assert finding.outcome == ("PASS" if message == "known" else "FAIL")


@pytest.mark.parametrize("decimals", [8, 18])
def test_t59_a_policy_that_gives_an_evm_coin_other_decimals_passes_neither(decimals: int) -> None:
    classes = (AssetClass((Denomination(ETH, 8),)),)
    finding = judged(bound(replace(COMMITMENT, asset=ETH, decimals=decimals)), classes)
    assert (finding.outcome, finding.expected) == ("FAIL", "8 or 18 decimals")


def test_t59_the_verifiers_own_tables_must_agree() -> None:
    finding = judged(COMMITMENT, (*CLASSES, AssetClass((Denomination(USDC, 18),))))
    assert (finding.outcome, finding.expected) == ("FAIL", "6 or 18 decimals")
