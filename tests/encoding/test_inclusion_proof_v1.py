"""Every way in which an inclusion-proof file can be wrong is refused at its place."""

from __future__ import annotations

import time
from typing import Any

import pytest

from por.encoding import inclusion_proof_v1
from por.errors import FormatError, UnsupportedVersionError
from tests.documents import canonical, put

HEX = "ab" * 32
RECORD = {
    "key": HEX,
    "part": 0,
    "amount": "1500000000000000000",
    "index": 1,
    "path": [{"hash": "cd" * 32, "sum": "250000000000000000"}, {"hash": "ef" * 32, "sum": "2000000000000000000"}],
}
COMMITMENT = {
    "scheme": "por-sum-sha256-v1",
    "segment": "spot",
    "asset": "eip155:1/slip44:60",
    "decimals": 18,
    "depth": 2,
    "total": "3750000000000000000",
    "root": "12" * 32,
    "top": "56" * 32,
}
DOCUMENT = {
    "mediaType": "application/vnd.por.inclusion-proof.v1+json",
    "issuer": "exchange.example",
    "instant": "2026-11-01T00:00:00Z",
    "caseRule": "lower",
    "count": 2,
    "note": "text\n\n— exchange.example AAAA\n",
    "trees": [{"commitment": COMMITMENT, "position": 1, "opening": ["34" * 32], "records": [RECORD]}],
}
SIBLING = {"hash": HEX, "sum": "0"}


def refused(document: Any, place: str, reason: str = "") -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        inclusion_proof_v1.read(canonical(document))
    assert caught.value.place == place


def test_a_proof_is_read() -> None:
    proof = inclusion_proof_v1.read(canonical(DOCUMENT))
    assert proof.trees[0].records[0].path[1].sum == 2 * 10**18
    assert inclusion_proof_v1.write(proof) == canonical(DOCUMENT)


WRONG_VALUES: list[tuple[str, object, str]] = [
    ("/issuer", "", "domain name"),
    ("/instant", "2026-11-01T00:00:00+00:00", "not an instant"),
    ("/caseRule", "nfc", "is none of exact, lower"),
    ("/count", 0, "between 1"),
    ("/count", 2**32, "between 1"),
    ("/note", None, "not text"),
    ("/note", "text\r\n", "U\\+000D"),
    ("/note", "\x1b[31m", "U\\+001B"),
    ("/note", "a" * 65_537, "at most 65536"),
    ("/note", "a\n" * 32_769, "at most 65536"),
    ("/trees", None, "not a list"),
    ("/trees/0/commitment", None, "not an object"),
    ("/trees/0/commitment/total", "-1", "not an amount"),
    ("/trees/0/commitment/depth", 41, "between 0 and 40"),
    ("/trees/0/commitment/top", "", "0 bytes"),
    ("/trees/0/commitment/top", HEX[:-2], "31 bytes"),
    ("/trees/0/commitment/top", None, "not text"),
    ("/trees/0/position", -1, "between 0"),
    ("/trees/0/position", 2**32, "between 0"),
    ("/trees/0/opening", [HEX] * 33, "at most 32"),
    ("/trees/0/opening/0", HEX[:-2], "31 bytes"),
    ("/trees/0/opening/0", HEX[:16], "8 bytes"),
    ("/trees/0/records/0/key", HEX + "00", "33 bytes"),
    ("/trees/0/records/0/key", "0x" + HEX, "hexadecimal"),
    ("/trees/0/records/0/part", 2**32, "between 0"),
    ("/trees/0/records/0/part", -1, "between 0"),
    ("/trees/0/records", [RECORD] * 4097, "at most 4096"),
    ("/trees/0/records/0/amount", "-1500000000000000000", "not an amount"),
    ("/trees/0/records/0/amount", "1.5", "not an amount"),
    ("/trees/0/records/0/amount", 1, "not text"),
    ("/trees/0/records/0/amount", str(2**128), "below 2\\^128"),
    ("/trees/0/records/0/index", 2**40, "between 0"),
    ("/trees/0/records/0/index", -1, "between 0"),
    ("/trees/0/records/0/path", [SIBLING] * 41, "at most 40"),
    ("/trees/0/records/0/path/0", [HEX, "0"], "not an object"),
    ("/trees/0/records/0/path/0/hash", HEX.upper(), "lower-case"),
    ("/trees/0/records/0/path/1/sum", "-9", "not an amount"),
    ("/trees/0/records/0/path/1/sum", "-0", "not an amount"),
    ("/trees/0/records/0/path/1/sum", "00", "not an amount"),
]


