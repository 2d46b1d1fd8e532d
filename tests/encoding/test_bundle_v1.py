"""Every way in which a bundle document can be wrong is refused at its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from por.encoding import bundle_v1, control_signature_v1, evm_account_proof_v1, evm_header_v1, media_types
from por.errors import FormatError, UnsupportedVersionError
from por.model import Bundle, Custody, Role, printable
from tests import pages
from tests.documents import ascends, at, bundles, canonical, put

ADDRESS = "0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae"
HEX = "ab" * 32


@pytest.fixture
def document() -> Any:
    return pages.document("bundle.md", "bundle.json")


def refused(document: Any, place: str, reason: str = "") -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        bundle_v1.read(canonical(document))
    assert caught.value.place == place


def test_the_example_is_read(document: Any) -> None:
    bundle = bundle_v1.read(canonical(document))
    assert bundle.snapshot == "exchange.example@2026-11-01T00:00:00Z"
    assert [item.ref for item in bundle.liabilities] == [
        "debt:margin/eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
        "spot/eip155:1/slip44:60",
    ]
    assert [(row.role, row.custody) for row in bundle.reserves] == [
        (Role.CUSTOMER, Custody.THIRD_PARTY),
        (Role.HOUSE, Custody.HOT),
    ]


@given(bundle=bundles())
def test_lists_ascend_in_what_is_read(bundle: Bundle) -> None:
    read = bundle_v1.read(bundle_v1.write(bundle))
    assert ascends([str(block.chain) for block in read.blocks])
    assert ascends([(item.segment, str(item.asset)) for item in read.liabilities])
    assert ascends([str(entry.digest) for entry in read.evidence])


WRONG_VALUES: list[tuple[str, object, str]] = [
    ("/mediaType", "application/vnd.por.bundle+json", "expected application/vnd.por.bundle.v1"),
    ("/issuer", "Exchange.example", "domain name"),
    ("/issuer", "exchange.example\x1b[31m", "domain name"),
    ("/instant", "2026-11-01", "not an instant"),
    ("/instant", "2026-02-30T00:00:00Z", "no such date"),
    ("/instant", "2026-11-01T00:00:60Z", "no such date"),
    ("/instant", 1793491200, "not text"),
    ("/sequence", 0, "not an integer between 1"),
    ("/sequence", 2**32, "not an integer between"),
    ("/sequence", "7", "not an integer"),
    ("/sequence", True, "not an integer"),
    ("/previous", None, "null for sequence 1"),
    ("/previous", HEX, "not a digest"),
    ("/previous", "sha256:../../x", "not a digest"),
    ("/supersedes", "sha1:" + "0" * 40, "not a digest"),
    ("/caseRule", "upper", "is none of exact, lower"),
    ("/caseRule", None, "not text"),
    ("/expires", "2026-11-01T00:00:00Z", "expire after"),
    ("/expires", "2026-10-31T23:59:59Z", "expire after"),
    ("/commitmentsRoot", "0x" + HEX, "hexadecimal"),
    ("/commitmentsRoot", HEX.upper(), "lower-case"),
    ("/commitmentsRoot", HEX[:-2], "31 bytes"),
    ("/blocks", {}, "not a list"),
    ("/blocks/0/chain", "eip155:01", "decimal number"),
    ("/blocks/0/number", -1, "not an integer between 0"),
    ("/blocks/0/hash", HEX, "begins with 0x"),
    ("/blocks/0/hash", "0x" + HEX.upper(), "lower-case"),
    ("/blocks/0/hash", "0x" + HEX + "00", "33 bytes"),
    ("/blocks/0/header", None, "not text"),
    ("/blocks/0/child", "", "not a digest"),
    ("/liabilities/0/scheme", "x" * 65, "at most 64"),
    ("/liabilities/0/scheme", "por\u202esum", "U\\+202E"),
    ("/liabilities/0/segment", "Spot", "not a segment"),
    ("/liabilities/0/asset", "USDC", "not a CAIP-19"),
    ("/liabilities/0/asset", "eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "lower case"),
    ("/liabilities/0/decimals", 37, "between 0 and 36"),
    ("/liabilities/0/decimals", -1, "between 0 and 36"),
    ("/liabilities/0/decimals", "6", "not an integer"),
    ("/liabilities/0/depth", 41, "between 0 and 40"),
    ("/liabilities/1/total", 100, "not text"),
    ("/liabilities/1/total", "-1", "not an amount"),
    ("/liabilities/1/total", "1e30", "not an amount"),
    ("/liabilities/1/total", "1_000", "not an amount"),
    ("/liabilities/1/total", "１２", "not an amount"),
    ("/liabilities/1/total", "0.5", "not an amount"),
    ("/liabilities/1/total", str(2**128), "below 2\\^128"),
    ("/liabilities/1/root", HEX[:32], "16 bytes"),
    ("/reserves/0/account", ADDRESS, "not a CAIP-2"),
    ("/reserves/0/account", "eip155:1:0xDE0B295669a9FD93d5F28D9Ec85E40f4cb697BAe", "lower case"),
    ("/reserves/0/role", "Customer", "is none of customer, guarantee, house, issuer-reserve"),
    ("/reserves/0/custody", "warm", "is none of cold, hot, third-party"),
    ("/reserves/0/control", [], "not text"),
    ("/reserves/0/holdings/0/asset", "ETH", "not a CAIP-19"),
    ("/reserves/0/holdings/0/amount", "-5", "not an amount"),
    ("/reserves/0/holdings/0/amount", 5, "not text"),
    ("/reserves/0/holdings/0/evidence", ["sha256:" + HEX] * 1025, "at most 1024"),
    ("/evidence/0/mediaType", "application/zip", "not read by this release"),
    ("/evidence/0/mediaType", "application/vnd.por.bundle.v1+json", "not read by this release"),
    ("/evidence/0/size", 0, "between 1 and 262144"),
    ("/evidence/0/size", 256 * 2**10 + 1, "between 1 and 262144"),
    ("/evidence/0/size", 10 * 2**30, "between 1 and 262144"),
    ("/evidence/0/size", -1, "between 1 and 262144"),
    ("/evidence/0/size", "1310", "not an integer"),
    ("/evidence/0/digest", "../evidence", "not a digest"),
]


@pytest.mark.parametrize(("place", "value", "reason"), WRONG_VALUES)
def test_a_wrong_value_is_refused_at_its_place(document: Any, place: str, value: object, reason: str) -> None:
    refused(put(document, place, value), place, reason)


AT_THE_LIMIT: list[tuple[str, object]] = [
    ("/sequence", 2**32 - 1),
    ("/blocks/0/number", 2**53 - 1),
    ("/blocks/0/number", 0),
    ("/liabilities/1/scheme", "x" * 64),
    ("/liabilities/1/decimals", 36),
    ("/liabilities/1/decimals", 0),
    ("/liabilities/1/depth", 40),
    ("/liabilities/1/total", str(2**128 - 1)),
    ("/reserves/0/holdings/0/evidence", [f"sha256:{number:064x}" for number in range(bundle_v1.MAX_PROOFS)]),
    ("/reserves/0/holdings/0/evidence", []),
    ("/evidence/0/size", bundle_v1.MAX_EVIDENCE_BYTES),
    ("/evidence/0/size", 1),
    ("/expires", "2026-11-01T00:00:01Z"),
]


@pytest.mark.parametrize(("place", "value"), AT_THE_LIMIT)
def test_a_value_at_its_limit_is_read(document: Any, place: str, value: object) -> None:
    data = canonical(put(document, place, value))
    assert bundle_v1.write(bundle_v1.read(data)) == data


@pytest.mark.parametrize("value", [0.5, 1e3, 1.0, 1e400, float("nan")])
def test_t22_t86_fractions_and_exponents_are_refused_anywhere(document: Any, value: float) -> None:
    for place in ("/sequence", "/liabilities/0/total", "/blocks/0/number", "/evidence/0/size"):
        with pytest.raises(FormatError, match="not an integer"):
            bundle_v1.read(canonical(put(document, place, value)))


@pytest.mark.parametrize("text", ["-1", "-0", "-100000000"])
def test_t03_a_negative_amount_is_refused_wherever_amounts_stand(document: Any, text: str) -> None:
    for place in ("/liabilities/0/total", "/reserves/0/holdings/0/amount", "/reserves/0/holdings/1/amount"):
        refused(put(document, place, text), place, "not an amount")


def test_t87_an_amount_that_javascript_would_round_is_text_and_whole(document: Any) -> None:
    read = bundle_v1.read(canonical(put(document, "/liabilities/1/total", "12345678901234567891")))
    assert read.liabilities[1].total == 12345678901234567891
    with pytest.raises(FormatError, match="2\\^53"):
        bundle_v1.read(canonical(put(document, "/liabilities/1/total", 12345678901234567891)))


@pytest.mark.parametrize("name", ["blocks", "liabilities", "evidence"])
def test_an_unsorted_or_repeated_list_is_refused(document: Any, name: str) -> None:
    rows = document[name]
    twice = put(document, f"/{name}", [rows[0], *rows])
    refused(twice, f"/{name}/1", "out of order, or named twice")
    if len(rows) > 1:
        refused(put(document, f"/{name}", rows[::-1]), f"/{name}/1", "out of order, or named twice")


def test_one_asset_held_twice_by_an_account_is_refused(document: Any) -> None:
    holdings = at(document, "/reserves/0/holdings")
    refused(put(document, "/reserves/0/holdings", [holdings[0], *holdings]), "/reserves/0/holdings/1", "named twice")
    refused(put(document, "/reserves/0/holdings", holdings[::-1]), "/reserves/0/holdings/1", "out of order")


def test_t09_two_commitments_for_one_segment_and_asset_are_refused(document: Any) -> None:
    second = {**document["liabilities"][1], "total": "0"}
    changed = put(document, "/liabilities", [*document["liabilities"], second])
    refused(changed, "/liabilities/2", "named twice")


def test_t46_an_account_listed_twice_is_left_to_the_checks_to_fail(document: Any) -> None:
    rows = document["reserves"]
    assert len(bundle_v1.read(canonical(put(document, "/reserves", [rows[1], *rows]))).reserves) == 3


@pytest.mark.parametrize("chain", ["eip155:11155111", "eip155:10"])
def test_t53_a_holding_on_another_chain_than_its_account_is_refused(document: Any, chain: str) -> None:
    refused(
        put(document, "/reserves/0/holdings/1/asset", f"{chain}/slip44:60"),
        "/reserves/0/holdings/1",
        "on another chain",
    )


def test_t61_a_symbol_beside_an_asset_has_no_place(document: Any) -> None:
    for place in ("/liabilities/0/symbol", "/reserves/0/holdings/0/symbol"):
        refused(put(document, place, "USDC"), place.rpartition("/")[0], "unknown member 'symbol'")


@pytest.mark.parametrize("member", ["name", "path", "file", "url", "uri", "href", "archive", "encoding"])
def test_t88_t95_evidence_has_no_name_and_no_address(document: Any, member: str) -> None:
    refused(put(document, f"/evidence/0/{member}", "../../etc/passwd"), "/evidence/0", f"unknown member '{member}'")


@pytest.mark.parametrize("member", ["slot", "storageKey", "baseSlot", "layout", "balance"])
def test_evidence_never_names_a_slot(document: Any, member: str) -> None:
    refused(put(document, f"/reserves/0/holdings/0/{member}", "0x09"), "/reserves/0/holdings/0", "unknown member")


@pytest.mark.parametrize("member", ["snapshot", "snapshotId", "expiresAt", "challenge", "policy", "key"])
def test_a_snapshot_is_named_by_issuer_and_instant_alone(document: Any, member: str) -> None:
    refused(put(document, f"/{member}", "free text"), "/", f"unknown member '{member}'")


def test_the_first_bundle_has_no_previous_one(document: Any) -> None:
    first = put(put(document, "/sequence", 1), "/previous", None)
    assert bundle_v1.read(canonical(first)).previous is None
    refused(put(document, "/sequence", 1), "/previous", "null for sequence 1")


@pytest.mark.parametrize("version", ["v2", "v0", "v11"])
def test_t70_another_version_is_refused_by_name(document: Any, version: str) -> None:
    with pytest.raises(UnsupportedVersionError, match=f"bundle.{version}"):
        bundle_v1.read(canonical(put(document, "/mediaType", f"application/vnd.por.bundle.{version}+json")))


def test_t84_more_items_than_a_list_may_have_are_refused(document: Any) -> None:
    block = document["blocks"][0]
    refused(put(document, "/blocks", [block] * 1025), "/blocks", "1025 items; at most 1024")
    holding = {"asset": "eip155:1/slip44:60", "amount": "0", "evidence": []}
    refused(put(document, "/reserves/0/holdings", [holding] * 4097), "/reserves/0/holdings", "at most 4096")


@pytest.mark.parametrize("place", ["/reserves/0/holdings/0/evidence", "/reserves/0/controlState"])
@pytest.mark.parametrize("number", [1025, 4096])
def test_t84_a_claim_has_no_more_evidence_than_any_kind_needs(document: Any, place: str, number: int) -> None:
    """An account's validators are the most: a file holds some dozens of them."""
    refused(put(document, place, ["sha256:" + HEX] * number), place, f"{number} items; at most 1024 are allowed")
    bundle_v1.read(canonical(put(document, place, [f"sha256:{number:064x}" for number in range(1024)])))


