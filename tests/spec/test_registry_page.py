"""The registry's page: its example computed again, by eth-abi and plain hashing, and by the code."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from por.commitments.anchors import anchor_id, anchor_of, reserve_claims, totals_digest, totals_of
from por.encoding import bundle_v1, identity_v1
from por.encoding.digests import digest_of
from por.model import AnchoredEntry, BlockRef, ChainId
from por.proofs.state.registry import ANCHORED, entry_of, head_key, id_key
from tests import pages
from tests.checks import registry_scenery
from tests.checks.registry_scenery import id_of, log_of
from tests.commitments.reference import lp, mth, sha, u128

PAGE = "registry.md"
TEXT = pages.text(PAGE)
BUNDLE = pages.document_bytes("bundle.md", "bundle.json")


@pytest.fixture(scope="module")
def shown() -> Any:
    return pages.document(PAGE, "anchored")


@pytest.fixture(scope="module")
def entry(shown: Any) -> AnchoredEntry:
    bundle = bundle_v1.read(BUNDLE)
    anchor = anchor_of(bundle, digest_of(BUNDLE), ChainId("eip155", "1"), shown["entry"]["supersedes"])
    previous = bytes.fromhex(shown["previousId"][2:])
    return AnchoredEntry(shown["issuer"], shown["sequence"], previous, anchor, totals_of(bundle))


def test_the_page_has_its_parts() -> None:
    headings = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    assert headings[:2] == ["Example", "Conventions"]
    assert {"Reading", "Verifying", "What this does not show"} <= set(headings)


def test_the_entry_is_what_the_bundle_is_anchored_as(shown: Any, entry: AnchoredEntry) -> None:
    bundle = bundle_v1.read(BUNDLE)
    assert bundle.anchored_by is not None
    assert shown["issuer"] == bundle.anchored_by.address
    plain = registry_scenery.anchor_of(bundle)
    assert entry.anchor == plain
    anchor = entry.anchor
    assert shown["entry"] == {
        "instant": anchor.instant.seconds,
        "snapshotChainId": anchor.snapshot_chain,
        "snapshotBlock": anchor.snapshot_block,
        "snapshotBlockHash": f"0x{anchor.snapshot_hash.hex()}",
        "commitmentsRoot": f"0x{anchor.commitments_root.hex()}",
        "bundleDigest": f"0x{anchor.bundle.value.hex()}",
        "reserveSetRoot": f"0x{anchor.reserve_set_root.hex()}",
        "supersedes": anchor.supersedes,
    }
    rows = [
        {"asset": f"0x{t.asset.hex()}", "liabilities": str(t.liabilities), "reserves": str(t.reserves)}
        for t in entry.totals
    ]
    assert shown["totals"] == rows
    assert entry.totals == registry_scenery.totals(bundle)


def test_the_totals_are_of_the_assets_named() -> None:
    named = re.findall(r"`(eip155:1/[a-z0-9:x]+)`", TEXT.split("Its totals are of ")[1].split(", in the order")[0])
    assert [f"0x{keccak(text=name).hex()}" for name in named] == [
        row["asset"] for row in pages.document(PAGE, "anchored")["totals"]
    ]


def test_the_id_is_the_entrys(entry: AnchoredEntry) -> None:
    assert pages.blocks(PAGE)["text id"].strip() == f"0x{anchor_id(entry).hex()}" == f"0x{id_of(entry).hex()}"
    assert f"`0x{totals_digest(entry.totals).hex()}`" in TEXT
    rows = [(row.asset, row.liabilities, row.reserves) for row in entry.totals]
    assert totals_digest(entry.totals) == keccak(encode(["(bytes32,uint128,uint128)[]"], [rows]))


def test_the_event_is_the_entrys(entry: AnchoredEntry) -> None:
    log = log_of(entry, BlockRef(1, bytes(32)))
    assert pages.blocks(PAGE)["text event"].strip() == f"0x{log.data.hex()}"
    assert ", ".join(f"`0x{topic.hex()}`" for topic in log.topics) in TEXT
    assert entry_of(log) == entry
    (signature,) = re.findall(r"^The event `(Anchored\([^`]+\))`:$", TEXT, re.MULTILINE)
    assert keccak(text=signature) == ANCHORED


def test_the_claims_are_the_bundles(entry: AnchoredEntry) -> None:
    rows = [line.split() for line in pages.blocks(PAGE)["text claims"].splitlines()]
    hashes = [sha(b"\x08", lp(account), lp(asset), u128(int(amount))) for _, account, asset, amount in rows]
    assert [row[0] for row in rows] == [item.hex() for item in hashes]
    assert [row[1:3] for row in rows] == sorted(row[1:3] for row in rows)
    assert mth(hashes) == entry.anchor.reserve_set_root
    assert tuple(hashes) == reserve_claims(bundle_v1.read(BUNDLE).reserves)


def test_the_storage_keys_are_the_issuers(entry: AnchoredEntry) -> None:
    assert f"`0x{head_key(entry.issuer).hex()}`" in TEXT
    assert f"for entry {entry.sequence}, `0x{id_key(entry.issuer, entry.sequence).hex()}`" in TEXT


def test_the_identity_is_read_and_its_table_names_every_member(entry: AnchoredEntry) -> None:
    data = pages.blocks(PAGE)["json identity"].strip().encode()
    identity = identity_v1.read(data)
    assert identity_v1.write(identity) == data
    assert [row.account.address for row in identity.anchors] == [entry.issuer]
    value = json.loads(data)
    named = pages.named_in_tables(PAGE, "Whose address it is")
    assert named - {"registry", "account"} == set(value)
    assert set(value["anchors"][0]) == {"registry", "account"}
    assert all(f"`{name}`" in TEXT for name in ("registry", "account"))
    assert str(identity_v1.MAX_ROWS) in TEXT
    assert f"{identity_v1.MAX_BYTES // 1024} KiB" in TEXT


def test_the_tables_name_every_field(shown: Any) -> None:
    assert pages.named_in_tables(PAGE, "What is anchored") == {*shown["entry"], *shown["totals"][0]}


@pytest.mark.parametrize(
    "step", ["anchor 1", "anchor 2", "set 1", "set 2", "set 3", "id 1", "id 2", "slot 1", "slot 2", "slot 3"]
)
def test_the_code_cites_the_steps(step: str) -> None:
    sources = [path.read_text("utf-8") for path in (*COMMITMENTS, *PROOFS)]
    assert f"({step})" in "".join(sources)
    assert step in TEXT


COMMITMENTS = [pages.SPEC.parent / "commitments" / "anchors.py"]
PROOFS = [pages.SPEC.parent / "proofs" / "state" / "registry.py"]
READING = pages.SPEC.parent / "checks" / "registry_reading.py"


def test_the_reading_cites_its_steps() -> None:
    text = READING.read_text("utf-8")
    assert all(f"# view {number}" in text for number in range(1, 10))
    assert all(f"**view {number}**" in TEXT for number in range(1, 10))
    assert "**view 10**" not in TEXT


def test_the_files_named_cite_the_page() -> None:
    named = set(re.findall(r"`(por/[a-z_/]+\.py)`", TEXT))
    assert len(named) > 5
    for path in named:
        assert f"por/spec/{PAGE}" in (pages.SPEC.parent.parent / path).read_text("utf-8"), path
