"""What anchoring and attesting cost, on the real node and its newest rules; the bounds are promises of the project."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from eth_utils.crypto import keccak
from py_ecc.bls.ciphersuites import G2ProofOfPossession
from py_ecc.fields import optimized_bls12_381_FQ2 as FQ2
from py_ecc.optimized_bls12_381.optimized_curve import multiply

from tests.contracts.anchors import Entry, put
from tests.contracts.attesters import (
    CONTRACT,
    Attestation,
    Committee,
    Keyholders,
    accounts,
    attesting,
    bls_key,
    g2_point,
    register,
)
from tests.contracts.chain import Chain

REPORTS = keccak(text="reports")
KEYS = tuple(range(1, 32))


@dataclass(frozen=True)
class SwiftKeyholders(Keyholders):
    """Sign with points that the chain hashes to, which py-ecc takes a tenth of a second for; test_bls.py compares."""

    bls: Any = None

    def sign(self, digest: bytes, positions: Iterable[int]) -> bytes:
        return self._times(digest, G2ProofOfPossession.DST, sum(self.secrets[each] for each in positions))

    def possession(self, secret: int) -> bytes:
        return self._times(bls_key(secret), G2ProofOfPossession.POP_TAG, secret)

    def _times(self, message: bytes, tag: bytes, secret: int) -> bytes:
        hashed = self.bls.functions.hashToCurve(message, tag).call({"gas": 3_000_000})
        x, y = ([int.from_bytes(hashed[start : start + 64]) for start in each] for each in ((0, 64), (128, 192)))
        return g2_point(multiply((FQ2(x), FQ2(y), FQ2.one()), secret))


@dataclass(frozen=True)
class Place:
    """Hold a chain with a registry that knows 31 BLS keys."""

    chain: Chain
    attestations: Any
    bls: Any

    def keyholders(self, size: int, threshold: int) -> SwiftKeyholders:
        return SwiftKeyholders(KEYS[:size], threshold, self.bls)

    def write_down(self, committee: Keyholders) -> None:
        call = self.attestations.functions.registerBlsCommittee(committee.threshold, b"".join(committee.points))
        self.chain.send(call)


@pytest.fixture(scope="module")
def place(shared_anvil: Chain) -> Place:
    lent = Place(shared_anvil, shared_anvil.deploy("AttestationRegistry"), shared_anvil.deploy("BlsHarness"))
    everybody = lent.keyholders(len(KEYS), 1)
    for secret, point in zip(everybody.secrets, everybody.points, strict=True):
        shared_anvil.send(lent.attestations.functions.registerKey(point, everybody.possession(secret)))
    lent.write_down(everybody)
    return lent


def spent(place: Place, committee: Committee, positions: Sequence[int], size: int) -> int:
    chain = place.chain
    statement = Attestation(keccak(text=f"{chain.w3.eth.block_number}"), chain.now - 60, chain.now + 86_400)
    gas: int = chain.send(attesting(place.attestations, committee, statement, positions, REPORTS))["gasUsed"]
    print(f"{len(positions)} of {size}: {gas}")
    return gas


@pytest.mark.parametrize(("signed", "size", "bound"), [(2, 3, 75_000), (4, 5, 85_000), (21, 31, 175_000)])
def test_accounts_attest_within_bounds(place: Place, signed: int, size: int, bound: int) -> None:
    committee = accounts(size, signed)
    register(place.chain, place.attestations, committee)
    assert spent(place, committee, range(signed), size) <= bound


def test_accounts_beside_contracts_attest_within_bounds(place: Place) -> None:
    committee = accounts(5, 4, scheme=CONTRACT)
    register(place.chain, place.attestations, committee)
    assert spent(place, committee, range(4), 5) <= 96_000


@pytest.mark.parametrize(("signed", "size"), [(1, 1), (4, 5), (9, 13), (15, 31), (16, 31), (21, 31), (31, 31)])
def test_keyholders_attest_within_bounds(place: Place, signed: int, size: int) -> None:
    """Few signers are added up, and of many the others are. Promised are 235,000, wherever they stand."""
    committee = place.keyholders(size, signed)
    place.write_down(committee)
    spread = sorted(range(size), key=lambda position: (position % 2, position))[:signed]
    for positions in (range(signed), range(size - signed, size), spread):
        assert spent(place, committee, positions, size) <= 234_000


@pytest.mark.parametrize("positions", [[30], [0], [0, 30]])
def test_any_few_of_many_keyholders_attest(place: Place, positions: list[int]) -> None:
    assert spent(place, place.keyholders(len(KEYS), 1), positions, len(KEYS)) <= 234_000


@pytest.mark.parametrize(("assets", "bound"), [(1, 75_000), (5, 90_000), (20, 140_000)])
def test_entries_are_anchored_within_bounds(anvil: Chain, assets: int, bound: int) -> None:
    registry = anvil.deploy("ReserveRegistry")
    totals = sorted((keccak(bytes([number])), 2**128 - 1, 2**128 - 1) for number in range(assets))
    put(anvil, registry, Entry(anvil.now - 1000))
    receipt = anvil.send(registry.functions.anchor(Entry(anvil.now - 500).values, totals))
    assert receipt["gasUsed"] <= bound
