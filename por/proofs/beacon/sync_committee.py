"""Check what a sync committee signed (`por/spec/light-client.md`, S1 to S5).

Sources: the consensus specifications, altair/light-client/sync-protocol.md; draft-irtf-cfrg-bls-signature-05.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from por.encoding.light_client_v1 import Signed
from por.errors import EvidenceError
from por.model import BeaconChain
from por.proofs.beacon.containers import COMMITTEE, COMMITTEE_SIZE, KEY
from por.proofs.beacon.forks import fork_at
from por.proofs.beacon.ssz import Vector, items, number, parts

if TYPE_CHECKING:
    from py_arkworks_bls12381 import G1Point, G2Point

SUITE = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"
DOMAIN_SYNC_COMMITTEE = bytes.fromhex("07000000")

_KEYS = Vector(KEY, COMMITTEE_SIZE)

Point = TypeVar("Point", "G1Point", "G2Point")


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
    from py_arkworks_bls12381 import GT, G1Point, G2Point  # noqa: PLC0415

    points = [_point("key", key, G1Point.from_compressed_bytes, G1Point.identity()) for key in keys]
    signed = _point("signature", signature, G2Point.from_compressed_bytes, G2Point.identity())
    total = sum(points, start=G1Point.identity())
    if total == G1Point.identity():
        raise EvidenceError("no key, or keys that cancel out")
    hashed = G2Point.hash_to_curve(message, SUITE)
    if not GT.pairing_check([total, -G1Point()], [hashed, signed]):
        raise EvidenceError("the signature is not one of these members of the committee over this header")
    return tuple(keys)


def _point(what: str, data: bytes, read: Callable[[bytes], Point], infinity: Point) -> Point:
    try:
        point = read(data)
    except ValueError as error:
        raise EvidenceError(f"not a {what}: no point of the curve's group is written so") from error
    # The library takes the point at infinity, and several ways to write it.
    if point == infinity or point.to_compressed_bytes() != data:
        raise EvidenceError(f"the {what} is the point at infinity, or not in its one encoding")
    return point