@pytest.mark.parametrize(("place", "value", "reason"), WRONG_VALUES)
def test_a_wrong_value_is_refused_at_its_place(place: str, value: object, reason: str) -> None:
    refused(put(DOCUMENT, place, value), place, reason)


AT_THE_LIMIT: list[tuple[str, object]] = [
    ("/count", 2**32 - 1),
    ("/note", "a" * 65_536),
    ("/trees/0/position", 2**32 - 1),
    ("/trees/0/opening", [HEX] * 32),
    ("/trees/0/records", [RECORD] * 4096),
    ("/trees/0/records/0/part", 2**32 - 1),
    ("/trees/0/records/0/amount", str(2**128 - 1)),
    ("/trees/0/records/0/index", 2**40 - 1),
    ("/trees/0/records/0/path", [SIBLING] * 40),
    ("/trees/0/records/0/path", []),
]


@pytest.mark.parametrize(("place", "value"), AT_THE_LIMIT)
def test_a_value_at_its_limit_is_read(place: str, value: object) -> None:
    data = canonical(put(DOCUMENT, place, value))
    assert inclusion_proof_v1.write(inclusion_proof_v1.read(data)) == data


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("text", ["-1", "-0", "-340282366920938463463374607431768211456"])
def test_t03_t18_a_negative_sibling_is_refused_at_every_level(level: int, text: str) -> None:
    place = f"/trees/0/records/0/path/{level}/sum"
    refused(put(DOCUMENT, place, text), place, "not an amount")


@pytest.mark.parametrize(
    "member", ["account", "accountId", "holder", "root", "hashName", "side", "left", "leaf", "depth"]
)
def test_t17_t34_the_proof_brings_neither_id_nor_root_nor_sides(member: str) -> None:
    refused(put(DOCUMENT, f"/{member}", HEX), "/", f"unknown member '{member}'")
    refused(put(DOCUMENT, f"/trees/0/records/0/{member}", HEX), "/trees/0/records/0", f"unknown member '{member}'")
    refused(
        put(DOCUMENT, f"/trees/0/records/0/path/0/{member}", HEX),
        "/trees/0/records/0/path/0",
        f"unknown member '{member}'",
    )


@pytest.mark.parametrize("name", sorted(RECORD))
def test_t20_a_missing_member_is_refused(name: str) -> None:
    record = {key: value for key, value in RECORD.items() if key != name}
    refused(put(DOCUMENT, "/trees/0/records/0", record), "/trees/0/records/0", f"member '{name}' is missing")


def test_t70_another_version_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedVersionError):
        inclusion_proof_v1.read(canonical({**DOCUMENT, "mediaType": "application/vnd.por.inclusion-proof.v2+json"}))


def test_t84_a_million_siblings_are_refused_in_time() -> None:
    data = canonical(put(DOCUMENT, "/trees/0/opening", [""] * 999_000))
    began = time.monotonic()
    with pytest.raises(FormatError, match="at most 32 are allowed"):
        inclusion_proof_v1.read(data)
    assert time.monotonic() - began < 10


def test_t84_an_amount_of_digits_without_end_is_refused_in_time() -> None:
    began = time.monotonic()
    for text in ("1e200000000", "9" * 1_000_000, "0" * 1_000_000):
        refused(put(DOCUMENT, "/trees/0/records/0/amount", text), "/trees/0/records/0/amount", "not an amount")
    assert time.monotonic() - began < 10


def test_a_proof_may_carry_no_note_and_open_nothing() -> None:
    proof = inclusion_proof_v1.read(canonical({**DOCUMENT, "note": "", "trees": []}))
    assert (proof.note, proof.trees) == ("", ())
