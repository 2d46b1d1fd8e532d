"""Check what a sync committee signed (`por/spec/light-client.md`, S1 to S5).

Sources: the consensus specifications, altair/light-client/sync-protocol.md; draft-irtf-cfrg-bls-signature-05.
"""

from collections.abc import Sequence
from hashlib import sha256

from por.encoding.light_client_v1 import Signed
from por.errors import EvidenceError
from por.model import BeaconChain
from por.proofs.beacon.containers import COMMITTEE, COMMITTEE_SIZE, KEY
from por.proofs.beacon.forks import fork_at
from por.proofs.beacon.ssz import Vector, items, number, parts

DOMAIN_SYNC_COMMITTEE = bytes.fromhex("07000000")

_KEYS = Vector(KEY, COMMITTEE_SIZE)


def participation(beacon: BeaconChain, committee: bytes, root: bytes, signed: Signed) -> int:
    """Return how many members of a serialized committee signed the header with this root: at least two thirds did.

    Raises: EvidenceError.
    """
    keys = items(_KEYS, parts(COMMITTEE, committee)["pubkeys"])
    bits = number(signed.participants)
    those = [key for i, key in enumerate(keys) if bits >> i & 1]
    if len(those) * 3 < COMMITTEE_SIZE * 2:
        raise EvidenceError(f"{len(those)} of {COMMITTEE_SIZE} members of the committee signed; two thirds are needed")
    require_aggregate_signature(those, signing_root(beacon, root, signed.slot), signed.signature)
    return len(those)


def signing_root(beacon: BeaconChain, root: bytes, slot: int) -> bytes:
    """Return what a sync committee signs of a header's root at a slot. Raises: EvidenceError."""
    # What is signed at a slot is of the slot before it, and under its fork.
    version = fork_at(beacon, max(slot, 1) - 1).version
    fork_data = sha256(version.ljust(32, b"\x00") + beacon.genesis_root).digest()
    return sha256(root + DOMAIN_SYNC_COMMITTEE + fork_data[:28]).digest()


def require_aggregate_signature(keys: Sequence[bytes], message: bytes, signature: bytes) -> tuple[bytes, ...]:
    """Return the keys, all of which signed `message`; a key that stands twice signed twice.

    Possession of the keys must have been proven before, as a deposit does. Raises: EvidenceError, also for no key, and
    for points that are infinite, outside their subgroup, or not in their one encoding.
    """
    from por.proofs import bls12_381  # noqa: PLC0415

    if not keys:
        raise EvidenceError("no key of the committee signed")
    total, signed = bls12_381.total_key(keys), bls12_381.signature(signature)
    try:
        bls12_381.require_signed(total, message, signed, bls12_381.MESSAGES)
    except EvidenceError as error:
        raise EvidenceError("the signature is not one of these members of the committee over this header") from error
    return tuple(keys)
