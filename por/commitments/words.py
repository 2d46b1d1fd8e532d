"""Encode values as the EVM's contracts do: words of 32 bytes, big-endian (Solidity ABI, static types)."""

from collections.abc import Sequence

from por.errors import EvidenceError


def uint_word(number: int, bits: int = 256) -> bytes:
    """Encode an unsigned integer. Raises: EvidenceError beyond `bits`."""
    if not 0 <= number < 1 << bits:
        raise EvidenceError(f"{number} is no unsigned integer of {bits} bits")
    return number.to_bytes(32)


def bytes_word(data: bytes) -> bytes:
    """Encode 32 bytes. Raises: EvidenceError for another length."""
    if len(data) != 32:
        raise EvidenceError(f"{len(data)} bytes where 32 are needed")
    return data


def address_word(address: str) -> bytes:
    """Encode an EVM address. Raises: EvidenceError."""
    try:
        raw = bytes.fromhex(address.removeprefix("0x"))
    except ValueError:
        raw = b""
    if len(raw) != 20:
        raise EvidenceError("not an EVM address")
    return bytes(12) + raw


def array_of(rows: Sequence[tuple[bytes, int, int]]) -> bytes:
    """Encode `(bytes32, uint128, uint128)[]` as the only argument. Raises: EvidenceError."""
    words = [uint_word(32), uint_word(len(rows))]
    for name, first, second in rows:
        words += [bytes_word(name), uint_word(first, 128), uint_word(second, 128)]
    return b"".join(words)
