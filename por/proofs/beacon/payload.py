"""Turn a beacon block into its execution block's header (`por/spec/light-client.md`, X1 to X4).

Sources: EIP-4895 (withdrawals), EIP-4788 (parent beacon root), EIP-7685 (requests), Yellow Paper 4.3.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import rlp
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from por.errors import EvidenceError
from por.model import Header
from por.proofs.beacon.block import (
    BLOCK,
    BODY,
    EXECUTION_PAYLOAD_RECORD,
    EXECUTION_REQUESTS,
    SIGNED_BLOCK,
    TRANSACTIONS,
    WITHDRAWAL,
    WITHDRAWALS,
)
from por.proofs.beacon.ssz import items, number, parts
from por.proofs.state.header import header_from_rlp

_NO_UNCLES: bytes = keccak(rlp.encode([]))

# The library has no annotations.
_Trie: Any = HexaryTrie


def execution_block(block: bytes) -> Header:
    """Return the header of the execution block in a serialized signed beacon block of Electra or Fulu.

    Its hash is the one the payload names. Raises: EvidenceError.
    """
    message = parts(BLOCK, parts(SIGNED_BLOCK, block)["message"])
    body = parts(BODY, message["body"])
    cut = parts(EXECUTION_PAYLOAD_RECORD, body["execution_payload"])
    header = header_from_rlp(rlp.encode(_fields(cut, body["execution_requests"], message["parent_root"])))
    if header.hash != cut["block_hash"]:
        raise EvidenceError(
            f"the payload makes a header with the hash 0x{header.hash.hex()} and names 0x{cut['block_hash'].hex()}"
        )
    return header


def index_trie_root(values: Sequence[bytes]) -> bytes:
    """Return the root of the trie that holds values by their place, as blocks keep transactions and withdrawals."""
    trie = _Trie({})
    for place, value in enumerate(values):
        trie[rlp.encode(place)] = value
    root: bytes = trie.root_hash
    return root


def withdrawals_rlp(payload: bytes) -> tuple[bytes, ...]:
    """Return the withdrawals of a serialized payload, each in its consensus encoding. Raises: EvidenceError."""
    cut = parts(EXECUTION_PAYLOAD_RECORD, payload)
    return tuple(_withdrawal(item) for item in items(WITHDRAWALS, cut["withdrawals"]))


def payload_of(block: bytes) -> bytes:
    """Return the serialized execution payload in a serialized signed beacon block. Raises: EvidenceError."""
    message = parts(BLOCK, parts(SIGNED_BLOCK, block)["message"])
    return parts(BODY, message["body"])["execution_payload"]


def requests_hash(requests: bytes) -> bytes:
    """Return the hash over a block's requests: of each kind that has any, its number and its records (EIP-7685).

    Raises: EvidenceError.
    """
    lists = parts(EXECUTION_REQUESTS, requests).values()
    hashes = [sha256(bytes([kind]) + records).digest() for kind, records in enumerate(lists) if records]
    return sha256(b"".join(hashes)).digest()


def _fields(cut: dict[str, bytes], requests: bytes, parent_root: bytes) -> list[object]:
    withdrawals = [_withdrawal(item) for item in items(WITHDRAWALS, cut["withdrawals"])]
    return [
        cut["parent_hash"],
        _NO_UNCLES,
        cut["fee_recipient"],
        cut["state_root"],
        index_trie_root(items(TRANSACTIONS, cut["transactions"])),
        cut["receipts_root"],
        cut["logs_bloom"],
        0,
        number(cut["block_number"]),
        number(cut["gas_limit"]),
        number(cut["gas_used"]),
        number(cut["timestamp"]),
        cut["extra_data"],
        cut["prev_randao"],
        bytes(8),
        number(cut["base_fee_per_gas"]),
        index_trie_root(withdrawals),
        number(cut["blob_gas_used"]),
        number(cut["excess_blob_gas"]),
        parent_root,
        requests_hash(requests),
    ]


def _withdrawal(item: bytes) -> bytes:
    cut = parts(WITHDRAWAL, item)
    fields = [number(cut["index"]), number(cut["validator"]), cut["address"], number(cut["amount"])]
    encoded: bytes = rlp.encode(fields)
    return encoded
