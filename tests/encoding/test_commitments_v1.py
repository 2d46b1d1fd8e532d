from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import canonical, commitments_v1, proof_store_v1
from por.encoding.commitments_v1 import Commitments
from por.encoding.proof_store_v1 import ProofStoreHeader
from por.errors import FormatError, UnsupportedVersionError
from por.model import UINT128_MAX, AssetId, CaseRule, Instant, LiabilityCommitment

Change = Callable[[dict[str, Any]], object]

KEYS = st.tuples(
    st.sampled_from(["spot", "margin", "debt:x"]),
    st.sampled_from(["eip155:1/slip44:60", "eip155:10/slip44:60", "bip122:000000000019d6689c085ae165831e93/slip44:0"]),
)


def commitment(key: tuple[str, str], depth: int = 5, total: int = 7, root: bytes = bytes(32)) -> LiabilityCommitment:
    return LiabilityCommitment("por-sum-sha256-v1", key[0], AssetId.parse(key[1]), 18, depth, total, root, root[::-1])


def commitments(*liabilities: LiabilityCommitment) -> Commitments:
    return Commitments("exchange.example", Instant(1_793_534_400), CaseRule.LOWER, liabilities, b"r" * 32)


MADE = st.builds(
    lambda keys, depth, total, root: commitments(*(commitment(key, depth, total, root) for key in sorted(keys))),
    st.sets(KEYS, min_size=1),
    st.integers(0, 40),
    st.integers(0, UINT128_MAX),
    st.binary(min_size=32, max_size=32),
)
ONE = commitments(commitment(("margin", "eip155:1/slip44:60")), commitment(("spot", "eip155:1/slip44:60")))
HEADER = ProofStoreHeader(ONE, (3, 32))


@given(MADE)
def test_what_is_written_is_read(made: Commitments) -> None:
    data = commitments_v1.write(made)
    assert commitments_v1.read(data) == made
    assert commitments_v1.write(commitments_v1.read(data)) == data


@given(MADE, st.data())
def test_a_stores_header_that_is_written_is_read(made: Commitments, data: st.DataObject) -> None:
    counts = tuple(data.draw(st.integers(1, 1 << item.depth)) for item in made.liabilities)
    header = ProofStoreHeader(made, counts)
    assert proof_store_v1.read(proof_store_v1.write(header)) == header


def test_a_snapshot_is_named_by_issuer_and_instant() -> None:
    assert ONE.snapshot == "exchange.example@2026-11-01T12:00:00Z"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda top: top.pop("issuer"), "/"),
        (lambda top: top.update(note=""), "/"),
        (lambda top: top.update(mediaType="application/vnd.por.bundle.v1+json"), "/mediaType"),
        (lambda top: top.update(issuer="Exchange"), "/issuer"),
        (lambda top: top.update(instant="2026-02-30T00:00:00Z"), "/instant"),
        (lambda top: top.update(instant=1), "/instant"),
        (lambda top: top.update(caseRule="upper"), "/caseRule"),
        (lambda top: top.update(commitmentsRoot="00"), "/commitmentsRoot"),
        (lambda top: top.update(commitmentsRoot="0x" + "00" * 31), "/commitmentsRoot"),
        (lambda top: top.update(liabilities=[]), "/liabilities"),
        (lambda top: top.update(liabilities={}), "/liabilities"),
        (lambda top: top["liabilities"].reverse(), "/liabilities/1"),
        (lambda top: top["liabilities"].append(top["liabilities"][1]), "/liabilities/2"),
        (lambda top: top["liabilities"][1].update(total=7), "/liabilities/1/total"),
        (lambda top: top["liabilities"][1].update(total="-7"), "/liabilities/1/total"),
        (lambda top: top["liabilities"][1].update(total=str(2**128)), "/liabilities/1/total"),
        (lambda top: top["liabilities"][1].update(depth=41), "/liabilities/1/depth"),
        (lambda top: top["liabilities"][1].update(decimals=37), "/liabilities/1/decimals"),
        (lambda top: top["liabilities"][1].update(segment="Spot"), "/liabilities/1/segment"),
        (lambda top: top["liabilities"][1].update(asset="ETH"), "/liabilities/1/asset"),
        (lambda top: top["liabilities"][1].pop("root"), "/liabilities/1"),
        (lambda top: top["liabilities"][1].pop("top"), "/liabilities/1"),
        (lambda top: top["liabilities"][1].update(top="00" * 31), "/liabilities/1/top"),
        (lambda top: top["liabilities"][1].update(top=None), "/liabilities/1/top"),
    ],
)
def test_t86_a_changed_document_is_refused_with_its_place(change: Change, place: str) -> None:
    top = json.loads(commitments_v1.write(ONE))
    change(top)
    with pytest.raises(FormatError) as caught:
        commitments_v1.read(canonical.dumps(top))
    assert caught.value.place == place


@pytest.mark.parametrize("read", [commitments_v1.read, proof_store_v1.read])
def test_t70_another_version_is_refused_by_name(read: Callable[[bytes], object]) -> None:
    data = commitments_v1.write(ONE) if read is commitments_v1.read else proof_store_v1.write(HEADER)
    with pytest.raises(UnsupportedVersionError, match=r"\.v2\+json is not read by this release"):
        read(data.replace(b".v1+json", b".v2+json"))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda top: top.update(records=[3]), "/records"),
        (lambda top: top.update(records=[3, 4, 5]), "/records"),
        (lambda top: top.update(records=[3, 0]), "/records/1"),
        (lambda top: top.update(records=[3, "4"]), "/records/1"),
        (lambda top: top.update(records=[3, True]), "/records/1"),
        (lambda top: top.update(records=[3, 33]), "/records/1"),
        (lambda top: top.update(records=None), "/records"),
        (lambda top: top["commitments"].update(issuer=""), "/commitments/issuer"),
        (lambda top: top["commitments"]["liabilities"].reverse(), "/commitments/liabilities/1"),
        (lambda top: top.pop("commitments"), "/"),
    ],
)
def test_t86_a_changed_header_is_refused_with_its_place(change: Change, place: str) -> None:
    top = json.loads(proof_store_v1.write(HEADER))
    change(top)
    with pytest.raises(FormatError) as caught:
        proof_store_v1.read(canonical.dumps(top))
    assert caught.value.place == place


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b'{"mediaType":"x","mediaType":"x"}', b"\xff"])
def test_what_is_no_such_document_is_refused(data: bytes) -> None:
    for read in (commitments_v1.read, proof_store_v1.read):
        with pytest.raises(FormatError):
            read(data)


def test_another_spelling_of_the_same_document_is_refused() -> None:
    with pytest.raises(FormatError, match="not canonical"):
        commitments_v1.read(json.dumps(json.loads(commitments_v1.write(ONE))).encode())


def test_equal_roots_of_other_owers_differ_in_bytes() -> None:
    assert commitments_v1.write(ONE) != commitments_v1.write(replace(ONE, issuer="other.example"))
