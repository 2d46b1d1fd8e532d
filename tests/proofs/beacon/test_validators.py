"""What validators hold for an account, from the beacon state below a block."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from por.encoding import validators_v1
from por.encoding.validators_v1 import ValidatorsDocument
from por.errors import EvidenceError, FormatError
from por.model import BeaconChain, ChainId
from por.proofs.beacon.validators import parent_beacon_root, proven_validators, stake
from por.proofs.state.header import header_from_rlp
from tests.checks.scenery import header_bytes
from tests.proofs.beacon.worlds import BEACON, Staking, record, staking, withdrawal

MINE, OTHER = b"\x11" * 20, b"\x22" * 20
ADDRESS = "0x" + MINE.hex()
RECORDS = {3: record(MINE), 5: record(MINE, 2, number=1), 6: record(MINE, number=2), 2**40 - 1: record(MINE, number=3)}
BALANCES = {3: 32_000_000_123, 4: 7, 5: 2_048 * 10**9, 6: 0, 2**40 - 1: 1}


def held(made: Staking, beacon: BeaconChain = BEACON, *documents: ValidatorsDocument) -> int:
    return stake(proven_validators(beacon, made.header, documents or (made.document,)), ADDRESS)


@pytest.mark.parametrize("slot", [100, 512 * 32 + 7])
def test_the_balances_are_added_up_in_wei_of_deneb_and_electra(slot: int) -> None:
    assert held(staking(RECORDS, BALANCES, slot=slot)) == (32_000_000_123 + 2_048 * 10**9 + 1) * 10**9


def test_t54_what_the_block_itself_withdraws_is_not_counted_again() -> None:
    taken = [withdrawal(9, 3, MINE, 123), withdrawal(10, 4, OTHER, 5), withdrawal(11, 3, MINE, 2)]
    assert held(staking(RECORDS, BALANCES, taken)) == (32 * 10**9 - 2 + 2_048 * 10**9 + 1) * 10**9


def test_t54_withdrawals_may_not_be_left_out_or_made_up() -> None:
    taken = [withdrawal(9, 3, MINE, 123), withdrawal(10, 4, OTHER, 5)]
    made = staking(RECORDS, BALANCES, taken)
    for other in ((), taken[:1], taken[::-1], (*taken, taken[0]), (b"\xc0", *taken), (taken[0], b"\x01")):
        with pytest.raises(EvidenceError, match="not exactly those"):
            held(made, BEACON, replace(made.document, withdrawals=tuple(other)))


def test_more_withdrawn_than_there_is_is_refused() -> None:
    with pytest.raises(EvidenceError, match="more is withdrawn"):
        held(staking(RECORDS, BALANCES, [withdrawal(9, 6, MINE, 1)]))


def test_t46_a_validator_counts_once() -> None:
    made = staking(RECORDS, BALANCES)
    first, second = made.only(3, 5), made.only(6, 2**40 - 1)
    assert held(made, BEACON, first, second) == held(made)
    for documents in ((first, first), (second, first), (made.document, made.only(5)), (made.only(3), made.only(3, 5))):
        with pytest.raises(EvidenceError, match="do not ascend"):
            held(made, BEACON, *documents)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (record(OTHER), "not to 0x1111"),
        (record(MINE, 0), "of no account"),
        (record(MINE, 3), "of no account"),
        (record(MINE)[:50] + b"\x01" + record(MINE)[51:], "is withdrawn to"),
    ],
)
def test_t45_other_credentials_are_not_this_accounts(data: bytes, words: str) -> None:
    with pytest.raises(EvidenceError, match=words):
        held(staking({3: data}, BALANCES))


def test_t55_another_record_balance_place_or_branch_is_refused() -> None:
    made = staking(RECORDS, BALANCES)
    proof = made.document.validators[0]
    changes: list[dict[str, Any]] = [
        {"index": 2},
        {"index": 7},
        {"record": record(MINE, number=9)},
        {"balances": b"\xff" * 32},
        {"record_branch": proof.record_branch[:-1]},
        {"record_branch": (*proof.record_branch, bytes(32))},
        {"balances_branch": proof.balances_branch[1:]},
        {"record_branch": proof.balances_branch, "balances_branch": proof.record_branch},
    ]
    for change in changes:
        spoiled = replace(made.document, validators=(replace(proof, **change),))
        with pytest.raises(EvidenceError):
            held(made, BEACON, spoiled)


def test_t55_the_depth_is_the_forks_and_never_the_evidences() -> None:
    made = staking(RECORDS, BALANCES)
    deneb = replace(BEACON, forks=BEACON.forks[:5])
    with pytest.raises(EvidenceError, match="a branch of 47 nodes"):
        held(made, deneb)
    unknown = replace(BEACON, forks=(*BEACON.forks[:6], *BEACON.forks[5:6], *BEACON.forks[5:6]))
    with pytest.raises(EvidenceError, match="does not read"):
        held(made, unknown)


def test_t53_another_chain_or_block_is_refused() -> None:
    made, other = staking(RECORDS, BALANCES), staking({3: record(MINE)}, {3: 10**15})
    for document in (
        replace(made.document, chain=ChainId("eip155", "10")),
        replace(made.document, block_hash=bytes(32)),
        replace(other.document, block_hash=made.header.hash),
    ):
        with pytest.raises(EvidenceError, match=r"another chain or block|not the one that the execution block names"):
            held(made, BEACON, document)


def test_a_block_from_before_cancun_names_no_beacon_block() -> None:
    with pytest.raises(EvidenceError, match="before Cancun"):
        parent_beacon_root(header_from_rlp(header_bytes(1, 1, bytes(32), bytes(32))))


def test_t55_no_changed_byte_of_the_document_gives_another_stake() -> None:
    made = staking(RECORDS, BALANCES, [withdrawal(9, 3, MINE, 123)])
    good, rng = held(made), random.Random(4)
    text = validators_v1.write(made.document)
    assert validators_v1.read(text) == made.document
    survived = 0
    for _ in range(1200):
        changed = bytearray(text)
        changed[rng.randrange(len(text))] = rng.choice(b"0123456789abcdef")
        try:
            document = validators_v1.read(bytes(changed))
            assert held(made, BEACON, document) == good
            survived += 1
        except (EvidenceError, FormatError):
            continue
    # One in sixteen characters is the one that was there.
    assert survived < 200


@pytest.mark.parametrize("indices", [(), (5, 3), (3, 3)])
def test_a_document_lists_validators_in_their_order(indices: tuple[int, ...]) -> None:
    made = staking(RECORDS, BALANCES)
    proofs = {proof.index: proof for proof in made.document.validators}
    data = validators_v1.write(replace(made.document, validators=tuple(proofs[index] for index in indices)))
    with pytest.raises(FormatError):
        validators_v1.read(data)
