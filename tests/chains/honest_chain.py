"""A small chain in memory with real headers, state tries and proofs, written without any code of `por`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rlp
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

RICH = "0x" + "a1" * 20
POOR = "0x" + "b2" * 20
TOKEN = "0x" + "c3" * 20
ABSENT = "0x" + "d4" * 20
SLOTS = tuple(bytes([0x11 * n]) * 32 for n in range(1, 5))
UNSET_SLOT = bytes.fromhex("00" * 31 + "07")
CODE = bytes.fromhex("60006000fd")
MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11"
MULTICALL_CODE = bytes.fromhex("6000fe")
OTHER_HOLDER = "0x" + "e5" * 20

TOPIC: bytes = keccak(b"Anchored(uint256)")
OTHER_TOPIC: bytes = keccak(b"Revoked(uint256)")

EMPTY_ROOT: bytes = keccak(rlp.encode(b""))
EMPTY_CODE: bytes = keccak(b"")
EMPTY_UNCLES: bytes = keccak(rlp.encode([]))

# The header's fields in their order (Prague), each with the way JSON-RPC writes it: a number, or data.
MEMBERS = {
    "parentHash": "data",
    "sha3Uncles": "data",
    "miner": "data",
    "stateRoot": "data",
    "transactionsRoot": "data",
    "receiptsRoot": "data",
    "logsBloom": "data",
    "difficulty": "number",
    "number": "number",
    "gasLimit": "number",
    "gasUsed": "number",
    "timestamp": "number",
    "extraData": "data",
    "mixHash": "data",
    "nonce": "data",
    "baseFeePerGas": "number",
    "withdrawalsRoot": "data",
    "blobGasUsed": "number",
    "excessBlobGas": "number",
    "parentBeaconBlockRoot": "data",
    "requestsHash": "data",
}


def balance_of(holder: str) -> bytes:
    """Call what TOKEN answers; it reverts whatever else it is called with."""
    return bytes.fromhex("70a08231") + bytes(12) + bytes.fromhex(holder[2:])


def packed_answer(answers: Sequence[bytes | None]) -> str:
    """Answer as `aggregate3` does."""
    rows = [(answer is not None, answer or b"") for answer in answers]
    return "0x" + encode(["(bool,bytes)[]"], [rows]).hex()


class HonestChain:
    """Blocks 0 to `head`, 12 seconds apart; every block has a state and logs of its own, and Multicall3 or not."""

    def __init__(
        self,
        chain_id: int = 1,
        head: int = 9,
        final: int = 6,
        salt: bytes = b"",
        fork: int = 0,
        *,
        multicall: bool = False,
    ) -> None:
        self.multicall = multicall
        self.chain_id = chain_id
        self.final = final
        self.nodes: dict[bytes, bytes] = {}
        self.roots: list[dict[str, bytes]] = []
        self.headers: list[bytes] = []
        for number in range(head + 1):
            self._append(number, salt if number >= fork else b"")

    def balance(self, address: str, number: int) -> int:
        return {RICH: 10**18 + number, POOR: 1 + number, TOKEN: 0}.get(address, 0)

    def word(self, slot: bytes, number: int) -> int:
        return 1000 * (SLOTS.index(slot) + 1) + number if slot in SLOTS else 0

    def code(self, address: str) -> bytes:
        return {TOKEN: CODE, MULTICALL3: MULTICALL_CODE if self.multicall else b""}.get(address, b"")

    def call(self, to: str, data: bytes, number: int) -> bytes | None:
        """Tell what a call gives; None where it reverts."""
        if to == MULTICALL3 and self.multicall:
            return bytes.fromhex(packed_answer(self.unpacked_answers("0x" + data.hex(), number))[2:])
        if to != TOKEN:
            return b""
        if len(data) != 36 or data[:4] != balance_of(RICH)[:4]:
            return None
        return (1000 * data[-1] + number).to_bytes(32, "big")

    def unpacked(self, data: str) -> list[tuple[str, bool, bytes]]:
        """Read what `aggregate3` is called with."""
        raw = bytes.fromhex(data[2:])
        assert raw[:4] == keccak(b"aggregate3((address,bool,bytes)[])")[:4]
        calls: list[tuple[str, bool, bytes]] = list(decode(["(address,bool,bytes)[]"], raw[4:])[0])
        assert raw[4:] == encode(["(address,bool,bytes)[]"], [calls])
        assert all(may_fail for _, may_fail, _ in calls)
        return calls

    def unpacked_answers(self, data: str, number: int) -> list[bytes | None]:
        return [self.call(to, called, number) for to, _, called in self.unpacked(data)]

    def access(self, to: str) -> dict[str, Any]:
        keys = ["0x" + slot.hex() for slot in SLOTS[:2]]
        return {"accessList": [{"address": to, "storageKeys": keys}], "gasUsed": "0x5208"}

    def hash(self, number: int) -> bytes:
        return keccak(self.headers[number])

    def state_root(self, number: int) -> bytes:
        root: bytes = rlp.decode(self.headers[number])[3]
        return root

    def block(self, number: int) -> dict[str, Any]:
        fields = rlp.decode(self.headers[number])
        value: dict[str, Any] = {
            name: hex(int.from_bytes(field, "big")) if kind == "number" else "0x" + field.hex()
            for (name, kind), field in zip(MEMBERS.items(), fields, strict=True)
        }
        # What a node adds to the header; none of it is hashed.
        return value | {
            "hash": "0x" + self.hash(number).hex(),
            "size": "0x29a",
            "totalDifficulty": "0x0",
            "transactions": [],
            "uncles": [],
            "withdrawals": [],
        }

    def proof(self, address: str, keys: Sequence[str], number: int) -> dict[str, Any]:
        storage_root = self.roots[number]["storage"] if address == TOKEN else EMPTY_ROOT
        return {
            "address": address,
            "balance": hex(self.balance(address, number)),
            "nonce": "0x0",
            "codeHash": "0x" + (keccak(CODE) if address == TOKEN else EMPTY_CODE).hex(),
            "storageHash": "0x" + storage_root.hex(),
            "accountProof": self._nodes(self.roots[number]["state"], bytes.fromhex(address[2:])),
            "storageProof": [
                {
                    "key": key,
                    "value": hex(self.word(bytes.fromhex(key[2:]), number)),
                    "proof": self._nodes(storage_root, bytes.fromhex(key[2:])),
                }
                for key in keys
            ],
        }

    def logs(self, address: str, topics: Sequence[str], first: int, last: int) -> list[dict[str, Any]]:
        blocks = range(first, min(last, len(self.headers) - 1) + 1)
        found = [log for number in blocks for log in self._logs_of(number)]
        return [log for log in found if (log["address"], log["topics"][: len(topics)]) == (address, list(topics))]

    def _logs_of(self, number: int) -> list[dict[str, Any]]:
        """Tell what block `number` logged: TOKEN has `number % 3` logs of TOPIC there, from place 1 on."""
        said = [(TOKEN, OTHER_TOPIC), *[(TOKEN, TOPIC)] * (number % 3), (POOR, TOPIC)]
        return [
            {
                "address": address,
                "topics": ["0x" + topic.hex(), f"0x{number:064x}"],
                "data": f"0x{index:064x}",
                "blockNumber": hex(number),
                "blockHash": "0x" + self.hash(number).hex(),
                "transactionHash": "0x" + keccak(bytes([number, index])).hex(),
                "transactionIndex": hex(index),
                "logIndex": hex(index),
                "removed": False,
            }
            for index, (address, topic) in enumerate(said)
        ]

    def number_of(self, block: object) -> int | None:
        if isinstance(block, dict):
            block = block["blockHash"]
        named = {"0x" + self.hash(number).hex(): number for number in range(len(self.headers))}
        named |= {"latest": len(self.headers) - 1, "finalized": self.final}
        named |= {hex(number): number for number in range(len(self.headers))}
        return named.get(str(block))

    def _append(self, number: int, salt: bytes) -> None:
        storage = HexaryTrie(self.nodes)
        for slot in SLOTS:
            storage[keccak(slot)] = rlp.encode(self.word(slot, number))
        state = HexaryTrie(self.nodes)
        for address in (RICH, POOR):
            account = [0, self.balance(address, number), EMPTY_ROOT, EMPTY_CODE]
            state[keccak(bytes.fromhex(address[2:]))] = rlp.encode(account)
        state[keccak(bytes.fromhex(TOKEN[2:]))] = rlp.encode([1, 0, storage.root_hash, keccak(CODE)])
        self.roots.append({"state": state.root_hash, "storage": storage.root_hash})
        parent = keccak(self.headers[-1]) if self.headers else bytes(32)
        self.headers.append(
            rlp.encode(
                [
                    parent,
                    EMPTY_UNCLES,
                    bytes(20),
                    state.root_hash,
                    EMPTY_ROOT,
                    EMPTY_ROOT,
                    bytes(256),
                    0,
                    number,
                    30_000_000,
                    0,
                    1_793_000_000 + 12 * number,
                    salt,
                    keccak(bytes([number])),
                    bytes(8),
                    7,
                    EMPTY_ROOT,
                    0,
                    0,
                    bytes(32),
                    bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                ]
            )
        )

    def _nodes(self, root: bytes, key: bytes) -> list[str]:
        if root == EMPTY_ROOT:
            return []
        trie: Any = HexaryTrie(self.nodes, root)
        return ["0x" + rlp.encode(node).hex() for node in trie.get_proof(keccak(key))]
