"""What attestation.md shows is what the code reads and writes, and what other libraries compute."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from por.checks.requirements import CERTIFICATE
from por.commitments import statements
from por.commitments.anchors import anchor_id
from por.commitments.statements import committee_id, statement_digest
from por.encoding import attestation_v1, attester_key_v1, certificate_v1, committee_v1, statement_v1
from por.encoding.digests import digest_of
from por.model import Revocation
from por.proofs.attestation import require_possession, require_preimages, signer, signers
from por.proofs.bls import possession
from scripts.attestation_vectors.making import address, bls_key, hexed
from tests import pages

PAGE = "attestation.md"
TEXT = pages.text(PAGE)
BLOCKS = pages.blocks(PAGE)
CERTIFICATES = ["json certificate", "json certificate bls", "json certificate revocation"]


def example(name: str) -> bytes:
    return BLOCKS[name].rstrip("\n").encode()


def in_text(name: str) -> Any:
    return json.loads(BLOCKS[name])


def test_the_committee_and_its_id() -> None:
    committee = committee_v1.read(example("json committee"))
    assert committee_v1.write(committee) == example("json committee")
    assert f"The committee's id is `0x{committee_id(committee).hex()}`" in TEXT
    assert in_text("json committee")["members"] == sorted(address(f"attester {number}") for number in (1, 2, 3))


def test_the_signed_statement_is_its_signers() -> None:
    signed = attestation_v1.read(example("json attestation"))
    assert attestation_v1.write(signed) == example("json attestation")
    assert signer(signed).proven == (signed.member,)
    assert require_preimages(signed.statement).entry is not None
    assert signed.statement.entry is not None
    assert f"`0x{anchor_id(signed.statement.entry).hex()}`" in TEXT


def test_the_typed_data_is_the_statement() -> None:
    message = encode_typed_data(full_message=in_text("json typed-data"))
    digest = keccak(b"\x19" + message.version + message.header + message.body)
    signed = attestation_v1.read(example("json attestation"))
    assert digest == statement_digest(signed.statement.content)
    assert f"The digest that is signed is `0x{digest.hex()}`." in TEXT
    assert in_text("json typed-data")["domain"] == {"name": statements.NAME, "version": statements.VERSION}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_the_certificates_hold(name: str) -> None:
    certificate = certificate_v1.read(example(name))
    assert certificate_v1.write(certificate) == example(name)
    found = signers(certificate)
    assert found.proven == certificate.signers
    assert len(found.proven) == certificate.committee.threshold == 2
    assert require_preimages(certificate.statement) == certificate.statement
    assert f"`0x{committee_id(certificate.committee).hex()}`" in TEXT


def test_the_revocation_is_of_the_attestation() -> None:
    attested = certificate_v1.read(example("json certificate")).statement.content
    said = certificate_v1.read(example("json certificate revocation")).statement.content
    assert isinstance(said, Revocation)
    assert said.attestation == statement_digest(attested)
    assert f"they signed `0x{statement_digest(said).hex()}`" in TEXT


def test_the_key_is_a_members_and_its_possession_is_proven() -> None:
    key = attester_key_v1.read(example("json attester-key"))
    committee = certificate_v1.read(example("json certificate bls")).committee
    assert possession(key.key, key.possession) == committee.members[0]
    assert require_possession(committee, committee.members) == committee.members
    assert {hexed(each) for each in committee.keys} == {hexed(bls_key(f"attester {n}")) for n in (1, 2, 3)}


def test_reports_are_digests_and_no_two_signers_have_one() -> None:
    certificate = certificate_v1.read(example("json certificate"))
    assert len(set(certificate.reports)) == len(certificate.signers)
    assert digest_of(b"") not in certificate.reports


@pytest.mark.parametrize(
    ("heading", "shown"),
    [
        ("Committee", in_text("json committee")),
        ("Signing", in_text("json attestation")),
        ("Certificate", in_text("json certificate")),
    ],
)
def test_the_tables_name_every_member(heading: str, shown: dict[str, Any]) -> None:
    assert pages.named_in_tables(PAGE, heading) == set(shown) - {"mediaType"}
    assert f"`{shown['mediaType']}`" in TEXT


def test_the_statements_tables_name_every_member() -> None:
    shown = in_text("json attestation")["statement"]
    assert pages.named_in_tables(PAGE, "Statement") == set(shown)


def test_the_typed_datas_members_stand_in_the_table() -> None:
    rows = re.findall(r"^\| `\w+` \| `(\w+)` \|", TEXT, re.MULTILINE)
    assert rows == [member["name"] for member in in_text("json typed-data")["types"]["Attestation"]]


def test_the_checks_are_those_of_the_profile() -> None:
    assert re.findall(r"^\| `((?:attestation|snapshot)\.[a-z]+)` \|", TEXT, re.MULTILINE) == [
        *(name for name in CERTIFICATE if name != "attestation.bundle"),
        "attestation.bundle",
    ]


def test_the_limits_are_the_codecs() -> None:
    assert f"{committee_v1.MAX_MEMBERS} members" in TEXT
    assert committee_v1.MAX_MEMBERS == statements.MAX_MEMBERS
    assert f"{statement_v1.MAX_FIGURES:,} figures, {statement_v1.MAX_RULEBOOKS} rulebooks" in TEXT
    assert f"{statement_v1.MAX_REASON:,} characters of reason" in TEXT
    assert (attestation_v1.MAX_BYTES, certificate_v1.MAX_BYTES) == (4 * 2**20, 8 * 2**20)
    assert committee_v1.MAX_BYTES == 256 * 2**10
    assert f"up to {attestation_v1.MAX_SIGNATURE:,} bytes" in TEXT


def test_the_page_has_its_parts_and_the_code_cites_its_steps() -> None:
    parts = ("Example", "Conventions", "Committee", "Statement", "Signing", "Certificate", "Verification")
    headings = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    assert headings[: len(parts)] == list(parts)
    assert headings[-1] == "What this does not show"
    for path in re.findall(r"`(por/[a-z_/0-9]+\.py)`", TEXT):
        assert f"por/spec/{PAGE}" in (pages.SPEC.parent.parent / path).read_text("utf-8")


def test_every_numbered_step_is_there() -> None:
    for what, count in (("committee", 2), ("statement", 6), ("certificate", 6)):
        numbers = re.findall(rf"^- \*\*{what} (\d)\*\*", TEXT, re.MULTILINE)
        assert numbers == [str(number) for number in range(1, count + 1)]
