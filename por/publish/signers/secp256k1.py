"""Bring a secp256k1 signature, from wherever it comes, into the form that chains take.

Sources: SEC 1 (keys and signatures in DER), EIP-2 (low s), yellow paper appendix F (v).
"""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from eth_keys.datatypes import PublicKey, Signature
from eth_keys.exceptions import BadSignature

from por.errors import FormatError, PublishError

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DIGEST_BYTES = 32

Pair = tuple[int, int]


def der_signature(data: bytes) -> Pair:
    """Return r and s of a signature in DER. Raises: PublishError."""
    try:
        return decode_dss_signature(data)
    except ValueError:
        raise PublishError("the answer is no ECDSA signature in DER") from None


def plain_signature(data: bytes) -> Pair:
    """Return r and s of 64 bytes. Raises: PublishError."""
    if len(data) != 64:
        raise PublishError(f"the answer is no ECDSA signature: {len(data)} bytes instead of 64")
    return int.from_bytes(data[:32]), int.from_bytes(data[32:])


def der_public_key(data: bytes) -> PublicKey:
    """Return the key of a SubjectPublicKeyInfo in DER. Raises: FormatError for another curve; PublishError."""
    try:
        key = load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise PublishError("the answer is no public key in DER") from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256K1):
        raise FormatError("the key is not on the curve secp256k1; make one of that kind")
    return PublicKey(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:])


def point_public_key(data: bytes) -> PublicKey:
    """Return the key of an uncompressed point, bare or as a DER octet string. Raises: FormatError."""
    point = data[2:] if data[:2] == b"\x04\x41" and len(data) == 67 else data
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256K1(), point)
    except ValueError:
        raise FormatError("the key is not a point of the curve secp256k1") from None
    if len(point) != 65:
        raise FormatError("the key is not an uncompressed point")
    return PublicKey(point[1:])


def recoverable(digest: bytes, pair: Pair, key: PublicKey) -> bytes:
    """Return r, the lower s and v (27 or 28), from which `key` is recovered. Raises: PublishError."""
    if not all(0 < number < ORDER for number in pair):
        raise PublishError("the answer is no ECDSA signature: r or s is out of range")
    r, s = pair[0], min(pair[1], ORDER - pair[1])
    for parity in (0, 1):
        signature = Signature(vrs=(parity, r, s))
        try:
            signer = signature.recover_public_key_from_msg_hash(digest)
        except BadSignature:
            continue
        if signer == key:
            return bytes(signature.to_bytes()[:64] + bytes([27 + parity]))
    raise PublishError("the answer is not a signature of this key over this digest")
