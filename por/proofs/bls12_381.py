"""Read and write points of BLS12-381, of G1 as keys and of G2 as signatures; loads py_ecc, which is slow to load.

Each point has one compressed encoding (ZCash's, as in draft-irtf-cfrg-pairing-friendly-curves) and one of the chain
(EIP-2537): 64 bytes a coordinate, the real part first. What is infinite or outside its subgroup is refused.
"""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from eth_typing.bls import BLSPubkey, BLSSignature
from py_ecc.bls.g2_primitives import G1_to_pubkey, G2_to_signature, pubkey_to_G1, signature_to_G2, subgroup_check
from py_ecc.fields import optimized_bls12_381_FQ as Field
from py_ecc.fields import optimized_bls12_381_FQ2 as Field2
from py_ecc.optimized_bls12_381.optimized_curve import add, b, b2, field_modulus, is_inf, is_on_curve, normalize

from por.errors import EvidenceError

KEY_BYTES = 48
SIGNATURE_BYTES = 96

_COORDINATE_BYTES = 64


def key(data: bytes) -> Any:
    """Return the point of a compressed key. Raises: EvidenceError."""
    return _point("key", data, KEY_BYTES, lambda: pubkey_to_G1(BLSPubkey(data)), G1_to_pubkey)


def signature(data: bytes) -> Any:
    """Return the point of a compressed signature. Raises: EvidenceError."""
    return _point("signature", data, SIGNATURE_BYTES, lambda: signature_to_G2(BLSSignature(data)), G2_to_signature)


def total_key(keys: Iterable[bytes]) -> BLSPubkey:
    """Return the compressed sum of keys. Raises: EvidenceError, also where they cancel out."""
    return G1_to_pubkey(_sum("keys", map(key, keys)))


def total_signature(signatures: Iterable[bytes]) -> BLSSignature:
    """Return the compressed sum of signatures. Raises: EvidenceError, also where they cancel out."""
    return G2_to_signature(_sum("signatures", map(signature, signatures)))


def key_from(coordinates: bytes) -> bytes:
    """Return the compressed key at coordinates of 128 bytes. Raises: EvidenceError."""
    x, y = _numbers(coordinates, 2)
    point = (Field(x), Field(y), Field.one())
    return _compressed(point, b, G1_to_pubkey, key)


def signature_from(coordinates: bytes) -> bytes:
    """Return the compressed signature at coordinates of 256 bytes. Raises: EvidenceError."""
    numbers = _numbers(coordinates, 4)
    point = (Field2(numbers[:2]), Field2(numbers[2:]), Field2.one())
    return _compressed(point, b2, G2_to_signature, signature)


def coordinates(point: Any) -> bytes:
    """Return a point as the chain takes it."""
    parts = (part for coordinate in normalize(point) for part in getattr(coordinate, "coeffs", (coordinate,)))
    return b"".join(int(part).to_bytes(_COORDINATE_BYTES) for part in parts)


def _point(what: str, data: bytes, size: int, read: Callable[[], Any], write: Callable[[Any], bytes]) -> Any:
    if len(data) != size:
        raise EvidenceError(f"a {what} of {len(data)} bytes; compressed it has {size}")
    try:
        point = read()
    except ValueError as error:
        raise EvidenceError(f"not a {what}: no compressed point of the curve is written so") from error
    if is_inf(point):
        raise EvidenceError(f"the {what} is the point at infinity")
    if write(point) != data:
        raise EvidenceError(f"not the one encoding of this {what}")
    if not subgroup_check(point):
        raise EvidenceError(f"the {what} is a point outside its subgroup")
    return point


def _sum(what: str, points: Iterable[Any]) -> Any:
    total = reduce(add, points)
    if is_inf(total):
        raise EvidenceError(f"the {what} cancel out: their sum is the point at infinity")
    return total


def _compressed(point: Any, curve: Any, write: Callable[[Any], bytes], read: Callable[[bytes], Any]) -> bytes:
    if not is_on_curve(point, curve):
        raise EvidenceError("the coordinates are no point of the curve")
    data = bytes(write(point))
    read(data)
    return data


def _numbers(data: bytes, count: int) -> tuple[int, ...]:
    if len(data) != count * _COORDINATE_BYTES:
        raise EvidenceError(f"{len(data)} bytes of coordinates; the point has {count * _COORDINATE_BYTES}")
    if not any(data):
        raise EvidenceError("the coordinates are those of the point at infinity")
    starts = range(0, len(data), _COORDINATE_BYTES)
    numbers = tuple(int.from_bytes(data[start : start + _COORDINATE_BYTES]) for start in starts)
    if max(numbers) >= field_modulus:
        raise EvidenceError("a coordinate that is not below the field's modulus")
    return numbers
