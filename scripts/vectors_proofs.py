"""Make the vectors of `por.proofs` (families header, account-proof, control, signed-note), without the code under test.

Everything here is synthetic: tries built by `trie`, and keys that are hashes of their names. The signatures of
other people's making are those of the C2SP specification's own example.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import rlp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

Json = dict[str, Any]
Case = tuple[str, Json]

EMPTY_ROOT: bytes = keccak(b"\x80")
EMPTY_CODE: bytes = keccak(b"")
EVIDENCE: Json = {"error": "EvidenceError"}
FORMAT: Json = {"error": "FormatError"}
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def seed(name: str) -> bytes:
    return hashlib.sha256(f"por vector {name}".encode()).digest()


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def case(path: str, description: str, threat: str, given: Mapping[str, Any], expect: Json) -> Case:
    return path, {"description": description, "threat": threat, "input": dict(given), "expect": expect}


def cases() -> Iterator[Case]:
    yield from header_cases()
    yield from json_block_cases()
    yield from account_cases()
    yield from storage_cases()
    yield from token_cases()
    yield from control_cases()
    yield from note_cases()
    yield from key_cases()
    yield from bundle_text_cases()


# Headers

NAMES = (
    "parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty number gasLimit gasUsed "
    "timestamp extraData mixHash nonce baseFeePerGas withdrawalsRoot blobGasUsed excessBlobGas parentBeaconBlockRoot "
    "requestsHash"
).split()
NUMBERS = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas"}


def number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def header_fields(count: int, state_root: bytes = EMPTY_ROOT) -> list[Any]:
    sizes = {"miner": 20, "logsBloom": 256, "nonce": 8}
    fields: list[Any] = [bytes(seed(name) * 8)[: sizes.get(name, 32)] for name in NAMES]
    known = {"number": 23_700_000, "timestamp": 1_793_491_199, "gasLimit": 45_000_000, "gasUsed": 0, "difficulty": 0}
    known |= {"baseFeePerGas": 7, "blobGasUsed": 0, "excessBlobGas": 0x4780000}
    for name, value in known.items():
        fields[NAMES.index(name)] = number(value)
    fields[NAMES.index("stateRoot")] = state_root
    fields[NAMES.index("extraData")] = b"por"
    return fields[:count]


def header_with(**changes: bytes | list[bytes]) -> list[Any]:
    fields = header_fields(21)
    for name, value in changes.items():
        fields[NAMES.index(name)] = value
    return fields


def said_of(encoded: bytes) -> Json:
    fields = rlp.decode(encoded)
    return {
        "hash": hexed(keccak(encoded)),
        "parentHash": hexed(fields[0]),
        "stateRoot": hexed(fields[3]),
        "number": int.from_bytes(fields[8], "big"),
        "timestamp": int.from_bytes(fields[11], "big"),
    }


def header_cases() -> Iterator[Case]:
    for fork, count in (("homestead", 15), ("london", 16), ("shanghai", 17), ("cancun", 20), ("prague", 21)):
        encoded = rlp.encode(header_fields(count))
        yield case(
            f"header/{fork}.json", f"a header of {count} fields", "T55", {"rlp": hexed(encoded)}, said_of(encoded)
        )
    sealed = rlp.encode(header_with(extraData=bytes(97)))
    yield case("header/sealed.json", "97 bytes of extra data", "T55", {"rlp": hexed(sealed)}, said_of(sealed))
    whole = rlp.encode(header_fields(21))
    later = rlp.encode([*header_fields(21), seed("later")])
    wrong: list[tuple[str, str, bytes]] = [
        ("short", "14 fields", rlp.encode(header_fields(14))),
        ("later_field", "a 22nd field, which no rule of this release hashes", later),
        ("list_inside", "a list where a hash belongs", rlp.encode(header_with(stateRoot=[b"a"]))),
        ("zero_first", "a number with a leading zero byte", rlp.encode(header_with(number=b"\x00\x01"))),
        ("zero_byte", "zero written as one zero byte", rlp.encode(header_with(difficulty=b"\x00"))),
        ("number_wide", "a block number of 9 bytes", rlp.encode(header_with(number=b"\x01" * 9))),
        ("fee_wide", "a base fee of 33 bytes", rlp.encode(header_with(baseFeePerGas=b"\x01" * 33))),
        ("root_short", "a state root of 31 bytes", rlp.encode(header_with(stateRoot=bytes(31)))),
        ("root_empty", "an empty state root", rlp.encode(header_with(stateRoot=b""))),
        ("miner_long", "a miner of 21 bytes", rlp.encode(header_with(miner=bytes(21)))),
        ("bloom_short", "a bloom filter of 255 bytes", rlp.encode(header_with(logsBloom=bytes(255)))),
        ("nonce_short", "a nonce of 7 bytes", rlp.encode(header_with(nonce=bytes(7)))),
        ("requests_short", "the last known field is short", rlp.encode(header_with(requestsHash=bytes(20)))),
        ("year_10000", "a time that no instant can name", rlp.encode(header_with(timestamp=number(253_402_300_800)))),
        ("trailing", "one byte after the list", whole + b"\x00"),
        ("truncated", "the last byte is missing", whole[:-1]),
        ("long_length", "a list whose length has a leading zero", b"\xfa\x00" + whole[1:]),
        ("string", "a byte string, not a list", rlp.encode(whole)),
        ("empty_list", "an empty list", b"\xc0"),
        ("nested", "lists in lists", b"\xc3\xc2\xc1\xc0"),
    ]
    for name, description, encoded in wrong:
        yield case(f"header/{name}_fail.json", description, "T55", {"rlp": hexed(encoded)}, EVIDENCE)


def json_block(count: int = 21) -> Json:
    fields = header_fields(count)
    block: Json = {
        name: hex(int.from_bytes(value, "big")) if name in NUMBERS else hexed(value)
        for name, value in zip(NAMES, fields, strict=False)
    }
    return block | {"hash": hexed(keccak(rlp.encode(fields))), "size": "0x29a", "transactions": [], "uncles": []}


def json_block_cases() -> Iterator[Case]:
    block = json_block()
    right = {"rlp": hexed(rlp.encode(header_fields(21)))}
    yield case("header/block.json", "a block as JSON-RPC gives it", "T55", {"block": block}, right)
    old = json_block(15) | {"baseFeePerGas": None, "withdrawalsRoot": None, "totalDifficulty": "0x1"}
    yield case(
        "header/block_null.json",
        "later fields are null, which is as good as absent",
        "T55",
        {"block": old},
        {"rlp": hexed(rlp.encode(header_fields(15)))},
    )
    wrong = [
        ("unknown", "a member that could be a later field", block | {"blockAccessListHash": hexed(seed("list"))}),
        ("missing", "no state root", {name: value for name, value in block.items() if name != "stateRoot"}),
        ("gap", "a later field without the one before it", block | {"parentBeaconBlockRoot": None}),
        ("upper", "upper-case hexadecimal", block | {"stateRoot": "0x" + "AB" * 32}),
        ("padded", "a quantity with a leading zero", block | {"number": "0x01"}),
        ("bare", "a quantity without digits", block | {"number": "0x"}),
        ("json_number", "a JSON number", block | {"number": 23_700_000}),
        ("unprefixed", "no 0x", block | {"stateRoot": "ab" * 32}),
        ("odd", "an odd number of digits", block | {"extraData": "0xabc"}),
        ("spaced", "a space among the digits", block | {"miner": "0x" + "ab " * 20}),
        ("short", "a hash of 31 bytes", block | {"parentHash": hexed(bytes(31))}),
        ("wide", "a block number of 9 bytes", block | {"number": "0x1" + "0" * 17}),
        ("nothing", "an empty object", {}),
    ]
    for name, description, member in wrong:
        yield case(f"header/block_{name}_fail.json", description, "T86", {"block": member}, FORMAT)


# State proofs


def address(name: str) -> str:
    return hexed(seed(f"address {name}")[:20])


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


def hexes(nodes: Sequence[bytes]) -> list[str]:
    return [hexed(node) for node in nodes]


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


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


def token_cases() -> Iterator[Case]:
    state = State()
    name, holder, blocked = "account-proof/token", address("holder"), address("blocked")
    token, proxy, behind = address("token"), address("proxy"), address("behind")
    slot, spoilt = seed("slot of the implementation"), seed("slot of no address")
    keys = {
        "key-slot": keccak(bytes.fromhex(holder[2:]).rjust(32, b"\x00") + number(9).rjust(32, b"\x00")),
        "slot-key": keccak(number(9).rjust(32, b"\x00") + bytes.fromhex(holder[2:]).rjust(32, b"\x00")),
        "blocked": keccak(bytes.fromhex(blocked[2:]).rjust(32, b"\x00") + number(9).rjust(32, b"\x00")),
    }
    words = {keys["key-slot"]: 12_345, keys["slot-key"]: 777, keys["blocked"]: 2**255 + 5}
    words |= {slot: int(behind, 16), spoilt: 2**160 + 1, seed("else"): 1}
    storage = state.storage({key: rlp.encode(number(word)) for key, word in words.items()})
    for who, code in ((token, b"token"), (proxy, b"proxy")):
        state.put(who, [b"\x01", b"", storage, keccak(code)])
    for who, code in ((behind, b"behind"), (address("upgrade"), b"upgrade"), (address("twin"), b"behind")):
        state.put(who, [b"\x01", b"", EMPTY_ROOT, keccak(code)])

    def layout(who: str, code: bytes, **changes: Any) -> Json:
        row = {"asset": f"eip155:1/erc20:{who}", "codeHash": hexed(keccak(code)), "baseSlot": 9, "order": "key-slot"}
        return row | {"mask": hexed(b"\xff" * 32), "implementation": None} | changes

    def shown(who: str, *at: bytes) -> Json:
        storages = [hexes(state.proof(storage, key)) for key in at]
        return {"address": who, "accountProof": hexes(state.account(who)), "storageProofs": storages}

    def given(row: Json, *proofs: Json, who: str = holder) -> Json:
        return {"stateRoot": hexed(state.state.root_hash), "holder": who, "layout": row, "proofs": list(proofs)}

    plain, mask = layout(token, b"token"), hexed((2**255 - 1).to_bytes(32, "big"))
    pinned = {"slot": hexed(slot), "codeHash": hexed(keccak(b"behind"))}
    proxied = layout(proxy, b"proxy", mask=mask, implementation=pinned)
    balance, vyper, flagged = shown(token, keys["key-slot"]), shown(token, keys["slot-key"]), keys["blocked"]
    first, second = shown(proxy, keys["key-slot"], slot), shown(behind)
    right = [
        ("key_slot", "a mapping as Solidity keeps it", given(plain, balance), 12_345, 0),
        ("slot_key", "a mapping as Vyper keeps it", given(plain | {"order": "slot-key"}, vyper), 777, 0),
        ("proxy", "a proxy with the code behind it", given(proxied, first, second), 12_345, 0),
        (
            "blocked",
            "a bit outside the mask",
            given(proxied, shown(proxy, flagged, slot), second, who=blocked),
            5,
            2**255,
        ),
        ("none", "a holder of nothing", given(plain, shown(token, empty_key(9)), who=address("absent")), 0, 0),
    ]
    for what, description, member, units, flags in right:
        yield case(f"{name}_{what}.json", description, "T60", member, {"units": str(units), "flags": hex(flags)})
    twin = {"slot": hexed(slot), "codeHash": hexed(keccak(b"upgrade"))}
    no_address = proxied | {"implementation": {"slot": hexed(spoilt), "codeHash": hexed(keccak(b"behind"))}}
    wrong = [
        ("other_code", "the token runs another code", given(layout(token, b"else"), balance)),
        (
            "other_token",
            "the proof of another contract with this storage",
            given(plain, shown(proxy, keys["key-slot"])),
        ),
        ("other_holder", "another holder's word", given(plain, balance, who=blocked)),
        ("other_order", "the word under the other order of hashing", given(plain, vyper)),
        ("other_slot", "the word under another base slot", given(plain | {"baseSlot": 10}, balance)),
        ("no_storage", "no storage proof", given(plain, shown(token))),
        ("more_storage", "a storage proof that nobody asked for", given(plain, shown(token, keys["key-slot"], slot))),
        ("no_proof", "no proof at all", given(plain)),
        ("more_proofs", "a second account for a token without proxy", given(plain, balance, second)),
        ("no_code_behind", "the code behind the proxy is not shown", given(proxied, first)),
        ("no_target", "the proxy's slot is not shown", given(proxied, shown(proxy, keys["key-slot"]), second)),
        (
            "slots_swapped",
            "the storage proofs in the other order",
            given(proxied, shown(proxy, slot, keys["key-slot"]), second),
        ),
        ("upgraded", "the code behind is not the pinned one", given(proxied | {"implementation": twin}, first, second)),
        (
            "twin",
            "an account with the pinned code, to which the proxy does not point",
            given(proxied, first, shown(address("twin"))),
        ),
        ("behind_storage", "storage of the code behind", given(proxied, first, shown(behind, slot))),
        (
            "no_address",
            "a slot that holds no address",
            given(no_address, shown(proxy, keys["key-slot"], spoilt), second),
        ),
        ("accounts_swapped", "the accounts in the other order", given(proxied, second, first)),
    ]
    for what, description, member in wrong:
        yield case(f"{name}_{what}_fail.json", description, "T60", member, EVIDENCE)


def empty_key(slot: int) -> bytes:
    return bytes(keccak(bytes.fromhex(address("absent")[2:]).rjust(32, b"\x00") + number(slot).rjust(32, b"\x00")))


# Control proofs


def challenge(**changes: Any) -> Json:
    issuer = changes.get("issuer", "exchange.example")
    fields = {
        "issuer": issuer,
        "snapshot": f"{issuer}@2026-11-01T00:00:00Z",
        "account": f"eip155:1:{signer_address('holder')}",
        "blockNumber": 23_700_000,
        "blockHash": hexed(seed("block")),
        "expires": "2026-11-08T00:00:00Z",
    }
    return fields | changes


def signer_address(name: str) -> str:
    return str(Account.from_key(seed(f"key {name}")).address).lower()


def statement(of: Json) -> str:
    return (
        f"Signing shows control of this account for the proof of reserves of {of['issuer']}. "
        "It moves no funds and approves no transaction."
    )


def text_of(of: Json) -> str:
    return (
        f"{statement(of)}\n\npor control proof v1\nissuer: {of['issuer']}\nsnapshot: {of['snapshot']}\n"
        f"account: {of['account']}\nblock number: {of['blockNumber']}\nblock hash: {of['blockHash']}\n"
        f"expires: {of['expires']}"
    )


def typed_data_of(of: Json) -> Json:
    texts = ["statement", "issuer", "snapshot", "account"]
    types = [{"name": text, "type": "string"} for text in texts]
    types += [{"name": "blockNumber", "type": "uint256"}, {"name": "blockHash", "type": "bytes32"}]
    domain = [{"name": "name", "type": "string"}, {"name": "version", "type": "string"}]
    return {
        "types": {
            "EIP712Domain": [*domain, {"name": "chainId", "type": "uint256"}],
            "ControlProof": [*types, {"name": "expires", "type": "string"}],
        },
        "primaryType": "ControlProof",
        "domain": {"name": "por control proof", "version": "1", "chainId": int(of["account"].split(":")[1])},
        "message": of | {"statement": statement(of)},
    }


def signed(of: Json, scheme: str, key: str = "holder", text: str | None = None) -> bytes:
    if scheme == "eip191":
        message = encode_defunct(text=text_of(of) if text is None else text)
    else:
        message = encode_typed_data(full_message=typed_data_of(of))
    return bytes(Account.sign_message(message, seed(f"key {key}")).signature)


def rsv(r: int, s: int, v: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([v])


def control_cases() -> Iterator[Case]:
    here = challenge()
    optimism = challenge(account=f"eip155:10:{signer_address('holder')}")

    def given(of: Json, scheme: str, signature: bytes) -> Json:
        return {"challenge": of, "scheme": scheme, "signature": hexed(signature)}

    for scheme in ("eip191", "eip712"):
        for chain, of in (("1", here), ("10", optimism)):
            said = {"signer": signer_address("holder"), "isAccount": True}
            said |= {"text": text_of(of)} if scheme == "eip191" else {"typedData": typed_data_of(of)}
            path = f"control/{scheme}_chain_{chain}.json"
            yield case(
                path, f"a key signs by {scheme} on chain {chain}", "T43", given(of, scheme, signed(of, scheme)), said
            )
    replayed: list[tuple[str, str, str, Json]] = [
        ("issuer", "T43", "another issuer's challenge", challenge(issuer="other.example")),
        ("snapshot", "T43", "the last snapshot's", challenge(snapshot="exchange.example@2026-10-01T00:00:00Z")),
        ("block_hash", "T43", "a challenge of another fork", challenge(blockHash=hexed(seed("fork")))),
        ("block_number", "T43", "a challenge of another block number", challenge(blockNumber=23_699_999)),
        ("expires", "T43", "a challenge that ends later", challenge(expires="2027-11-08T00:00:00Z")),
        (
            "chain",
            "T53",
            "a test network's challenge",
            challenge(account=f"eip155:11155111:{signer_address('holder')}"),
        ),
    ]
    for scheme in ("eip191", "eip712"):
        for what, threat, description, other in replayed:
            signature = signed(other, scheme)
            path = f"control/{scheme}_other_{what}_fail.json"
            yield case(
                path, f"a signature of {description}", threat, given(here, scheme, signature), {"isAccount": False}
            )
    signature = signed(here, "eip191")
    strangers: list[tuple[str, str, str, str, bytes]] = [
        ("other_key", "T47", "another key signs", "eip191", signed(here, "eip191", "other")),
        ("scheme_swapped", "T48", "an EIP-712 signature shown as EIP-191", "eip191", signed(here, "eip712")),
        (
            "line_feed",
            "T43",
            "the text with one line feed more",
            "eip191",
            signed(here, "eip191", text=text_of(here) + "\n"),
        ),
        (
            "fixed_text",
            "T43",
            "a text that names no snapshot",
            "eip191",
            signed(here, "eip191", text="I own this account"),
        ),
        ("other_v", "T48", "the other v", "eip191", signature[:64] + bytes([55 - signature[64]])),
    ]
    for what, threat, description, scheme, other_signature in strangers:
        member = given(here, scheme, other_signature)
        yield case(f"control/{what}_fail.json", description, threat, member, {"isAccount": False})
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:64]))
    v = signature[64]
    malformed: list[tuple[str, str, str, bytes]] = [
        ("v_0", "v of 0 or 1", "eip191", rsv(r, s, v - 27)),
        ("v_29", "v of 29 or 30", "eip191", rsv(r, s, v + 2)),
        ("v_chain", "v with a chain id in it", "eip191", rsv(r, s, v + 10)),
        ("high_s", "the same signature with s in the upper half", "eip191", rsv(r, ORDER - s, 55 - v)),
        ("r_zero", "r is zero", "eip191", rsv(0, s, v)),
        ("s_zero", "s is zero", "eip191", rsv(r, 0, v)),
        ("r_order", "r is the order of the group", "eip191", rsv(ORDER, s, v)),
        ("s_order", "s is the order of the group", "eip191", rsv(r, ORDER, v)),
        ("zeros", "65 zero bytes", "eip191", bytes(65)),
        ("zeros_27", "r and s are zero, v is not", "eip191", rsv(0, 0, 27)),
        ("no_point", "r is the abscissa of no point", "eip191", rsv(5, s, v)),
        ("compact", "the 64 bytes of EIP-2098", "eip191", signature[:64]),
        ("long", "66 bytes", "eip191", signature + b"\x00"),
        ("empty", "no bytes", "eip191", b""),
        ("eip1271", "a scheme that this release does not verify", "eip1271", signature),
        ("bip322", "a scheme of another chain", "bip322", signature),
    ]
    for what, description, scheme, broken in malformed:
        yield case(f"control/{what}_fail.json", description, "T48", given(here, scheme, broken), EVIDENCE)
    yield from control_field_cases(signature)


def control_field_cases(signature: bytes) -> Iterator[Case]:
    account = challenge()["account"]
    odd = [
        ("issuer_lines", "an issuer that holds lines of its own", challenge(issuer="exchange.example\nsnapshot: x")),
        ("issuer_upper", "an issuer in upper case", challenge(issuer="Exchange.example")),
        (
            "snapshot_foreign",
            "the snapshot of another issuer",
            challenge(snapshot="other.example@2026-11-01T00:00:00Z"),
        ),
        ("snapshot_day", "a day for an instant", challenge(snapshot="exchange.example@2026-11-01")),
        ("expires_zone", "an expiry with an offset", challenge(expires="2026-11-08T00:00:00+00:00")),
        ("account_upper", "an address in upper case", challenge(account=account[:11] + account[11:].upper())),
        ("hash_short", "a block hash of 31 bytes", challenge(blockHash=hexed(bytes(31)))),
    ]
    for what, description, of in odd:
        given = {"challenge": of, "scheme": "eip191", "signature": hexed(signature)}
        yield case(f"control/field_{what}_fail.json", description, "T43", given, FORMAT)


# Signed notes

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
TEXT = "por/bundle/v1\nexchange.example\nexchange.example@2026-11-01T00:00:00Z\n"


class NoteKey:
    """An Ed25519 key made from its name, and what C2SP notes say of it."""

    def __init__(self, name: str, which: str = "") -> None:
        self.name = name
        self.private = Ed25519PrivateKey.from_private_bytes(seed(f"note key {name} {which}"))
        self.public = self.private.public_key().public_bytes_raw()
        self.id = hashlib.sha256(name.encode() + b"\n\x01" + self.public).digest()[:4]
        self.written = f"{name}+{self.id.hex()}+{encoded64(b'\x01' + self.public)}"

    def line(self, text: str, cut: slice = slice(None), name: str | None = None) -> str:
        return f"— {name or self.name} {encoded64((self.id + self.private.sign(text.encode()))[cut])}\n"


def encoded64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def bundle_text() -> str:
    return f"{TEXT}sha256:{seed('bundle').hex()}\n{seed('root').hex()}\n"


def note_cases() -> Iterator[Case]:
    mine, old, stranger = NoteKey("exchange.example"), NoteKey("exchange.example", "old"), NoteKey("witness.example")
    text, blank = bundle_text(), "One.\n\nTwo, after a blank line; three, ünïcode.\n"

    def given(note: str, *keys: NoteKey) -> Json:
        return {"note": note, "keys": [key.written for key in keys]}

    def said(of: str, *keys: NoteKey) -> Json:
        return {"text": of, "names": [f"{key.name}+{key.id.hex()}" for key in keys]}

    name, line = "signed-note/note", mine.line(text)
    whole = f"{text}\n{line}"
    example = {"text": "This is an example message.\n", "names": ["example.com/foo+530d903a"]}
    yield case(f"{name}_c2sp.json", "C2SP's own example", "T39", {"note": EXAMPLE_NOTE, "keys": [EXAMPLE_KEY]}, example)
    yield case(f"{name}_one.json", "one known key", "T39", given(whole, mine), said(text, mine))
    both = f"{text}\n{mine.line(text)}{old.line(text)}"
    yield case(f"{name}_rotated.json", "two keys of one name", "T39", given(both, old, mine), said(text, mine, old))
    beside = f"{text}\n{stranger.line('other text')}{line}"
    yield case(f"{name}_stranger.json", "an unknown key signs too", "T39", given(beside, mine), said(text, mine))
    yield case(f"{name}_nobody.json", "no known key: nothing is shown", "T34", given(whole, old, stranger), said(text))
    yield case(
        f"{name}_blank.json", "blank lines", "T39", given(f"{blank}\n{mine.line(blank)}", mine), said(blank, mine)
    )
    many = "".join(NoteKey(f"w{i}.example").line(text) for i in range(15))
    yield case(f"{name}_sixteen.json", "16 signatures", "T84", given(f"{text}\n{many}{line}", mine), said(text, mine))
    wrong = [
        ("text_changed", "T42", "one character of the text", whole.replace("11-01", "11-02", 1)),
        ("line_added", "T42", "a line more in the text", f"{text}more\n\n{line}"),
        ("other_text", "T34", "a good signature of another text", f"{text}\n{mine.line('other text')}"),
        ("flipped", "T48", "a signature with one bit changed", f"{text}\n{spoilt_line(mine, text)}"),
        ("above_order", "T48", "the same signature with S above the order", f"{text}\n{lifted_line(mine, text)}"),
        ("cut", "T48", "a signature of 63 bytes", f"{text}\n{mine.line(text, slice(67))}"),
        ("one_bad", "T39", "one of two known keys signs badly", f"{text}\n{line}{old.line('other text')}"),
        ("twice", "T39", "one key signs twice", f"{text}\n{line}{line}"),
        ("stranger_twice", "T39", "an unknown key signs twice", f"{text}\n{line}{stranger.line(text) * 2}"),
        ("unsigned", "T34", "no signature", f"{text}\n"),
        ("no_blank", "T86", "no blank line", f"{text}{line}"),
        ("no_end", "T86", "no line feed at the end", whole[:-1]),
        ("trailing", "T86", "a blank line at the end", whole + "\n"),
        ("hyphen", "T86", "a hyphen for the dash", whole.replace("— ", "- ")),
        ("two_spaces", "T86", "two spaces", whole.replace("— ", "—  ")),
        ("space_end", "T86", "a space at the end of a signature line", whole[:-1] + " \n"),
        ("carriage", "T93", "a carriage return", whole.replace("\n", "\r\n")),
        ("control", "T93", "an escape character", f"{text}\x1b[2J\n\n{line}"),
        ("bidi", "T93", "a character that turns the direction of reading", f"{text}\u202e\n\n{line}"),
        ("seventeen", "T84", "17 signatures", f"{text}\n{many}{line}{stranger.line(text)}"),
        ("large", "T84", "more than 65536 characters", f"{'a' * 65_536}\n\n{line}"),
        ("unpadded", "T86", "base64 without padding", f"{text}\n{mine.line(text).rstrip('=' + chr(10))}\n"),
        ("loose_bits", "T86", "base64 with unused bits set", f"{text}\n{loosened(line)}"),
        ("url_base64", "T86", "the other base64 alphabet", f"{text}\n— {stranger.name} {'_-' * 34}\n{line}"),
        ("name_plus", "T86", "a plus in a name", f"{text}\n{stranger.line(text, name='a+b')}{line}"),
        ("id_only", "T86", "a key id and nothing after it", f"{text}\n{stranger.line(text, slice(4))}{line}"),
        ("empty", "T68", "nothing", ""),
    ]
    for what, threat, description, note in wrong:
        yield case(f"{name}_{what}_fail.json", description, threat, given(note, mine, old), EVIDENCE)


def spoilt_line(key: NoteKey, text: str) -> str:
    return f"— {key.name} {encoded64(key.id + flipped(key.private.sign(text.encode()), 40))}\n"


def lifted_line(key: NoteKey, text: str) -> str:
    signature = key.private.sign(text.encode())
    lifted = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    return f"— {key.name} {encoded64(key.id + signature[:32] + lifted.to_bytes(32, 'little'))}\n"


def loosened(line: str) -> str:
    """Set the lowest of the bits that the last digit of base64 leaves unused."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = len(line.rstrip("=\n")) - 1
    return line[:at] + digits[digits.index(line[at]) + 1] + line[at + 1 :]


