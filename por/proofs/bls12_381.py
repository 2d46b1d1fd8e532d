"""Read, write and add points of BLS12-381, of G1 as keys and of G2 as signatures, and check what was signed.

Each point has one compressed encoding (ZCash's, as in draft-irtf-cfrg-pairing-friendly-curves) and one of the chain
(EIP-2537): 64 bytes a coordinate, the real part first. What is infinite or outside its subgroup is refused: the library
itself takes the point at infinity, and several ways to write it.
"""

from collections.abc import Iterable
from typing import TypeVar

from py_arkworks_bls12381 import GT, G1Point, G2Point

from por.errors import EvidenceError

KEY_BYTES = 48
SIGNATURE_BYTES = 96

# The suites of draft-irtf-cfrg-bls-signature-05 for messages, and for proofs of possession of a key.
MESSAGES = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"
POSSESSIONS = b"BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"

_COORDINATE_BYTES = 64
_FIELD_BYTES = 48
_MODULUS = int("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab", 16)

Point = TypeVar("Point", G1Point, G2Point)


def key(data: bytes) -> G1Point:
    """Return the point of a compressed key. Raises: EvidenceError."""
    return _point("key", data, KEY_BYTES, G1Point)


def signature(data: bytes) -> G2Point:
    """Return the point of a compressed signature. Raises: EvidenceError."""
    return _point("signature", data, SIGNATURE_BYTES, G2Point)


def total_key(keys: Iterable[bytes]) -> G1Point:
    """Return the sum of compressed keys. Raises: EvidenceError, also where they cancel out."""
    return _sum("keys", map(key, keys), G1Point)


def total_signature(signatures: Iterable[bytes]) -> bytes:
    """Return the compressed sum of signatures. Raises: EvidenceError, also where they cancel out."""
    return _sum("signatures", map(signature, signatures), G2Point).to_compressed_bytes()


def require_signed(total: G1Point, message: bytes, signed: G2Point, suite: bytes) -> bytes:
    """Return the message, which keys that sum up to `total` signed under a suite. Raises: EvidenceError."""
    if not GT.pairing_check([total, -G1Point()], [G2Point.hash_to_curve(message, suite), signed]):
        raise EvidenceError("the signature is not one of all these keys, and no others, over this")
    return message


def key_from(coordinates: bytes) -> bytes:
    """Return the compressed key at coordinates of 128 bytes. Raises: EvidenceError."""
    return _compressed("key", _numbers(coordinates, 2), G1Point)


def signature_from(coordinates: bytes) -> bytes:
    """Return the compressed signature at coordinates of 256 bytes. Raises: EvidenceError."""
    return _compressed("signature", _numbers(coordinates, 4), G2Point)


def coordinates(point: G1Point | G2Point) -> bytes:
    """Return a point as the chain takes it."""
    plain = point.to_xy_bytes_be()
    parts = (plain[start : start + _FIELD_BYTES] for start in range(0, len(plain), _FIELD_BYTES))
    return b"".join(part.rjust(_COORDINATE_BYTES, b"\x00") for part in parts)


def _point(what: str, data: bytes, size: int, kind: type[Point]) -> Point:
    if len(data) != size:
        raise EvidenceError(f"a {what} of {len(data)} bytes; compressed it has {size}")
    try:
        point = kind.from_compressed_bytes_unchecked(data)
    except ValueError as error:
        raise EvidenceError(f"not a {what}: no compressed point of the curve is written so") from error
    if point.to_compressed_bytes() != data:
        raise EvidenceError(f"not a {what} in its one encoding")
    return _fit(what, point, kind)


def _fit(what: str, point: Point, kind: type[Point]) -> Point:
    if point == kind.identity():
        raise EvidenceError(f"the {what} is the point at infinity")
    if not point.is_in_subgroup():
        raise EvidenceError(f"the {what} is a point outside its subgroup")
    return point


def _sum(what: str, points: Iterable[Point], kind: type[Point]) -> Point:
    total = sum(points, start=kind.identity())
    if total == kind.identity():
        raise EvidenceError(f"the {what} cancel out: their sum is the point at infinity")
    return total


def _compressed(what: str, plain: bytes, kind: type[Point]) -> bytes:
    try:
        point = kind.from_xy_bytes_unchecked_be(plain)
    except ValueError as error:
        raise EvidenceError("the coordinates are no point of the curve") from error
    return _fit(what, point, kind).to_compressed_bytes()


def _numbers(data: bytes, count: int) -> bytes:
    """Return coordinates without the chain's padding."""
    if len(data) != count * _COORDINATE_BYTES:
        raise EvidenceError(f"{len(data)} bytes of coordinates; the point has {count * _COORDINATE_BYTES}")
    if not any(data):
        raise EvidenceError("the coordinates are those of the point at infinity")
    starts = range(0, len(data), _COORDINATE_BYTES)
    numbers = [int.from_bytes(data[start : start + _COORDINATE_BYTES]) for start in starts]
    if max(numbers) >= _MODULUS:
        raise EvidenceError("a coordinate that is not below the field's modulus")
    return b"".join(number.to_bytes(_FIELD_BYTES) for number in numbers)
