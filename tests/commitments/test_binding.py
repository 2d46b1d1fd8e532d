"""What a commitment's own fields imply, by the reference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from por.commitments.binding import bound_root, tree_context
from por.errors import EvidenceError
from por.model import AssetId, LiabilityCommitment
from tests.commitments import reference
from tests.documents import commitments, hashes

ISSUER, SNAPSHOT = "exchange.example", "exchange.example@2026-11-01T00:00:00Z"
ETHER = AssetId.parse("eip155:1/slip44:60")
STATED = LiabilityCommitment("por-sum-sha256-v1", "spot", ETHER, 18, 3, 10**18, b"", b"\x07" * 32)


def by_reference(stated: LiabilityCommitment, issuer: str = ISSUER, snapshot: str = SNAPSHOT) -> bytes:
    names = (stated.scheme, issuer, snapshot, stated.segment, str(stated.asset))
    context = reference.context(*names, stated.decimals)
    return reference.committed_root(context, stated.depth, stated.total, stated.top)


@given(commitments(), hashes)
def test_the_bound_root_is_the_tables_and_the_stated_one_is_not_read(stated: LiabilityCommitment, other: bytes) -> None:
    assert bound_root(stated, ISSUER, SNAPSHOT) == by_reference(stated)
    assert bound_root(replace(stated, root=other), ISSUER, SNAPSHOT) == by_reference(stated)


@given(commitments())
def test_the_context_is_of_the_names_and_decimals_alone(stated: LiabilityCommitment) -> None:
    names = (stated.scheme, ISSUER, SNAPSHOT, stated.segment, str(stated.asset))
    other = replace(stated, depth=0, total=0, root=b"", top=b"")
    assert tree_context(other, ISSUER, SNAPSHOT) == reference.context(*names, stated.decimals)


@pytest.mark.parametrize(
    "change",
    [
        {"scheme": "por-sum-sha256-v2"},
        {"segment": "debt:spot"},
        {"asset": AssetId.parse("eip155:10/slip44:60")},
        {"decimals": 17},
        {"depth": 2},
        {"total": 10**18 - 1},
        {"top": bytes(32)},
    ],
)
def test_t16_t25_t59_each_thing_stated_is_bound(change: dict[str, Any]) -> None:
    assert bound_root(replace(STATED, **change), ISSUER, SNAPSHOT) != bound_root(STATED, ISSUER, SNAPSHOT)


@pytest.mark.parametrize(
    ("issuer", "snapshot"),
    [("other.example", SNAPSHOT), (ISSUER, "exchange.example@2026-12-01T00:00:00Z"), (SNAPSHOT, ISSUER)],
)
def test_t36_t38_issuer_and_snapshot_are_bound(issuer: str, snapshot: str) -> None:
    assert bound_root(STATED, issuer, snapshot) != bound_root(STATED, ISSUER, SNAPSHOT)


@pytest.mark.parametrize(
    "change",
    [
        {"top": b""},
        {"top": bytes(31)},
        {"top": bytes(33)},
        {"total": -1},
        {"total": 2**128},
        {"depth": -1},
        {"depth": 41},
        {"decimals": -1},
        {"decimals": 256},
    ],
)
def test_t03_t06_t10_what_has_no_place_in_the_table_is_never_hashed(change: dict[str, Any]) -> None:
    with pytest.raises(EvidenceError):
        bound_root(replace(STATED, **change), ISSUER, SNAPSHOT)