def key_cases() -> Iterator[Case]:
    name, key = "signed-note/key", NoteKey("exchange.example")
    known = {"name": key.name, "id": key.id.hex(), "public": key.public.hex()}
    yield case(f"{name}.json", "a verifier key", "T39", {"key": key.written}, known)
    weak = {
        "weak_zero": bytes(32),
        "weak_one": number(1) + bytes(31),
        "weak_minus_one": (2**255 - 20).to_bytes(32, "little"),
        "weak_sign": (2**255 + 1).to_bytes(32, "little"),
        "weak_eight": bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        "weak_other_eight": bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        "field": (2**255 - 18).to_bytes(32, "little"),
    }
    wrong = {what: vkey(key.name, public) for what, public in weak.items()}
    wrong |= {
        "other_id": key.written.replace(key.id.hex(), "00000000"),
        "other_name": key.written.replace("exchange", "exchange2"),
        "id_upper": f"{key.name}+{key.id.hex().upper()}+{encoded64(b'\x01' + key.public)}",
        "type_2": f"{key.name}+{key.id.hex()}+{encoded64(b'\x02' + key.public)}",
        "short": f"{key.name}+{key.id.hex()}+{encoded64(b'\x01' + key.public[:31])}",
        "no_name": vkey("", key.public),
        "name_space": vkey("exchange example", key.public),
        "line_feed": key.written + "\n",
        "private": f"PRIVATE+KEY+{key.name}+{key.id.hex()}+{encoded64(b'\x01' + key.public)}",
        "empty": "",
    }
    for what, written in wrong.items():
        yield case(
            f"{name}_{what}_fail.json", f"a verifier key: {what.replace('_', ' ')}", "T39", {"key": written}, FORMAT
        )


