"""The limits of every document, which are part of its format: what was read yesterday is read tomorrow."""

from __future__ import annotations

from types import ModuleType

import pytest

from por.encoding import (
    bundle_v1,
    control_signature_v1,
    declarations_v1,
    declared_tables,
    evm_account_proof_v1,
    evm_header_v1,
    inclusion_proof_v1,
    strict_json,
    toml,
    verdict_v1,
)
from por.model import MAX_DECIMALS, MAX_DEPTH, UINT128_MAX

KIB, MIB = 2**10, 2**20
LIMITS: list[tuple[ModuleType, dict[str, int]]] = [
    (strict_json, {"MAX_SAFE_INTEGER": 2**53 - 1, "MAX_DEPTH": 32, "MAX_ITEMS": 1_000_000}),
    (toml, {"MAX_BYTES": MIB, "MAX_ROWS": 10_000}),
    (
        bundle_v1,
        {
            "MAX_BYTES": 64 * MIB,
            "MAX_ITEMS": 4_000_000,
            "MAX_EVIDENCE_BYTES": 256 * KIB,
            "MAX_DOCUMENT_BYTES": 16 * MIB,
            "MAX_LIABILITIES": 65_536,
            "MAX_ACCOUNTS": 200_000,
            "MAX_HOLDINGS": 4096,
            "MAX_EVIDENCE": 1_000_000,
            "MAX_PROOFS": 1024,
            "MAX_LIGHT_CLIENT": 1024,
            "MAX_READINGS": 64,
            "FREE_READING": 64 * MIB,
        },
    ),
    (declarations_v1, {"MAX_BYTES": 4 * MIB}),
    (declared_tables, {"MAX_ROWS": 20_000, "MAX_NAMES": 1024}),
    (inclusion_proof_v1, {"MAX_BYTES": 4 * MIB, "MAX_TREES": 4096, "MAX_RECORDS": 4096, "MAX_OPENING": 32}),
    (verdict_v1, {"MAX_BYTES": 256 * MIB, "MAX_ITEMS": 16_000_000, "MAX_TEXT": MIB}),
    (evm_header_v1, {"MAX_BYTES": 64 * KIB, "MAX_RLP": 16 * KIB}),
    (evm_account_proof_v1, {"MAX_BYTES": 256 * KIB, "MAX_NODES": 64, "MAX_NODE": 1024, "MAX_KEYS": 4}),
    (control_signature_v1, {"MAX_BYTES": 64 * KIB}),
]


@pytest.mark.parametrize(("module", "limits"), LIMITS, ids=lambda value: getattr(value, "__name__", ""))
def test_t84_the_limits_are_these(module: ModuleType, limits: dict[str, int]) -> None:
    assert {name: getattr(module, name) for name in limits} == limits


def test_the_limits_of_figures_are_these() -> None:
    assert (MAX_DECIMALS, MAX_DEPTH, UINT128_MAX) == (36, 40, 2**128 - 1)


def test_an_evidence_file_of_any_kind_fits_the_evidence_list() -> None:
    for module in (evm_header_v1, evm_account_proof_v1, control_signature_v1):
        assert module.MAX_BYTES <= bundle_v1.MAX_EVIDENCE_BYTES
