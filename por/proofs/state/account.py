"""Compute what a state or storage root implies about one key, from the trie nodes on its path.

Source: EIP-1186; Yellow Paper appendix D. Reported fields such as balance or codeHash are never read: clients differ
in them (zero hashes for absent accounts, padding of keys and values), the proof does not.
"""

from collections.abc import Sequence

import rlp
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError
from trie.exceptions import BadTrieProof
from trie.hexary import HexaryTrie

from por.errors import EvidenceError
from por.model import AccountState, ChainAccount

EMPTY_ROOT = keccak(rlp.encode(b""))
EMPTY_CODE_HASH = keccak(b"")
MAX_NODES = 65
MAX_NODE_BYTES = 1024
ABSENT = AccountState(0, 0, EMPTY_ROOT, EMPTY_CODE_HASH, exists=False)


def account_state(state_root: bytes, address: str, nodes: Sequence[bytes]) -> AccountState:
    """Return an account's state under `state_root`; ABSENT where the proof shows that there is none.

    Raises: EvidenceError.
    """
    key = keccak(bytes.fromhex(address[2:]))
    encoded = _lookup(state_root, key, nodes)
    if not encoded:
        return ABSENT
    fields = _decoded(encoded)
    if not isinstance(fields, list) or len(fields) != 4 or not all(isinstance(item, bytes) for item in fields):
        raise EvidenceError("an account that is not nonce, balance, storage root and code hash")
    nonce, balance, storage_root, code_hash = fields
    if len(storage_root) != 32 or len(code_hash) != 32:
        raise EvidenceError("an account whose storage root or code hash is not 32 bytes")
    return AccountState(_number(nonce, 8), _number(balance, 32), storage_root, code_hash, exists=True)


def storage_value(storage_root: bytes, key: bytes, nodes: Sequence[bytes]) -> int:
    """Return the 256-bit word at a 32-byte storage key; 0 where the proof shows that there is none.

    Raises: EvidenceError.
    """
    if len(key) != 32:
        raise EvidenceError("a storage key of other than 32 bytes")
    encoded = _lookup(storage_root, keccak(key), nodes)
    if not encoded:
        return 0
    word = _decoded(encoded)
    if not isinstance(word, bytes) or not word:
        raise EvidenceError("a storage word that is a list, or an explicit zero")
    return _number(word, 32)


def account_key(account: ChainAccount) -> bytes:
    """Return the key of an account in the state trie."""
    return bytes(keccak(bytes.fromhex(account.address[2:])))


def _lookup(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes:
    if len(nodes) > MAX_NODES or any(len(node) > MAX_NODE_BYTES for node in nodes):
        raise EvidenceError(f"a proof of more than {MAX_NODES} nodes, or a node of more than {MAX_NODE_BYTES} bytes")
    if root == EMPTY_ROOT and list(nodes) in ([], [b"\x80"]):
        return b""
    if len(set(nodes)) != len(nodes):
        raise EvidenceError("a proof that holds one node twice")
    try:
        decoded = [rlp.decode(node, strict=True) for node in nodes]
        value: bytes = HexaryTrie.get_from_proof(root, key, decoded)  # type: ignore[no-untyped-call]
        path = HexaryTrie(_NodeDatabase(nodes), root).get_proof(key)  # type: ignore[no-untyped-call]
    except (BadTrieProof, rlp.exceptions.RLPException, ValidationError, KeyError, TypeError, ValueError) as error:
        raise EvidenceError(f"the proof does not lead from its root: {type(error).__name__}") from error
    if {bytes(rlp.encode(node)) for node in path} != set(nodes):
        raise EvidenceError("a proof that holds nodes which are not on the path")
    return value


class _NodeDatabase(dict[bytes, bytes]):
    def __init__(self, nodes: Sequence[bytes]) -> None:
        super().__init__({keccak(node): node for node in nodes})


def _decoded(encoded: bytes) -> object:
    try:
        return rlp.decode(encoded, strict=True)
    except rlp.exceptions.RLPException as error:
        raise EvidenceError("a trie value that is not canonical RLP") from error


def _number(data: bytes, limit: int) -> int:
    if len(data) > limit or data[:1] == b"\0":
        raise EvidenceError("a number that is not canonical")
    return int.from_bytes(data)
