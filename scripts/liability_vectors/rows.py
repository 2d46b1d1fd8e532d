"""The rows of the table: each hash once, and every length and number that it must refuse."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.liability_vectors.case import EVIDENCE, TOO_MUCH, Case, Json, case, seed
from tests.commitments import reference

SCHEME, ISSUER, SNAPSHOT = "por-sum-sha256-v1", "exchange.example", "exchange.example@2026-11-01T00:00:00Z"
ETHER = "eip155:1/slip44:60"
NOT_32 = (0, 8, 16, 31, 33, 64)


def row_cases() -> Iterator[Case]:
    yield from contexts()
    yield from keys()
    yield from nodes()
    yield from empties()
    yield from sealed()


def contexts() -> Iterator[Case]:
    def given(issuer: str = ISSUER, segment: str = "spot", asset: str = ETHER, decimals: int = 18) -> Json:
        return {
            "operation": "context",
            "scheme": SCHEME,
            "issuer": issuer,
            "snapshot": f"{issuer}@2026-11-01T00:00:00Z",
            "segment": segment,
            "asset": asset,
            "decimals": decimals,
        }

    def result(of: Json) -> Json:
        tree = reference.context(of["scheme"], of["issuer"], of["snapshot"], of["segment"], of["asset"], of["decimals"])
        return {"hash": tree.hex()}

    shifted = given(segment="spote", asset="ip155:1/slip44:60")
    yield case("spot", "a tree of spot ether", "T08", given(), result(given()))
    yield case("shifted", "one letter on the other side of a field's end", "T08", shifted, result(shifted))
    for decimals in (-1, 256):
        name = f"decimals_{decimals}_fail".replace("-", "minus_")
        yield case(name, "decimals are one byte", "T59", given(decimals=decimals), EVIDENCE)


def keys() -> Iterator[Case]:
    account, tree, master = b"alice@example.com", seed("context"), seed("master key")
    digest = reference.id_digest(account)
    given: Json = {"operation": "id_digest", "account": account.hex()}
    yield case("email", "an account id behind its length", "T08", given, {"hash": digest.hex()})
    key = reference.account_key(master, ISSUER, SNAPSHOT, digest)
    deriving = {
        "operation": "account_key",
        "masterKey": master.hex(),
        "issuer": ISSUER,
        "snapshot": SNAPSHOT,
        "idDigest": digest.hex(),
    }
    yield case("november", "an account's key for one snapshot", "T78", deriving, {"hash": key.hex()})
    later = {**deriving, "snapshot": "exchange.example@2026-12-01T00:00:00Z"}
    again = reference.account_key(master, ISSUER, later["snapshot"], digest)
    yield case("december", "another key for the next snapshot", "T78", later, {"hash": again.hex()})
    yield from wrong_lengths(deriving, "masterKey", "T79")
    yield from wrong_lengths(deriving, "idDigest", "T10", (31, 33))

    opening = {"operation": "record_key", "accountKey": key.hex(), "context": tree.hex(), "part": 2**32 - 1}
    record = reference.record_key(key, tree, 2**32 - 1)
    yield case("last_part", "the key of the last part", "T76", opening, {"hash": record.hex()})
    yield from wrong_lengths(opening, "accountKey", "T79", (31, 33))
    yield from wrong_lengths(opening, "context", "T10", (16, 31, 33))
    for part in (-1, 2**32):
        name = f"part_{part}_fail".replace("-", "minus_")
        yield case(name, "a part is four bytes", "T08", {**opening, "part": part}, EVIDENCE)

    tagging = {"operation": "record_tag", "recordKey": record.hex(), "context": tree.hex(), "idDigest": digest.hex()}
    tag = reference.record_tag(record, tree, digest)
    yield case("alice", "a record's tag", "T14", tagging, {"hash": tag.hex()})
    for name in ("recordKey", "context", "idDigest"):
        yield from wrong_lengths(tagging, name, "T10", (31, 33))


def nodes() -> Iterator[Case]:
    tag, left, right = seed("tag"), seed("left"), seed("right")

    def leaf(amount: int) -> Json:
        return {"operation": "leaf", "tag": tag.hex(), "amount": str(amount)}

    for name, amount in (("zero", 0), ("most", TOO_MUCH - 1)):
        wanted = reference.sha(b"\x00", tag, reference.u128(amount))
        yield case(name, "a leaf", "T09", leaf(amount), {"hash": wanted.hex()})
    yield from wrong_lengths(leaf(1), "tag", "T10")
    yield from wrong_amounts(leaf(1), "amount")

    joined = {"operation": "node", "left": left.hex(), "leftSum": "1", "right": right.hex(), "rightSum": "2"}
    wanted = reference.sha(b"\x01", left, reference.u128(1), right, reference.u128(2))
    yield case("three", "a node binds both sums", "T01", joined, {"hash": wanted.hex()})
    other = {**joined, "leftSum": "2", "rightSum": "1"}
    wanted = reference.sha(b"\x01", left, reference.u128(2), right, reference.u128(1))
    yield case("three_split_otherwise", "the same total of other sums", "T01", other, {"hash": wanted.hex()})
    for side in ("left", "right"):
        yield from wrong_lengths(joined, side, "T10", (16, 31, 33))
        yield from wrong_amounts(joined, f"{side}Sum")


def empties() -> Iterator[Case]:
    for depth in (0, 1, 40):
        wanted, _ = reference.top([], depth)
        yield case(
            f"{depth}", "an empty subtree", "T12", {"operation": "empty", "depth": depth}, {"hash": wanted.hex()}
        )
    for depth in (-1, 41):
        name = f"{depth}_fail".replace("-", "minus_")
        yield case(name, "no tree is so deep", "T84", {"operation": "empty", "depth": depth}, EVIDENCE)


def sealed() -> Iterator[Case]:
    tree, top = seed("context"), seed("top")
    given = {"operation": "committed_root", "context": tree.hex(), "depth": 40, "total": "7", "top": top.hex()}
    wanted = reference.committed_root(tree, 40, 7, top)
    yield case("seven", "a root binds context, depth, total and top", "T13", given, {"hash": wanted.hex()})
    yield from wrong_lengths(given, "context", "T10", (31, 33))
    yield from wrong_lengths(given, "top", "T10", (16, 31, 33))
    yield from wrong_amounts(given, "total")
    for depth in (-1, 41, 256):
        name = f"depth_{depth}_fail".replace("-", "minus_")
        yield case(name, "no tree is so deep", "T13", {**given, "depth": depth}, EVIDENCE)


def wrong_lengths(given: Json, name: str, threat: str, lengths: tuple[int, ...] = NOT_32) -> Iterator[Case]:
    for length in lengths:
        cut = (bytes.fromhex(given[name]) * 2)[:length]
        yield case(f"{name}_{length}_fail", f"{length} bytes, not 32", threat, {**given, name: cut.hex()}, EVIDENCE)


def wrong_amounts(given: Json, name: str) -> Iterator[Case]:
    minus, wide = {**given, name: "-1"}, {**given, name: str(TOO_MUCH)}
    yield case(f"{name}_negative_fail", "a negative number is none", "T03", minus, EVIDENCE)
    yield case(f"{name}_wide_fail", "a number of 2^128 is none", "T06", wide, EVIDENCE)
