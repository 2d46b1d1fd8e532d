"""Compute accounts and storage words from state proofs (`por/spec/state-proof.md`, A1 to A3 and S1 to S2)."""

from collections.abc import Sequence
from functools import lru_cache

import rlp
from eth_utils.crypto import keccak
from rlp.exceptions import DecodingError

from por.encoding.reader import read_hex
from por.errors import EvidenceError, FormatError
from por.model import AccountState
from por.proofs.state.trie_path import EMPTY_ROOT, proven_value

EMPTY_CODE_HASH: bytes = keccak(b"")
ABSENT = AccountState(nonce=0, balance=0, storage_root=EMPTY_ROOT, code_hash=EMPTY_CODE_HASH, exists=False)


def account_state(state_root: bytes, address: str, nodes: Sequence[bytes]) -> AccountState:
    """Return the account that the state with this root has at a lower-case address; ABSENT when it has none.

    Who controls the account is not established. Raises: EvidenceError; FormatError for what is no address.
    """
    return _account_state(state_root, address, tuple(nodes))


# All holders of a token bring the same proof of its contract.
@lru_cache(maxsize=64)
def _account_state(state_root: bytes, address: str, nodes: tuple[bytes, ...]) -> AccountState:
    value = proven_value(state_root, address_bytes(address), nodes)
    if not value:
        return ABSENT
    items = _decode(value)
    if not isinstance(items, list) or len(items) != 4 or not all(isinstance(item, bytes) for item in items):
        raise EvidenceError("account: not a list of nonce, balance, storage root and code hash")
    nonce, balance, storage_root, code_hash = items
    if len(storage_root) != 32 or len(code_hash) != 32:
        raise EvidenceError("account: storage root and code hash have 32 bytes each")
    return AccountState(
        nonce=_number(nonce, 8),
        balance=_number(balance, 32),
        storage_root=storage_root,
        code_hash=code_hash,
        exists=True,
    )


def storage_value(storage_root: bytes, key: bytes, nodes: Sequence[bytes]) -> int:
    """Return the 256-bit word that the storage with this root has at a 32-byte key; zero when it has none.

    Raises: EvidenceError; FormatError for a key of another length.
    """
    if len(key) != 32:
        raise FormatError(f"a storage key of {len(key)} bytes; 32 are needed")
    value = proven_value(storage_root, key, nodes)
    if not value:
        return 0
    word = _decode(value)
    if not isinstance(word, bytes) or not word:
        raise EvidenceError("storage: not a word other than zero, which is never stored")
    return _number(word, 32)


def address_bytes(address: str) -> bytes:
    """Return the 20 bytes of a lower-case EVM address. Raises: FormatError."""
    if not address.startswith("0x"):
        raise FormatError("not an EVM address: 0x and 40 lower-case hexadecimal digits")
    return read_hex(address[2:], 20, 20)


def _decode(value: bytes) -> object:
    try:
        return rlp.decode(value)
    except (DecodingError, RecursionError) as error:
        raise EvidenceError("state: a value is not canonical RLP") from error


def _number(value: bytes, size: int) -> int:
    if len(value) > size or value[:1] == b"\x00":
        raise EvidenceError(f"state: a number has a leading zero byte or more than {size} bytes")
    return int.from_bytes(value, "big")