@pytest.mark.parametrize("place", ["/reserves/0/holdings/0/evidence", "/reserves/0/controlState"])
def test_t84_no_file_is_read_over_and_over(document: Any, place: str) -> None:
    big = put(document, "/evidence/0/size", bundle_v1.MAX_EVIDENCE_BYTES)
    digest = big["evidence"][0]["digest"]
    refused(put(big, place, [digest] * 1024), "/evidence", "far more than are listed")
    bundle_v1.read(canonical(put(big, place, [digest] * 256)))


def test_t84_documents_allow_no_more_reading_of_other_files(document: Any) -> None:
    big = put(document, "/evidence/0/size", bundle_v1.MAX_EVIDENCE_BYTES)
    place, digest = "/reserves/0/controlState", big["evidence"][0]["digest"]
    for kind in (media_types.DOCUMENT, media_types.DECLARATIONS):
        row = {"digest": "sha256:" + "f" * 64, "mediaType": kind, "size": bundle_v1.max_evidence_bytes(kind)}
        more = put(big, "/evidence", [*big["evidence"], row])
        bundle_v1.read(canonical(put(more, place, [digest] * 256)))
        refused(put(more, place, [digest] * 1024), "/evidence", "far more than are listed")


@pytest.mark.parametrize("kind", [media_types.DECLARATIONS, media_types.DOCUMENT])
def test_t84_declarations_and_documents_have_limits_of_their_own(document: Any, kind: str) -> None:
    limit = bundle_v1.max_evidence_bytes(kind)
    row = {**document["evidence"][0], "mediaType": kind}
    bundle_v1.read(canonical(put(document, "/evidence/0", {**row, "size": limit})))
    refused(put(document, "/evidence/0", {**row, "size": limit + 1}), "/evidence/0/size", f"1 and {limit}")


