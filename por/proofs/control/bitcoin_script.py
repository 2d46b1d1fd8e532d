"""Read the threshold and the keys of a multisignature script (`por/spec/published-lists.md`, D8).

Source: BIP-11 (m-of-n OP_CHECKMULTISIG).
"""

from dataclasses import dataclass

from eth_keys.datatypes import PublicKey
from eth_utils.exceptions import ValidationError

from por.errors import EvidenceError, UnsupportedEvidenceError

_OP_1 = 0x51
_OP_16 = 0x60
_OP_CHECKMULTISIG = 0xAE


@dataclass(frozen=True, slots=True)
class Multisig:
    """Hold how many of which keys a script asks for, the keys as 33 bytes each."""

    threshold: int
    keys: tuple[bytes, ...]


def multisig(script: bytes) -> Multisig:
    """Read an m-of-n script, which consists of nothing else.

    Raises: UnsupportedEvidenceError for a script of another form; EvidenceError for one that no keys or too few keys
    can satisfy, or that names a key twice (T47).
    """
    if len(script) < 3 or script[-1] != _OP_CHECKMULTISIG or not _OP_1 <= script[0] <= _OP_16:
        raise UnsupportedEvidenceError("the script is not m of n keys, and is not read")
    threshold, count = script[0] - _OP_1 + 1, script[-2] - _OP_1 + 1
    keys = tuple(_compressed(key) for key in _pushes(script[1:-2]))
    if len(keys) != count or threshold > count:
        raise EvidenceError(f"the script asks for {threshold} of {count} keys and has {len(keys)}")
    if len(set(keys)) != len(keys):
        raise EvidenceError("the script names one key twice: fewer hold it than it says")
    return Multisig(threshold, keys)


def _pushes(data: bytes) -> list[bytes]:
    found = []
    while data:
        length = data[0]
        if length not in {33, 65} or len(data) <= length:
            raise UnsupportedEvidenceError("the script holds something else than keys, and is not read")
        found.append(data[1 : 1 + length])
        data = data[1 + length :]
    return found


def _compressed(key: bytes) -> bytes:
    try:
        if len(key) == 33:
            return PublicKey.from_compressed_bytes(key).to_compressed_bytes()
        if key[0] != 4:
            raise EvidenceError("the script holds a key that is none")
        return PublicKey(key[1:]).to_compressed_bytes()
    except (ValidationError, ValueError) as error:
        raise EvidenceError("the script holds a key that is none") from error
