"""What anchoring and attesting cost, on the real node and its newest rules; the bounds are promises of the project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from eth_utils.crypto import keccak

from tests.contracts.anchors import Entry, put
from tests.contracts.attesters import CONTRACT, Attestation, Committee, Keyholders, accounts, attesting, register
from tests.contracts.chain import Chain, events

REPORTS = keccak(text="reports")
KEYS = tuple(range(1, 32))


@pytest.fixture(scope="module")
def place(_anvil: Chain) -> Iterator[tuple[Chain, Any]]:
    """Lend a registry that knows 31 BLS keys."""
    with _anvil.rewound():
        attestations = _anvil.deploy("AttestationRegistry")
        register(_anvil, attestations, Keyholders(KEYS, 1))
        yield _anvil, attestations


def spent(place: tuple[Chain, Any], committee: Committee, positions: Sequence[int], size: int) -> int:
    chain, attestations = place
    statement = Attestation(keccak(text=f"{chain.w3.eth.block_number}"), chain.now - 60, chain.now + 86_400)
    gas: int = chain.send(attesting(attestations, committee, statement, positions, REPORTS))["gasUsed"]
    print(f"{len(positions)} of {size}: {gas}")
    return gas


def register_only(place: tuple[Chain, Any], committee: Keyholders) -> None:
    """Write down a committee of keys that are registered."""
    chain, attestations = place
    call = attestations.functions.registerBlsCommittee(committee.threshold, b"".join(committee.points))
    assert len(events(attestations.events.CommitteeRegistered(), chain.send(call))) == 1


@pytest.mark.parametrize(("signed", "size", "bound"), [(2, 3, 75_000), (4, 5, 85_000), (21, 31, 175_000)])
def test_accounts_attest_within_bounds(place: tuple[Chain, Any], signed: int, size: int, bound: int) -> None:
    committee = accounts(size, signed)
    register(*place, committee)
    assert spent(place, committee, range(signed), size) <= bound


def test_accounts_beside_contracts_attest_within_bounds(place: tuple[Chain, Any]) -> None:
    committee = accounts(5, 4, scheme=CONTRACT)
    register(*place, committee)
    assert spent(place, committee, range(4), 5) <= 96_000


@pytest.mark.parametrize(("signed", "size"), [(1, 1), (4, 5), (9, 13), (15, 31), (16, 31), (21, 31), (31, 31)])
def test_keyholders_attest_within_bounds(place: tuple[Chain, Any], signed: int, size: int) -> None:
    """Few signers are added up, and of many the others are. Promised are 235,000, wherever they stand."""
    committee = Keyholders(KEYS[:size], signed)
    register_only(place, committee)
    spread = sorted(range(size), key=lambda position: (position % 2, position))[:signed]
    for positions in (range(signed), range(size - signed, size), spread):
        assert spent(place, committee, positions, size) <= 234_000


@pytest.mark.parametrize("positions", [[30], [0], [0, 30]])
def test_any_few_of_many_keyholders_attest(place: tuple[Chain, Any], positions: list[int]) -> None:
    assert spent(place, Keyholders(KEYS, 1), positions, len(KEYS)) <= 234_000


@pytest.mark.parametrize(("assets", "bound"), [(1, 75_000), (5, 90_000), (20, 140_000)])
def test_entries_are_anchored_within_bounds(anvil: Chain, assets: int, bound: int) -> None:
    registry = anvil.deploy("ReserveRegistry")
    totals = sorted((keccak(bytes([number])), 2**128 - 1, 2**128 - 1) for number in range(assets))
    put(anvil, registry, Entry(anvil.now - 1000))
    receipt = anvil.send(registry.functions.anchor(Entry(anvil.now - 500).values, totals))
    assert receipt["gasUsed"] <= bound