@pytest.mark.parametrize("value", ["declarations.json", HEX, "sha256:../x", {}, [], 1, "https://exchange.example/"])
def test_t88_t95_declarations_are_named_by_digest_alone(document: Any, value: object) -> None:
    refused(put(document, "/declarations", value), "/declarations", "not a digest|not text")


def test_t84_t88_an_evidence_file_is_announced_with_no_more_than_any_kind_needs(document: Any) -> None:
    sizes = (evm_account_proof_v1.MAX_BYTES, evm_header_v1.MAX_BYTES, control_signature_v1.MAX_BYTES)
    assert max(sizes) <= bundle_v1.MAX_EVIDENCE_BYTES
    bundle_v1.read(canonical(put(document, "/evidence/0/size", bundle_v1.MAX_EVIDENCE_BYTES)))
    refused(put(document, "/evidence/0/size", bundle_v1.MAX_EVIDENCE_BYTES + 1), "/evidence/0/size", "between 1 and")


@pytest.mark.parametrize("text", ["\x1b[2J", "\u202eabc", "a\u200bb", "a\nb", "\ud800"])
def test_t93_an_error_never_repeats_what_must_not_be_printed(document: Any, text: str) -> None:
    changes = [put(document, f"/{text}", None), put(document, f"/evidence/0/{text}", None)]
    texts = ("/issuer", "/mediaType", "/liabilities/0/scheme", "/caseRule", "/reserves/0/role")
    changes += [put(document, place, text) for place in texts]
    for changed in changes:
        with pytest.raises(FormatError) as caught:
            bundle_v1.read(canonical(changed))
        assert str(caught.value) == printable(str(caught.value))


def test_the_smallest_bundle_is_read(document: Any) -> None:
    empty = {**document, "blocks": [], "liabilities": [], "reserves": [], "evidence": []}
    assert bundle_v1.read(canonical(empty)).liabilities == ()
