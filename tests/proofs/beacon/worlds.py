"""A small beacon chain of our own, with keys that we hold: committees sign what a test wants signed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import rlp
from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from por.encoding.light_client_v1 import Bootstrap, CommitteeUpdate, Finality, Signed, SignedBlock
from por.encoding.validators_v1 import ValidatorProof, ValidatorsDocument
from por.model import BeaconChain, ChainId, Fork, Header
from por.proofs.beacon.containers import COMMITTEE, EXECUTION_HEADER, HEADER, VALIDATOR
from por.proofs.beacon.forks import known_places, period_at
from por.proofs.beacon.merkle import merkle_branches, merkle_root
from por.proofs.beacon.payload import index_trie_root
from por.proofs.beacon.ssz import hash_tree_root
from por.proofs.beacon.sync_committee import signing_root
from por.proofs.bls12_381 import MESSAGES
from por.proofs.state.header import header_from_rlp

CHAIN = ChainId("eip155", "1")
GENESIS = 1_600_000_000
# All forks at the start, Electra from epoch 512 on: periods 0 and 1 are Deneb's.
BEACON = BeaconChain(
    CHAIN,
    hashlib.sha256(b"first validators").digest(),
    GENESIS,
    tuple(Fork(epoch, bytes([place, 0, 0, 7])) for place, epoch in enumerate((0, 0, 0, 0, 0, 512, 2**40))),
)
# The order of the group that the keys are numbers of.
ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001


def sha(*pieces: bytes) -> bytes:
    return hashlib.sha256(b"".join(pieces)).digest()


def secret(period: int, member: int) -> int:
    return int.from_bytes(sha(b"member", bytes([period, member]))) % ORDER


@cache
def committee(period: int) -> bytes:
    """Serialize a committee of eight keys, each of which sits 64 times."""
    keys = [(G1Point() * Scalar(secret(period, member))).to_compressed_bytes() for member in range(8)]
    return b"".join(keys) * 64 + keys[0]


def sign(message: bytes, period: int, members: Iterable[int]) -> bytes:
    """Add up the signatures of members, by their seats."""
    total = sum(secret(period, member % 8) for member in members) % ORDER
    return bytes((G2Point.hash_to_curve(message, MESSAGES) * Scalar(total)).to_compressed_bytes())


def bits(members: Iterable[int]) -> bytes:
    return sum(1 << member for member in members).to_bytes(64, "little")


def header(slot: int, state: bytes = bytes(32), body: bytes = bytes(32), parent: bytes = bytes(32)) -> bytes:
    return slot.to_bytes(8, "little") + bytes(8) + parent + state + body


def root(data: bytes) -> bytes:
    return hash_tree_root(HEADER, data)


@dataclass(frozen=True)
class Made:
    """A state's root and the branches of the leaves in it."""

    root: bytes
    branches: dict[int, tuple[bytes, ...]]


def state(leaves: dict[int, bytes]) -> Made:
    """Hash a tree that has these leaves at these generalized indices, and nothing else."""
    nodes = dict(leaves)
    for place in sorted(leaves, reverse=True):
        at = place
        while at > 1:
            above = at // 2
            nodes[above] = sha(nodes.get(above * 2, filler(above * 2)), nodes.get(above * 2 + 1, filler(above * 2 + 1)))
            at = above
    return Made(nodes[1], {place: branch(nodes, place) for place in leaves})


def filler(place: int) -> bytes:
    return sha(b"filler", place.to_bytes(16))


def branch(nodes: dict[int, bytes], place: int) -> tuple[bytes, ...]:
    found = []
    while place > 1:
        found.append(nodes.get(place ^ 1, filler(place ^ 1)))
        place //= 2
    return tuple(found)


def signed(data: bytes, slot: int, members: Sequence[int] = range(512), beacon: BeaconChain = BEACON) -> Signed:
    """Sign a header by the committee of the slot's period."""
    period = period_at(slot)
    return Signed(data, bits(members), sign(signing_root(beacon, root(data), slot), period, members), slot)


def bootstrap(slot: int) -> Bootstrap:
    place = known_places(BEACON, slot).current_committee
    made = state({place: hash_tree_root(COMMITTEE, committee(period_at(slot)))})
    return Bootstrap(CHAIN, header(slot, made.root), committee(period_at(slot)), made.branches[place])


def update(slot: int, final: int | None = None, signed_at: int | None = None, next_period: int = 0) -> CommitteeUpdate:
    """Hand over from the period of `slot` to the next one."""
    places = known_places(BEACON, slot)
    below = header(slot - 64 if final is None else final)
    following = committee(next_period or period_at(slot) + 1)
    made = state({places.next_committee: hash_tree_root(COMMITTEE, following), places.finalized_root: root(below)})
    return CommitteeUpdate(
        CHAIN,
        signed(header(slot, made.root), slot + 1 if signed_at is None else signed_at),
        Finality(below, made.branches[places.finalized_root]),
        following,
        made.branches[places.next_committee],
    )


