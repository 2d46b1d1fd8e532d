"""Read the texts of a published signature, and try the closed list of digests of its scheme."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from eth_keys.constants import SECPK1_N
from eth_keys.datatypes import PublicKey, Signature
from eth_keys.exceptions import BadSignature

from por.encoding.published_signature_v1 import PublishedSignature, from_base64, from_hex
from por.errors import EvidenceError, FormatError, UnsupportedEvidenceError

Digests = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Published:
    """Hold which accounts signed, in their own notation, and which of the known digests they signed."""

    signers: tuple[str, ...]
    variant: str


def listed_address(document: PublishedSignature) -> str:
    """Return the address as the chain itself writes it."""
    return unquote(document.account.address)


def hex_bytes(text: str, length: int, what: str) -> bytes:
    """Decode `length` bytes of hexadecimal. Raises: EvidenceError."""
    return _sized(text, length, what, from_hex)


def base64_bytes(text: str, length: int, what: str) -> bytes:
    """Decode `length` bytes of base64. Raises: EvidenceError."""
    return _sized(text, length, what, from_base64)


def varstr(data: bytes) -> bytes:
    """Write bytes behind their length as Bitcoin does (CompactSize). Raises: EvidenceError at 64 KiB and more."""
    if len(data) < 0xFD:
        return bytes([len(data)]) + data
    if len(data) >= 2**16:
        raise EvidenceError("published signature: a message of 64 KiB or more")
    return b"\xfd" + len(data).to_bytes(2, "little") + data


def recovered_key(digest: bytes, recovery_id: int, pair: bytes) -> PublicKey:
    """Return the secp256k1 key that signed; `pair` is r and s, 64 bytes. Any well-formed signature has one.

    The second form of a signature (s in the upper half) is accepted: it shows the same key over the same text, and
    `PublishedSignature.signature` knows both for one (T48). Raises: EvidenceError.
    """
    r, s = int.from_bytes(pair[:32]), int.from_bytes(pair[32:])
    if recovery_id not in {0, 1} or not 0 < r < SECPK1_N or not 0 < s < SECPK1_N:
        raise EvidenceError("published signature: recovery id, r or s is out of range")
    try:
        return Signature(vrs=(recovery_id, r, s)).recover_public_key_from_msg_hash(digest)
    except BadSignature as error:
        raise EvidenceError("published signature: no key made it") from error


def signing_key(digest: bytes, text: str) -> PublicKey:
    """Return the key behind r, s and v in hexadecimal, where v is 0, 1, 27 or 28. Raises: EvidenceError."""
    data = hex_bytes(text, 65, "a signature")
    if data[64] not in {0, 1, 27, 28}:
        raise EvidenceError(f"published signature: v is {data[64]}; 0, 1, 27 or 28 is expected")
    return recovered_key(digest, data[64] % 27, data[:64])


def key_account(document: PublishedSignature, digests: Digests, spell: Callable[[PublicKey], str]) -> Published:
    """Return the account whose one key signed, by whichever of `digests` gives exactly that account.

    Raises: EvidenceError when none does; UnsupportedEvidenceError where the account's owners signed, and not the
    account: nothing in a text that they sign names it (T47).
    """
    address = listed_address(document)
    if len(document.signatures) == 1 and not document.owners:
        return Published((address,), _variant(document.signatures[0], address, digests, spell))
    if len(document.owners) != len(document.signatures):
        raise EvidenceError(f"{len(document.signatures)} signatures for {len(document.owners)} owners")
    for text, owner in zip(document.signatures, document.owners, strict=True):
        _variant(text, owner if owner[:2] != "0x" else owner.lower(), digests, spell)
    raise UnsupportedEvidenceError(
        f"the keys of {', '.join(document.owners)} signed, and nothing they signed names {address}"
    )


def _variant(text: str, address: str, digests: Digests, spell: Callable[[PublicKey], str]) -> str:
    for name, digest in digests:
        if spell(signing_key(digest, text)) == address:
            return name
    names = _listing(name for name, _ in digests)
    raise EvidenceError(f"the signature is not by the key of {address}, over any of {names}")


def _listing(names: Iterable[str]) -> str:
    return ", ".join(names)


def _sized(text: str, length: int, what: str, decode: Callable[[str], bytes]) -> bytes:
    try:
        data = decode(text)
    except FormatError as error:
        raise EvidenceError(f"{what}: {error.reason}") from error
    if len(data) != length:
        raise EvidenceError(f"{what} of {len(data)} bytes; {length} are expected")
    return data
