"""Make the vectors of registry entries, without the code under test: families registry-event and reserve-set.

Events are encoded by eth_abi and hashed by pycryptodome's Keccak; reserve sets are folded by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from scripts.document_vectors.case import Case, Json, case, seed

ENTRY = "(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64)"
TOTALS = "(bytes32,uint128,uint128)[]"
EVENT = keccak(text=f"Anchored(address,uint64,bytes32,bytes32,{ENTRY},{TOTALS})")
ISSUER = "0x3333333333333333333333333333333333333333"
EVIDENCE: Json = {"error": "EvidenceError"}
INSTANT = 1_793_491_200
COIN, TOKEN = "eip155:1/slip44:60", "eip155:1/erc20:0x2222222222222222222222222222222222222222"


def word(name: str) -> bytes:
    return bytes.fromhex(seed(name))


def entry(instant: int = INSTANT, supersedes: int = 0, chain: int = 1) -> tuple[Any, ...]:
    block = (chain, 23_700_000, word("block")) if chain else (0, 0, bytes(32))
    return (instant, *block, word("root"), word("bundle"), word("reserves"), supersedes)


def totals(*rows: tuple[str, int, int]) -> list[tuple[bytes, int, int]]:
    return sorted((keccak(text=asset), owed, claimed) for asset, owed, claimed in rows)


ONE = totals((COIN, 3 * 10**18, 4 * 10**18))
TWO = totals((COIN, 2**128 - 1, 0), (TOKEN, 0, 2**128 - 1))


def log(sequence: int, previous: bytes, said: tuple[Any, ...], rows: list[tuple[bytes, int, int]]) -> Json:
    """Write the log that the contract leaves."""
    digest = keccak(encode([TOTALS], [rows]))
    identifier = keccak(
        encode(["address", "uint64", "bytes32", ENTRY, "bytes32"], [ISSUER, sequence, previous, said, digest])
    )
    topics = [EVENT, bytes(12) + bytes.fromhex(ISSUER[2:]), sequence.to_bytes(32), identifier]
    data = encode(["bytes32", ENTRY, TOTALS], [previous, said, rows])
    return {"topics": ["0x" + topic.hex() for topic in topics], "data": "0x" + data.hex()}


def event_cases() -> Iterator[Case]:
    good = (
        ("first", "an issuer's first entry", 1, bytes(32), entry(), ONE),
        ("later", "an entry that follows another", 7, word("before"), entry(), ONE),
        ("correction", "an entry that corrects the one before", 8, word("before"), entry(supersedes=7), ONE),
        ("no_block", "an entry that names no block", 2, word("before"), entry(chain=0), ONE),
        ("largest", "the largest totals there are", 2**64 - 1, word("before"), entry(), TWO),
    )
    for name, words, sequence, previous, said, rows in good:
        made = log(sequence, previous, said, rows)
        expect = {"id": made["topics"][3], "issuer": ISSUER, "sequence": str(sequence), "totals": len(rows)}
        yield case(f"registry-event/{name}", words, None, made, expect)
    whole = log(7, word("before"), entry(), TWO)
    for name, words, threat, spoiled in spoilt(whole):
        yield case(f"registry-event/{name}", words, threat, spoiled, EVIDENCE)


def spoilt(whole: Json) -> Iterator[tuple[str, str, str, Json]]:
    topics: list[str] = whole["topics"]
    data: str = whole["data"]

    def put(position: int, text: str) -> str:
        at = 2 + 64 * position
        return data[:at] + text + data[at + 64 :]

    other = "0x" + seed("other")
    yield "other_event", "a log of another event", "T36", {**whole, "topics": [other, *topics[1:]]}
    yield "other_issuer", "another issuer's address", "T36", {**whole, "topics": [topics[0], other, *topics[2:]]}
    address = "0x" + "00" * 12 + "44" * 20
    yield (
        "issuer_changed",
        "the entry of one issuer under another",
        "T36",
        {
            **whole,
            "topics": [topics[0], address, *topics[2:]],
        },
    )
    yield (
        "other_sequence",
        "another sequence",
        "T36",
        {
            **whole,
            "topics": [*topics[:2], "0x" + "00" * 31 + "08", topics[3]],
        },
    )
    yield "other_id", "another id", "T36", {**whole, "topics": [*topics[:3], other]}
    yield "three_topics", "a topic too few", "T86", {**whole, "topics": topics[:3]}
    yield "five_topics", "a topic too many", "T86", {**whole, "topics": [*topics, other]}
    for position, what in enumerate(
        ("previous", "instant", "chain", "block", "block_hash", "root", "bundle", "reserves", "supersedes")
    ):
        changed = put(position, ("00" * 31 + "05") if position in {1, 2, 3, 8} else seed("x"))
        yield (
            f"{what}_changed",
            f"another {what.replace('_', ' ')} under the same id",
            "T36",
            {**whole, "data": changed},
        )
    yield "instant_wide", "an instant of more than 64 bits", "T06", {**whole, "data": put(1, "01" + "00" * 31)}
    yield "total_wide", "a total of more than 128 bits", "T06", {**whole, "data": put(12, "01" + "00" * 31)}
    yield "offset_elsewhere", "totals that stand elsewhere", "T86", {**whole, "data": put(9, "00" * 31 + "20")}
    yield "count_too_small", "fewer totals than stand there", "T38", {**whole, "data": put(10, "00" * 31 + "01")}
    yield "count_too_large", "more totals than stand there", "T38", {**whole, "data": put(10, "00" * 31 + "03")}
    yield "spare_word", "a word behind the totals", "T86", {**whole, "data": data + "00" * 32}
    yield "cut_word", "a word cut off", "T86", {**whole, "data": data[:-64]}
    yield "cut_byte", "a byte cut off", "T86", {**whole, "data": data[:-2]}
    yield "no_data", "no data", "T86", {**whole, "data": "0x"}


def lp(text: str) -> bytes:
    return len(text.encode()).to_bytes(2) + text.encode()


def folded(hashes: list[bytes]) -> bytes:
    """Fold as RFC 6962 does: the left half of every split is the largest power of two below the size."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return sha256(b"\x00" + hashes[0]).digest()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + folded(hashes[:split]) + folded(hashes[split:])).digest()


