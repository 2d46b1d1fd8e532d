"""Every vector of scripts/vectors_documents.py, run against the code under test."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from por import errors
from por.encoding import (
    bundle_v1,
    canonical,
    claim_v1,
    declarations_v1,
    identity_v1,
    inclusion_proof_v1,
    policy_v1,
    receipt_v1,
    strict_json,
    verdict_v1,
)
from por.encoding.digests import digest_of
from por.encoding.tables_v1 import Tables
from por.errors import FormatError
from por.model import (
    AssetId,
    ChainAccount,
    ChainId,
    Digest,
    Instant,
    format_coins,
    issuer_id,
    parse_coins,
    parse_units,
    printable,
    segment_name,
)
from scripts.vectors_documents import cases

Json = dict[str, Any]

MADE = list(cases())
CASES = dict(MADE)
MAX_BYTES = 64 * 2**20
NAMES: dict[str, Callable[[str], object]] = {
    "chain": ChainId.parse,
    "account": ChainAccount.parse,
    "asset": AssetId.parse,
    "digest": Digest.parse,
    "issuer": issuer_id,
    "segment": segment_name,
    "instant": Instant.parse,
}


def text_of(given: Json) -> bytes:
    if "hex" in given:
        return bytes.fromhex(given["hex"])
    if "parts" in given:
        return b"".join(text.encode() * times for text, times in given["parts"])
    return str(given["text"]).encode("utf-8", "surrogatepass")


def depth_of(value: object) -> int:
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


def read_json(given: Json) -> Json:
    data = text_of(given)
    value = {
        "strict": lambda: strict_json.load(data, max_bytes=MAX_BYTES),
        "canonical": lambda: canonical.load(data, max_bytes=MAX_BYTES),
    }[given["operation"]]()
    return {"value": value, "depth": depth_of(value)}


def read_name(given: Json) -> Json:
    return {"text": str(NAMES[given["kind"]](given["text"]))}


def read_amount(given: Json) -> Json:
    if given["kind"] == "written":
        return {"text": format_coins(int(given["units"]), given["decimals"])}
    if given["kind"] == "coins":
        return {"units": str(parse_coins(given["text"], given["decimals"]))}
    return {"units": str(parse_units(given["text"]))}


def document_of(given: Json) -> bytes:
    return str(given["document"]).encode("utf-8", "surrogatepass")


def read_bundle(given: Json) -> Json:
    bundle = bundle_v1.read(document_of(given))
    return {"snapshot": bundle.snapshot, "digest": str(digest_of(bundle_v1.write(bundle)))}


def read_declarations(given: Json) -> Json:
    return {"digest": str(digest_of(declarations_v1.write(declarations_v1.read(document_of(given)))))}


def read_claim(given: Json) -> Json:
    claim = claim_v1.read(document_of(given))
    return {"coins": len(claim.coins), "digest": str(digest_of(claim_v1.write(claim)))}


def read_identity(given: Json) -> Json:
    identity = identity_v1.read(document_of(given))
    return {"anchors": len(identity.anchors), "digest": str(digest_of(identity_v1.write(identity)))}


def read_proof(given: Json) -> Json:
    proof = inclusion_proof_v1.read(document_of(given))
    return {"trees": len(proof.trees), "digest": str(digest_of(inclusion_proof_v1.write(proof)))}


def read_verdict(given: Json) -> Json:
    verdict = verdict_v1.read(document_of(given))
    document = str(digest_of(verdict_v1.write(verdict)))
    return {"outcome": str(verdict.outcome), "exit": verdict.exit_code, "digest": document}


def read_receipt(given: Json) -> Json:
    receipt = receipt_v1.read(document_of(given))
    same = None
    if "salt" in given:
        same = receipt_v1.salted_digest(bytes.fromhex(given["salt"]), given["file"].encode()) == receipt.salted
    return {"digest": str(digest_of(receipt_v1.write(receipt))), "same": same}


def read_policy(given: Json) -> Json:
    return {"digest": str(policy_v1.read(given["toml"].encode(), Tables((), ())).digest)}


RUN: dict[str, Callable[[Json], Json]] = {
    "strict-json": read_json,
    "identifiers": read_name,
    "amounts": read_amount,
    "bundle-document": read_bundle,
    "claim-document": read_claim,
    "declarations-document": read_declarations,
    "identity-document": read_identity,
    "inclusion-proof-document": read_proof,
    "policy-document": read_policy,
    "receipt-document": read_receipt,
    "verdict-document": read_verdict,
}


@pytest.mark.parametrize("path", CASES)
def test_vector(path: str) -> None:
    vector = CASES[path]
    run, expect = RUN[path.partition("/")[0]], vector["expect"]
    if "error" not in expect:
        result = run(vector["input"])
        assert {name: result[name] for name in expect} == expect
        return
    began = time.monotonic()
    with pytest.raises(FormatError) as caught:
        run(vector["input"])
    assert type(caught.value) is getattr(errors, expect["error"])
    assert caught.value.place == expect.get("place", caught.value.place)
    assert str(caught.value) == printable(str(caught.value))
    assert time.monotonic() - began < 10


def test_every_family_is_there_and_mostly_negative() -> None:
    families = Counter(path.partition("/")[0] for path in CASES)
    refused = Counter(path.partition("/")[0] for path in CASES if path.endswith("_fail.json"))
    assert set(families) == set(RUN)
    for family, count in families.items():
        assert 3 * refused[family] >= 2 * count, f"{family}: {refused[family]} of {count} are negative"


def test_a_vector_is_named_once_and_by_what_is_expected_of_it() -> None:
    assert len(MADE) == len(CASES)
    for path, vector in CASES.items():
        assert path.endswith("_fail.json") is ("error" in vector["expect"])
        assert set(vector) == {"description", "threat", "input", "expect"}
        assert vector["description"]
        assert vector["threat"] is None or vector["threat"] in {f"T{number:02}" for number in range(1, 98)}


def test_vectors_are_the_same_every_time_and_can_be_written_as_json() -> None:
    assert json.dumps(list(cases())) == json.dumps(MADE)
    assert max(len(json.dumps(vector)) for vector in CASES.values()) < 100_000
