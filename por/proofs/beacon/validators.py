"""Compute what validators hold for an account from a beacon state (`por/spec/staked.md`, V1 to V8).

Sources: EIP-4788 (the beacon root in an execution header), EIP-4895 (withdrawals), the consensus specifications.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import rlp
from rlp.exceptions import DecodingError

from por.encoding.validators_v1 import ValidatorProof, ValidatorsDocument
from por.errors import EvidenceError
from por.model import BeaconChain, Header
from por.proofs.beacon.containers import VALIDATOR, BeaconHeader, read_header
from por.proofs.beacon.forks import Places, known_places
from por.proofs.beacon.merkle import implied_root
from por.proofs.beacon.payload import index_trie_root
from por.proofs.beacon.ssz import hash_tree_root, number, parts
from por.proofs.state.account import address_bytes
from por.proofs.state.header import header_field

WEI_PER_GWEI = 10**9

# 0x01: withdrawn to an account; 0x02: the same, compounding. Others name no account.
_TO_AN_ACCOUNT = (b"\x01", b"\x02")


@dataclass(frozen=True, slots=True)
class Validator:
    """Hold a validator of a proven state; `credentials` are 32 bytes, `balance` gwei after the block's withdrawals."""

    index: int
    credentials: bytes
    slashed: bool
    balance: int


def parent_beacon_root(header: Header) -> bytes:
    """Return the root of the beacon block below an execution block (EIP-4788). Raises: EvidenceError before Cancun."""
    return _root_in(header, "parentBeaconBlockRoot")


def proven_validators(
    beacon: BeaconChain, header: Header, documents: Sequence[ValidatorsDocument]
) -> tuple[Validator, ...]:
    """Return all validators of the documents, of the state right before the execution block with this header.

    What the block itself withdraws is taken off, since it is in the accounts already. Raises: EvidenceError, also for a
    validator that stands twice.
    """
    found: list[Validator] = []
    for document in documents:
        if (document.chain, document.block_hash) != (beacon.chain, header.hash):
            raise EvidenceError("the validators are said to be of another chain or block")
        below = read_header(document.header)
        if below.root != parent_beacon_root(header):
            raise EvidenceError("the beacon header is not the one that the execution block names as its parent")
        withdrawn = _withdrawn(header, document.withdrawals)
        places = known_places(beacon, below.slot)
        found += [_validator(below, places, withdrawn, proof) for proof in document.validators]
    if any(left.index >= right.index for left, right in pairwise(found)):
        raise EvidenceError("the validators do not ascend by index, so that one may stand twice")
    return tuple(found)


def stake(validators: Sequence[Validator], address: str) -> int:
    """Return the wei that validators hold, all of which are withdrawn to a lower-case address.

    Raises: EvidenceError for a validator whose credentials name another account or none.
    """
    account = address_bytes(address)
    for validator in validators:
        kind, rest = validator.credentials[:1], validator.credentials[1:]
        if kind not in _TO_AN_ACCOUNT:
            raise EvidenceError(f"validator {validator.index} has credentials of kind 0x{kind.hex()}: of no account")
        if rest != bytes(11) + account:
            raise EvidenceError(f"validator {validator.index} is withdrawn to 0x{rest.hex()}, not to {address}")
    return sum(validator.balance for validator in validators) * WEI_PER_GWEI


def _validator(below: BeaconHeader, places: Places, withdrawn: dict[int, int], proof: ValidatorProof) -> Validator:
    record = hash_tree_root(VALIDATOR, proof.record)
    for leaf, branch, place in (
        (record, proof.record_branch, places.validator(proof.index)),
        (proof.balances, proof.balances_branch, places.balance(proof.index)),
    ):
        if implied_root(leaf, branch, place) != below.state_root:
            raise EvidenceError(f"validator {proof.index} is not so in the state of slot {below.slot}")
    cut = parts(VALIDATOR, proof.record)
    start = proof.index % 4 * 8
    balance = number(proof.balances[start : start + 8]) - withdrawn.get(proof.index, 0)
    if balance < 0:
        raise EvidenceError(f"more is withdrawn from validator {proof.index} than it has")
    return Validator(proof.index, cut["withdrawal_credentials"], cut["slashed"] != b"\x00", balance)


def _withdrawn(header: Header, withdrawals: Sequence[bytes]) -> dict[int, int]:
    """Sum the gwei that a block withdraws, by validator."""
    if index_trie_root(withdrawals) != _root_in(header, "withdrawalsRoot"):
        raise EvidenceError("the withdrawals are not exactly those of the execution block")
    sums: dict[int, int] = {}
    for encoded in withdrawals:
        _, validator, _, amount = (int.from_bytes(item) for item in _items(encoded))
        sums[validator] = sums.get(validator, 0) + amount
    return sums


def _root_in(header: Header, name: str) -> bytes:
    root = header_field(header, name)
    if root is None:
        raise EvidenceError(f"block {header.number} is of before Cancun, and names no beacon block")
    return root


def _items(encoded: bytes) -> Sequence[bytes]:
    try:
        values: Any = rlp.decode(encoded)
    except (DecodingError, RecursionError) as error:
        raise EvidenceError("a withdrawal that is not canonical RLP") from error
    if not isinstance(values, list) or len(values) != 4 or not all(isinstance(value, bytes) for value in values):
        raise EvidenceError("a withdrawal that is not a list of four")
    return values