def claim(account: str, asset: str, amount: int) -> Json:
    return {"account": f"eip155:1:{account}", "asset": asset, "amount": str(amount)}


def set_cases() -> Iterator[Case]:
    first, second = "0x" + "11" * 20, "0x" + "aa" * 20
    many = [claim(f"0x{number:040x}", COIN, number) for number in range(1, 8)]
    for name, words, claims in (
        ("none", "no claim at all", []),
        ("one", "one claim", [claim(first, COIN, 10**18)]),
        ("nothing", "a claim of nothing", [claim(first, COIN, 0)]),
        ("largest", "the largest claim there is", [claim(first, COIN, 2**128 - 1)]),
        ("two_assets", "two assets of one account", [claim(first, COIN, 1), claim(first, TOKEN, 2)]),
        ("order", "claims in another order than that of the set", [claim(second, COIN, 1), claim(first, COIN, 2)]),
        ("seven", "seven claims", many),
    ):
        rows = sorted((each["account"], each["asset"], int(each["amount"])) for each in claims)
        hashes = [
            sha256(b"\x08" + lp(account) + lp(asset) + amount.to_bytes(16)).digest() for account, asset, amount in rows
        ]
        yield case(f"reserve-set/{name}", words, "T45", {"claims": claims}, {"root": folded(hashes).hex()})
    wide = [claim(first, COIN, 2**128)]
    yield case("reserve-set/wide", "a claim of more than 128 bits", "T06", {"claims": wide}, EVIDENCE)


def cases() -> Iterator[Case]:
    yield from event_cases()
    yield from set_cases()
