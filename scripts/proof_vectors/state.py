"""State proofs: accounts and storage words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import rlp
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from scripts.proof_vectors.case import (
    EMPTY_CODE,
    EMPTY_ROOT,
    EVIDENCE,
    FORMAT,
    Case,
    Json,
    address,
    case,
    flipped,
    hexed,
    hexes,
    number,
    seed,
)


class State:
    """A state trie with storage tries, and proofs without the nodes that stand whole in their parents."""

    def __init__(self) -> None:
        self.nodes: dict[bytes, bytes] = {}
        self.state = HexaryTrie(self.nodes)
        for i in range(40):
            self.put(address(f"filler {i}"), [number(i), number(10**18 + i), EMPTY_ROOT, EMPTY_CODE])

    def put(self, holder: str, account: Sequence[bytes] | bytes) -> None:
        value = account if isinstance(account, bytes) else rlp.encode(list(account))
        self.state[keccak(bytes.fromhex(holder[2:]))] = value

    def storage(self, words: Mapping[bytes, bytes]) -> bytes:
        storage = HexaryTrie(self.nodes)
        for key, value in words.items():
            storage[keccak(key)] = value
        return bytes(storage.root_hash)

    def path(self, root: bytes, key: bytes) -> list[bytes]:
        trie: Any = HexaryTrie(self.nodes, root)
        return [rlp.encode(node) for node in trie.get_proof(keccak(key))]

    def proof(self, root: bytes, key: bytes) -> list[bytes]:
        return [node for i, node in enumerate(self.path(root, key)) if i == 0 or len(node) >= 32]

    def account(self, holder: str) -> list[bytes]:
        return self.proof(self.state.root_hash, bytes.fromhex(holder[2:]))


def account_cases() -> Iterator[Case]:
    state = State()
    holder, absent = address("holder"), address("absent")
    storage_root = state.storage({bytes(32): rlp.encode(number(7))})
    state.put(holder, [number(5), number(10**20 + 1), storage_root, keccak(b"code")])
    root, nodes = state.state.root_hash, state.account(holder)

    def given(nodes: Sequence[bytes], who: str = holder, under: bytes = root) -> Json:
        return {"stateRoot": hexed(under), "address": who, "nodes": hexes(nodes)}

    nothing = {"nonce": 0, "balance": "0", "storageRoot": hexed(EMPTY_ROOT), "codeHash": hexed(EMPTY_CODE)}
    held = {
        "nonce": 5,
        "balance": str(10**20 + 1),
        "storageRoot": hexed(storage_root),
        "codeHash": hexed(keccak(b"code")),
    }
    name = "account-proof/account"
    yield case(f"{name}_present.json", "an account", "T55", given(nodes), held | {"exists": True})
    none = nothing | {"exists": False}
    yield case(f"{name}_absent.json", "a path that ends elsewhere", "T64", given(state.account(absent), absent), none)
    yield case(f"{name}_empty_state.json", "a state with nothing in it", "T64", given([], holder, EMPTY_ROOT), none)
    wrong = [
        ("no_nodes", "no nodes: absence is shown, not left out", given([]), EVIDENCE),
        ("empty_node", "the empty trie's node under another root", given([b"\x80"]), EVIDENCE),
        ("last_missing", "the last node is missing", given(nodes[:-1]), EVIDENCE),
        ("first_missing", "the first node is missing", given(nodes[1:]), EVIDENCE),
        ("reversed", "leaf first", given(nodes[::-1]), EVIDENCE),
        ("twice", "one node twice", given([*nodes, nodes[-1]]), EVIDENCE),
        ("foreign", "a valid node of another path", given([*nodes, state.account(address("filler 1"))[-1]]), EVIDENCE),
        ("other_account", "the proof of another account", given(state.account(address("filler 1"))), EVIDENCE),
        ("other_root", "another state root", given(nodes, under=seed("root")), EVIDENCE),
        ("flipped", "one bit of the leaf", given([*nodes[:-1], flipped(nodes[-1], 40)]), EVIDENCE),
        ("cut", "the leaf lacks its last byte", given([*nodes[:-1], nodes[-1][:-1]]), EVIDENCE),
        ("empty_bytes", "an empty byte string as node", given([*nodes, b""]), EVIDENCE),
        ("many", "65 nodes", given([bytes([i]) for i in range(65)]), EVIDENCE),
        ("large", "a node of 1025 bytes", given([*nodes, bytes(1025)]), EVIDENCE),
        ("upper", "an address in upper case", given(nodes, holder[:2] + holder[2:].upper()), FORMAT),
        ("address_short", "an address of 19 bytes", given(nodes, holder[:-2]), FORMAT),
    ]
    for what, description, member, expect in wrong:
        yield case(f"{name}_{what}_fail.json", description, "T55", member, expect)
    yield from odd_account_cases(storage_root)


def odd_account_cases(storage_root: bytes) -> Iterator[Case]:
    good = [number(5), number(10**20), storage_root, EMPTY_CODE]
    odd: list[tuple[str, str, Any]] = [
        ("three", "three items", good[:3]),
        ("five", "five items", [*good, b""]),
        ("nonce_zero", "a nonce with a leading zero byte", [b"\x00\x05", *good[1:]]),
        ("nonce_wide", "a nonce of 9 bytes", [b"\x01" * 9, *good[1:]]),
        ("balance_zero", "a balance of one zero byte", [good[0], b"\x00", *good[2:]]),
        ("balance_wide", "a balance of 33 bytes", [good[0], b"\x01" * 33, *good[2:]]),
        ("storage_short", "a storage root of 31 bytes", [*good[:2], storage_root[:31], EMPTY_CODE]),
        ("code_list", "a list for the code hash", [*good[:3], [b"a"]]),
        ("no_list", "a byte string", rlp.encode(b"account")),
        ("not_rlp", "a value that is not RLP", b"\xf8\x01\x00" + bytes(40)),
    ]
    for what, description, value in odd:
        state = State()
        holder = address("holder")
        state.put(holder, value)
        given = {"stateRoot": hexed(state.state.root_hash), "address": holder, "nodes": hexes(state.account(holder))}
        yield case(f"account-proof/account_{what}_fail.json", description, "T55", given, EVIDENCE)


def storage_cases() -> Iterator[Case]:
    state = State()
    name, key = "account-proof/storage", seed("slot")
    words = {seed(f"slot {i}"): rlp.encode(number(1000 + i)) for i in range(40)}
    root = state.storage(words | {key: rlp.encode(number(2**255 + 9))})
    nodes = state.proof(root, key)

    def given(nodes: Sequence[bytes], under: bytes = root, at: bytes = key) -> Json:
        return {"storageRoot": hexed(under), "key": hexed(at), "nodes": hexes(nodes)}

    yield case(f"{name}_present.json", "a word", "T55", given(nodes), {"value": str(2**255 + 9)})
    absent = seed("no slot")
    yield case(f"{name}_absent.json", "no word", "T64", given(state.proof(root, absent), at=absent), {"value": "0"})
    yield case(f"{name}_empty.json", "empty storage, no nodes", "T64", given([], EMPTY_ROOT), {"value": "0"})
    yield case(
        f"{name}_empty_node.json", "empty storage, its node", "T64", given([b"\x80"], EMPTY_ROOT), {"value": "0"}
    )
    # The hashes of these keys share eight digits, so that their leaves are short enough to stand in their parent.
    deep, other = (i.to_bytes(32, "big") for i in (40_364, 105_566))
    within = state.storage({deep: b"\x01", other: b"\x02"})
    apart, path = state.proof(within, deep), state.path(within, deep)
    yield case(
        f"{name}_embedded.json", "the leaf stands in its parent", "T55", given(apart, within, deep), {"value": "1"}
    )
    yield case(f"{name}_embedded_listed.json", "and is listed", "T55", given(path, within, deep), {"value": "1"})
    wrong = [
        ("no_nodes", "no nodes", given([])),
        ("last_missing", "the last node is missing", given(nodes[:-1])),
        ("twice", "one node twice", given([nodes[0], *nodes])),
        ("empty_with_nodes", "nodes of an empty storage", given(nodes, EMPTY_ROOT)),
        ("empty_twice", "the empty node twice", given([b"\x80", b"\x80"], EMPTY_ROOT)),
        ("embedded_twice", "an embedded leaf twice", given([*path, path[-1]], within, deep)),
        ("embedded_first", "an embedded leaf before its parent", given(path[::-1], within, deep)),
        ("other_key", "the proof of another key", given(state.proof(root, absent))),
    ]
    for what, description, member in wrong:
        yield case(f"{name}_{what}_fail.json", description, "T55", member, EVIDENCE)
    odd = [
        ("zero", "zero, which is never stored", b"\x80"),
        ("leading", "a word with a leading zero byte", b"\x82\x00\x01"),
        ("wide", "a word of 33 bytes", rlp.encode(b"\x01" * 33)),
        ("list", "a list", rlp.encode([b"a"])),
        ("trailing", "a word and one byte more", b"\x01\x01"),
    ]
    for what, description, value in odd:
        strange = state.storage(words | {key: value})
        yield case(
            f"{name}_word_{what}_fail.json", description, "T55", given(state.proof(strange, key), strange), EVIDENCE
        )
    leaf = rlp.encode([b"\x20" + keccak(key), [b"\x20", b"v"]])
    yield case(f"{name}_node_as_word_fail.json", "a node for a word", "T55", given([leaf], keccak(leaf)), EVIDENCE)
    loose = rlp.encode([b"\x00" + keccak(key), rlp.encode([[b"a"], b"v"])])
    yield case(f"{name}_loose_node_fail.json", "a key that is a list", "T84", given([loose], keccak(loose)), EVIDENCE)
