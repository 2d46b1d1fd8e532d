"""Read a value out of a Merkle-Patricia trie, from the nodes on its path (`por/spec/state-proof.md`, P1 to P5)."""

from collections.abc import Sequence
from typing import Any

import rlp
from eth_utils.crypto import keccak
from rlp.exceptions import DecodingError
from trie.exceptions import BadTrieProof, InvalidNode, ValidationError
from trie.hexary import HexaryTrie

from por.errors import EvidenceError

# A path has at most one node for each of the 64 digits of a hashed key, and a full branch has 532 bytes.
MAX_NODES = 64
MAX_NODE_BYTES = 1024

EMPTY_ROOT: bytes = keccak(b"\x80")

# The library has no annotations.
_Trie: Any = HexaryTrie


def proven_value(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes:
    """Return what the trie with this 32-byte root holds at keccak256(`key`); empty when it holds nothing.

    The nodes are exactly those of the path, root first. Source: EIP-1186. Raises: EvidenceError.
    """
    if len(nodes) > MAX_NODES or any(len(node) > MAX_NODE_BYTES for node in nodes):
        raise EvidenceError(f"trie proof: more than {MAX_NODES} nodes, or a node of more than {MAX_NODE_BYTES} bytes")
    if root == EMPTY_ROOT:
        return _nothing(nodes)
    try:
        value, path = _walk(root, keccak(key), nodes)
    except (BadTrieProof, DecodingError, InvalidNode, ValidationError) as error:
        raise EvidenceError("trie proof: a node is missing or malformed, or leads to another root") from error
    except (IndexError, KeyError, RecursionError, TypeError) as error:
        raise EvidenceError("trie proof: a node has no form that a trie knows") from error
    # A node shorter than 32 bytes stands whole in its parent; some clients list it once more, others do not.
    apart = [node for i, node in enumerate(path) if i == 0 or len(node) >= 32]
    if list(nodes) not in (path, apart):
        raise EvidenceError("trie proof: the nodes are not exactly those of the path, root first")
    if not isinstance(value, bytes):
        raise EvidenceError("trie proof: a node stands where a value belongs")
    return value


def _nothing(nodes: Sequence[bytes]) -> bytes:
    if list(nodes) not in ([], [b"\x80"]):
        raise EvidenceError("trie proof: nodes of an empty trie")
    return b""


def _walk(root: bytes, hashed_key: bytes, nodes: Sequence[bytes]) -> tuple[object, list[bytes]]:
    value: object = _Trie.get_from_proof(root, hashed_key, [rlp.decode(node) for node in nodes])
    trie = _Trie({keccak(node): node for node in nodes}, root)
    return value, [rlp.encode(node) for node in trie.get_proof(hashed_key)]
