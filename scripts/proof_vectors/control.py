"""Control proofs: challenges, and signatures of them, of other texts and of no key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data

from scripts.proof_vectors.case import EVIDENCE, FORMAT, Case, Json, case, hexed, seed

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


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