def vkey(name: str, public: bytes) -> str:
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    return f"{name}+{key_id.hex()}+{encoded64(b'\x01' + public)}"


def bundle_text_cases() -> Iterator[Case]:
    name, text = "signed-note/bundle", bundle_text()
    said = {"issuer": "exchange.example", "snapshot": "exchange.example@2026-11-01T00:00:00Z"}
    said |= {"digest": f"sha256:{seed('bundle').hex()}", "root": seed("root").hex()}
    yield case(f"{name}.json", "what an issuer signs of a bundle", "T34", {"text": text}, said)
    wrong = [
        ("version", "T70", "another version", text.replace("/v1", "/v2")),
        ("snapshot", "T38", "the snapshot of another issuer", text.replace("exchange.example@", "other.example@")),
        ("instant", "T92", "an instant that does not exist", text.replace("11-01", "11-31")),
        ("issuer", "T86", "an issuer in upper case", text.replace("exchange", "Exchange")),
        ("digest", "T86", "a digest in upper case", text.replace(seed("bundle").hex(), seed("bundle").hex().upper())),
        ("algorithm", "T70", "another digest", text.replace("sha256", "sha512")),
        ("root", "T86", "a short root", text[:-3] + "\n"),
        ("root_prefix", "T86", "a root with 0x", text.replace(seed("root").hex(), hexed(seed("root")))),
        ("line_more", "T86", "a sixth line", text + "more\n"),
        ("line_less", "T86", "four lines", "".join(text.splitlines(keepends=True)[:4])),
        ("no_end", "T86", "no line feed at the end", text[:-1]),
        ("spaced", "T86", "a space at the end of a line", text.replace("Z\n", "Z \n")),
    ]
    for what, threat, description, body in wrong:
        yield case(f"{name}_{what}_fail.json", description, threat, {"text": body}, EVIDENCE)