def execution(slot: int, number: int, block_hash: bytes, timestamp: int | None = None) -> bytes:
    when = GENESIS + 12 * slot if timestamp is None else timestamp
    fields = [bytes(32), bytes(20), bytes(64), bytes(256), bytes(32)]
    fields += [value.to_bytes(8, "little") for value in (number, 30_000_000, 0, when)]
    fields += [(584).to_bytes(4, "little"), bytes(32), block_hash, bytes(64), bytes(16)]
    return b"".join(fields) + b"por"


def block(
    slot: int,
    number: int = 1000,
    block_hash: bytes = b"\x22" * 32,
    *,
    attested: int | None = None,
    optimistic: bool = False,
    members: Sequence[int] = range(512),
    timestamp: int | None = None,
) -> SignedBlock:
    """Make the block at `slot` final by a header signed later, or only signed."""
    encoded = execution(slot, number, block_hash, timestamp)
    leaves = b"".join(filler(16 + i) for i in range(16))
    leaves = leaves[: 9 * 32] + hash_tree_root(EXECUTION_HEADER, encoded) + leaves[10 * 32 :]
    below = header(slot, body=merkle_root(leaves, 4))
    path = merkle_branches(leaves, 4, [9])[9]
    if optimistic:
        return SignedBlock(CHAIN, signed(below, slot + 1, members), None, encoded, path)
    above = slot + 64 if attested is None else attested
    place = known_places(BEACON, above).finalized_root
    made = state({place: root(below)})
    return SignedBlock(
        CHAIN,
        signed(header(above, made.root), above + 1, members),
        Finality(below, made.branches[place]),
        encoded,
        path,
    )


# --- validators


def record(address: bytes, kind: int = 1, *, slashed: bool = False, number: int = 0) -> bytes:
    credentials = bytes([kind]) + bytes(11) + address
    epochs = [1, 2, 2**64 - 1, 2**64 - 1]
    return b"".join(
        [
            sha(b"key", number.to_bytes(8))[:24] * 2,
            credentials,
            (32 * 10**9).to_bytes(8, "little"),
            bytes([slashed]),
            *(epoch.to_bytes(8, "little") for epoch in epochs),
        ]
    )


def withdrawal(index: int, validator: int, address: bytes, amount: int) -> bytes:
    encoded: bytes = rlp.encode([index, validator, address, amount])
    return encoded


def execution_header(
    number: int, withdrawals: Sequence[bytes], parent_beacon_root: bytes, timestamp: int = 0
) -> Header:
    fields: list[Any] = [bytes(32), bytes(32), bytes(20), bytes(32), bytes(32), bytes(32), bytes(256)]
    fields += [0, number, 30_000_000, 0, timestamp, b"", bytes(32), bytes(8), 7]
    return header_from_rlp(rlp.encode([*fields, index_trie_root(withdrawals), 0, 0, parent_beacon_root, bytes(32)]))


@dataclass(frozen=True)
class Staking:
    """An execution block, and the validators of the beacon state below it."""

    header: Header
    document: ValidatorsDocument

    def only(self, *indices: int) -> ValidatorsDocument:
        kept = tuple(proof for proof in self.document.validators if proof.index in indices)
        return replace(self.document, validators=kept)


def staking(
    records: dict[int, bytes],
    balances: dict[int, int],
    withdrawals: Sequence[bytes] = (),
    slot: int = 512 * 32 + 7,
    timestamp: int = 0,
) -> Staking:
    """Put records and balances at their places in a state, and a block on top of it."""
    places = known_places(BEACON, slot)
    chunks = {index // 4 for index in records}
    words = {
        chunk: b"".join(balances.get(chunk * 4 + i, 0).to_bytes(8, "little") for i in range(4)) for chunk in chunks
    }
    leaves = {places.validator(index): hash_tree_root(VALIDATOR, data) for index, data in records.items()}
    leaves |= {places.balance(chunk * 4): word for chunk, word in words.items()}
    made = state(leaves)
    below = header(slot, made.root)
    block_header = execution_header(1000, withdrawals, root(below), timestamp)
    proofs = tuple(
        ValidatorProof(
            index,
            records[index],
            made.branches[places.validator(index)],
            words[index // 4],
            made.branches[places.balance(index)],
        )
        for index in sorted(records)
    )
    return Staking(block_header, ValidatorsDocument(CHAIN, block_header.hash, below, tuple(withdrawals), proofs))
