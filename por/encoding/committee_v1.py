"""Read and write a committee of attesters (`por/spec/attestation.md`)."""

from eth_utils.crypto import keccak

from por.encoding import attester_key_v1, canonical
from por.encoding.liability_v1 import Json
from por.encoding.media_types import COMMITTEE
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import AttesterKey, ChainAccount, ChainId, Committee, SignatureScheme

MAX_BYTES = 256 * 1024
MAX_MEMBERS = 128
SCHEMES = {"ecdsa": SignatureScheme.ECDSA, "contract": SignatureScheme.CONTRACT, "bls": SignatureScheme.BLS}

_NAMES = {scheme: name for name, scheme in SCHEMES.items()}
_MEMBERS = ("scheme", "threshold", "chain", "members")


def read(data: bytes) -> Committee:
    """Read the canonical document (committee 1). Raises: FormatError."""
    return _committee(*Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(COMMITTEE, *_MEMBERS))


def write(committee: Committee) -> bytes:
    """Write the canonical document."""
    return canonical.dumps({"mediaType": COMMITTEE, **committee_value(committee)})


def read_committee(reader: Reader) -> Committee:
    """Read a committee within another document. Raises: FormatError."""
    return _committee(*reader.members(*_MEMBERS))


def committee_value(committee: Committee) -> Json:
    """Write a committee as a JSON value."""
    members: list[object] = [address_text(member) for member in committee.members]
    if committee.scheme is SignatureScheme.BLS:
        pairs = zip(committee.keys, committee.possessions, strict=True)
        members = [attester_key_v1.key_value(AttesterKey(*pair)) for pair in pairs]
    return {
        "scheme": _NAMES[committee.scheme],
        "threshold": committee.threshold,
        "chain": f"eip155:{committee.chain_id}" if committee.scheme is SignatureScheme.CONTRACT else None,
        "members": members,
    }


def read_scheme(reader: Reader) -> SignatureScheme:
    """Read how members sign. Raises: FormatError."""
    return reader.parse(scheme_of)


def scheme_of(text: str) -> SignatureScheme:
    """Name a scheme by its text. Raises: FormatError."""
    if text not in SCHEMES:
        raise FormatError(f"none of {', '.join(SCHEMES)}")
    return SCHEMES[text]


def scheme_text(scheme: SignatureScheme) -> str:
    """Write how members sign."""
    return _NAMES[scheme]


def address_member(text: str) -> bytes:
    """Name a member by its EVM address: 32 bytes. Raises: FormatError."""
    address = ChainAccount.parse(f"eip155:1:{text}").address
    if not int(address, 16):
        raise FormatError("the zero address is nobody's")
    return bytes(12) + bytes.fromhex(address[2:])


def address_text(member: bytes) -> str:
    """Write the address of a member that is an account."""
    return "0x" + member[12:].hex()


def key_member(key: bytes) -> bytes:
    """Name a member by its BLS key: keccak256 of the 48 bytes."""
    return keccak(key)


def _committee(scheme: Reader, threshold: Reader, chain: Reader, members: Reader) -> Committee:
    kind = read_scheme(scheme)
    items = list(members.items(MAX_MEMBERS))
    if not items:
        raise members.fail("a committee has members")
    keys = [attester_key_v1.read_key(item) for item in items] if kind is SignatureScheme.BLS else []
    names = [key_member(key.key) for key in keys] or [item.parse(address_member) for item in items]
    members.require_ascending(names)
    return Committee(
        scheme=kind,
        threshold=threshold.integer(1, len(items)),
        chain_id=_chain_id(kind, chain),
        members=tuple(names),
        keys=tuple(key.key for key in keys),
        possessions=tuple(key.possession for key in keys),
    )


def _chain_id(scheme: SignatureScheme, chain: Reader) -> int:
    named = chain.optional(lambda reader: reader.parse(ChainId.parse))
    if (named is not None) != (scheme is SignatureScheme.CONTRACT):
        raise chain.fail("a chain is named exactly where contracts may be members; null elsewhere")
    if named is None:
        return 0
    if named.namespace != "eip155" or named.reference == "0":
        raise chain.fail("contracts that sign are on EVM chains")
    return int(named.reference)
