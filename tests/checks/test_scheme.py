"""The form of a liability commitment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from por.checks.scheme import scheme_finding
from por.model import AssetClass, AssetId, Denomination, LiabilityCommitment
from tests.checks.scenery import ETH, SCHEME, USDC

COMMITMENT = LiabilityCommitment(SCHEME, "spot", USDC, 6, 3, 10, bytes(32))
CLASSES = (AssetClass((Denomination(USDC, 6),)), AssetClass((Denomination(ETH, 18),)))


def test_a_known_scheme_in_the_assets_decimals_passes() -> None:
    finding = scheme_finding(COMMITMENT, CLASSES)
    assert (finding.outcome, finding.message) == ("PASS", "liabilities.scheme.known")
    assert (finding.subject, finding.actual) == (COMMITMENT.ref, "6 decimals")


@pytest.mark.parametrize("name", ["por-sum-md5-v0", "por-sum-sha256-v2", "POR-SUM-SHA256-V1", "", "por-sum-sha256-v1 "])
def test_t11_t70_any_other_scheme_is_undecided(name: str) -> None:
    finding = scheme_finding(replace(COMMITMENT, scheme=name), CLASSES)
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "liabilities.scheme.unknown")


@pytest.mark.parametrize("decimals", [0, 5, 7, 18, 36])
def test_t59_other_decimals_than_the_tables_fail(decimals: int) -> None:
    finding = scheme_finding(replace(COMMITMENT, decimals=decimals), CLASSES)
    assert (finding.outcome, finding.message) == ("FAIL", "liabilities.scheme.decimals")
    assert (finding.expected, finding.actual) == ("6 decimals", f"{decimals} decimals")


@pytest.mark.parametrize("decimals", [0, 18])
def test_t59_decimals_known_from_the_evidence_alone_are_undecided(decimals: int) -> None:
    """With 0 decimals for a coin of 18, a thousand base units would read as a thousand coins."""
    elsewhere = AssetId.parse("eip155:137/slip44:60")
    finding = scheme_finding(replace(COMMITMENT, asset=elsewhere, decimals=decimals), CLASSES)
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "liabilities.scheme.own_decimals")


def test_t59_the_verifiers_own_tables_must_agree() -> None:
    finding = scheme_finding(COMMITMENT, (*CLASSES, AssetClass((Denomination(USDC, 18),))))
    assert (finding.outcome, finding.expected) == ("FAIL", "6 or 18 decimals")
