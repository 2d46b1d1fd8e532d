"""Answer `eth_getProof` and `eth_getBlockBy…` from py-evm's own state tries and headers."""

from collections.abc import Mapping, Sequence
from typing import Any

import rlp
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from por.model import AccountState

_EMPTY_ROOT: bytes = keccak(rlp.encode(b""))
_EMPTY_CODE_HASH: bytes = keccak(b"")
_ABSENT = AccountState(0, 0, _EMPTY_ROOT, _EMPTY_CODE_HASH, exists=False)

# In the order of the consensus encoding (Prague); True where JSON-RPC writes a number.
_HEADER_MEMBERS = (
    ("parentHash", False),
    ("sha3Uncles", False),
    ("miner", False),
    ("stateRoot", False),
    ("transactionsRoot", False),
    ("receiptsRoot", False),
    ("logsBloom", False),
    ("difficulty", True),
    ("number", True),
    ("gasLimit", True),
    ("gasUsed", True),
    ("timestamp", True),
    ("extraData", False),
    ("mixHash", False),
    ("nonce", False),
    ("baseFeePerGas", True),
    ("withdrawalsRoot", False),
    ("blobGasUsed", True),
    ("excessBlobGas", True),
    ("parentBeaconBlockRoot", False),
    ("requestsHash", False),
)


def block_value(header_rlp: bytes, transactions: Sequence[bytes] = ()) -> dict[str, object]:
    """Return the JSON-RPC block of a 21-field header, with its transactions named by their hashes."""
    fields = rlp.decode(header_rlp)
    value: dict[str, object] = {
        name: hex(int.from_bytes(field, "big")) if is_number else "0x" + field.hex()
        for (name, is_number), field in zip(_HEADER_MEMBERS, fields, strict=True)
    }
    value["hash"] = "0x" + keccak(header_rlp).hex()
    value["transactions"] = ["0x" + each.hex() for each in transactions]
    value["uncles"] = []
    return value


def proof_value(
    nodes: Mapping[bytes, bytes], state_root: bytes, address: bytes, keys: Sequence[bytes]
) -> dict[str, object]:
    """Return the EIP-1186 answer about `address` and 32-byte storage `keys` out of a node database."""
    account = account_at(nodes, state_root, address)
    return {
        "address": "0x" + address.hex(),
        "balance": hex(account.balance),
        "nonce": hex(account.nonce),
        "codeHash": "0x" + account.code_hash.hex(),
        "storageHash": "0x" + account.storage_root.hex(),
        "accountProof": _proof(nodes, state_root, address),
        "storageProof": [
            {
                "key": "0x" + key.hex(),
                "value": hex(storage_at(nodes, account.storage_root, key)),
                "proof": _proof(nodes, account.storage_root, key),
            }
            for key in keys
        ],
    }


def account_at(nodes: Mapping[bytes, bytes], state_root: bytes, address: bytes) -> AccountState:
    """Look an account up in a state trie."""
    encoded = _trie(nodes, state_root).get(keccak(address))
    if not encoded:
        return _ABSENT
    nonce, balance, storage_root, code_hash = rlp.decode(encoded)
    number = int.from_bytes
    return AccountState(number(nonce, "big"), number(balance, "big"), storage_root, code_hash, exists=True)


def code_of(nodes: Mapping[bytes, bytes], account: AccountState) -> bytes:
    """Look the code of an account up."""
    return b"" if account.code_hash == _EMPTY_CODE_HASH else nodes[account.code_hash]


def storage_at(nodes: Mapping[bytes, bytes], storage_root: bytes, key: bytes) -> int:
    """Look a storage word up in a storage trie."""
    encoded = _trie(nodes, storage_root).get(keccak(key))
    return int.from_bytes(rlp.decode(encoded), "big") if encoded else 0


def _trie(nodes: Mapping[bytes, bytes], root: bytes) -> Any:
    return HexaryTrie(nodes, root)


def _proof(nodes: Mapping[bytes, bytes], root: bytes, key: bytes) -> list[str]:
    if root == _EMPTY_ROOT:
        return []
    return ["0x" + rlp.encode(node).hex() for node in _trie(nodes, root).get_proof(keccak(key))]
