"""Every vector of scripts/vectors_attestations.py, run against the code under test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from por import errors
from por.commitments.statements import committee_id, statement_digest
from por.encoding import attestation_v1, attester_key_v1, certificate_v1, committee_v1
from por.encoding.digests import digest_of
from por.model import SignatureScheme, printable
from por.proofs.attestation import require_preimages, signers
from scripts.vectors_attestations import cases

Json = dict[str, Any]

MADE = list(cases())
CASES = dict(MADE)


def document_of(given: Json) -> bytes:
    return str(given["document"]).encode("utf-8", "surrogatepass")


def read_committee(given: Json) -> Json:
    committee = committee_v1.read(document_of(given))
    return {"id": f"0x{committee_id(committee).hex()}", "digest": str(digest_of(committee_v1.write(committee)))}


def read_key(given: Json) -> Json:
    return {"digest": str(digest_of(attester_key_v1.write(attester_key_v1.read(document_of(given)))))}


def read_signed(given: Json) -> Json:
    signed = attestation_v1.read(document_of(given))
    return {
        "statement": f"0x{statement_digest(signed.statement.content).hex()}",
        "digest": str(digest_of(attestation_v1.write(signed))),
    }


def read_certificate(given: Json) -> Json:
    certificate = certificate_v1.read(document_of(given))
    digest = str(digest_of(certificate_v1.write(certificate)))
    return {"signers": len(certificate.signers), "digest": digest}


def judge_certificate(given: Json) -> Json:
    certificate = certificate_v1.read(document_of(given))
    found = signers(certificate)
    require_preimages(certificate.statement)
    names = certificate.committee.scheme is SignatureScheme.BLS
    shown = [[f"0x{(each if names else each[12:]).hex()}" for each in row] for row in (found.proven, found.unread)]
    return {
        "digest": f"0x{statement_digest(certificate.statement.content).hex()}",
        "committee": f"0x{committee_id(certificate.committee).hex()}",
        "proven": shown[0],
        "unread": shown[1],
    }


RUN: dict[str, Callable[[Json], Json]] = {
    "attester-key-document": read_key,
    "attestation-document": read_signed,
    "committee-document": read_committee,
    "certificate-document": read_certificate,
    "certificate": judge_certificate,
}


@pytest.mark.parametrize("path", CASES)
def test_vector(path: str) -> None:
    given, expect = CASES[path]["input"], CASES[path]["expect"]
    run = RUN[path.partition("/")[0]]
    if "error" not in expect:
        assert run(given) == expect
        return
    with pytest.raises(getattr(errors, expect["error"])) as caught:
        run(given)
    assert type(caught.value).__name__ == expect["error"]
    assert str(caught.value) == printable(str(caught.value))
    if isinstance(caught.value, errors.FormatError):
        assert caught.value.place == expect.get("place", caught.value.place)


def test_every_family_is_there_and_mostly_negative() -> None:
    families = Counter(path.partition("/")[0] for path in CASES)
    refused = Counter(path.partition("/")[0] for path in CASES if path.endswith("_fail.json"))
    assert set(families) == set(RUN)
    for family, count in families.items():
        assert 3 * refused[family] >= 2 * count, family


def test_a_vector_is_named_once_and_by_what_is_expected_of_it() -> None:
    assert len(MADE) == len(CASES)
    for path, vector in CASES.items():
        assert list(vector) == ["description", "threat", "input", "expect"]
        assert path.endswith("_fail.json") is ("error" in vector["expect"])


def test_vectors_are_made_again_byte_for_byte() -> None:
    assert list(cases()) == MADE
