"""Token holdings: storage words under a layout of the verifier's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import rlp
from eth_utils.crypto import keccak

from scripts.proof_vectors.case import EMPTY_ROOT, EVIDENCE, Case, Json, address, case, hexed, hexes, number, seed
from scripts.proof_vectors.state import State


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
        ("other_slot", "the word under another base slot", given(plain | {"baseSlot": 11}, balance)),
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
