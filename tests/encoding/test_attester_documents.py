"""Committees, keys, signed statements, certificates: their limits, and what only a whole document can get wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from eth_utils.crypto import keccak

from por.commitments import statements
from por.encoding import attestation_v1, attester_key_v1, certificate_v1, committee_v1, entry_v1, statement_v1
from por.errors import FormatError
from por.model import AssetId, Figure, SignatureScheme
from tests import attesting as a
from tests.contracts import attesters
from tests.documents import canonical, put

KIB, MIB = 2**10, 2**20
LIMITS: list[tuple[ModuleType, dict[str, int]]] = [
    (committee_v1, {"MAX_BYTES": 256 * KIB, "MAX_MEMBERS": 128}),
    (attester_key_v1, {"MAX_BYTES": 4 * KIB, "KEY_BYTES": 48, "SIGNATURE_BYTES": 96}),
    (statement_v1, {"MAX_FIGURES": 4096, "MAX_RULEBOOKS": 64, "MAX_REASON": 1000}),
    (entry_v1, {"MAX_TOTALS": 4096}),
    (attestation_v1, {"MAX_BYTES": 4 * MIB, "ECDSA_BYTES": 65, "MAX_SIGNATURE": 8192}),
    (certificate_v1, {"MAX_BYTES": 8 * MIB}),
]


def certificate(**changes: Any) -> Any:
    return json.loads(certificate_v1.write(a.certificate(**changes)))


def refused(read: Any, document: Any, place: str, words: str) -> None:
    with pytest.raises(FormatError, match=words) as caught:
        read(canonical(document))
    assert caught.value.place == place


@pytest.mark.parametrize(("module", "limits"), LIMITS, ids=lambda value: getattr(value, "__name__", ""))
def test_t84_the_limits_are_these(module: ModuleType, limits: dict[str, int]) -> None:
    assert {name: getattr(module, name) for name in limits} == limits


def test_a_limit_that_stands_in_two_layers_is_one() -> None:
    assert committee_v1.MAX_MEMBERS == statements.MAX_MEMBERS


def test_a_committee_of_128_is_read_and_one_of_129_is_not() -> None:
    whole = json.loads(committee_v1.write(a.committee_of(a.accounts())))
    members = [f"0x{number:040x}" for number in range(1, 130)]
    assert len(committee_v1.read(canonical({**whole, "members": members[:128]})).members) == 128
    refused(committee_v1.read, {**whole, "members": members}, "/members", "129 items; at most 128")


def test_the_largest_committee_of_keys_fits_its_cap() -> None:
    key = {"key": "0x" + "ab" * 48, "possession": "0x" + "ab" * 96}
    assert len(canonical([key] * 128)) + 200 < committee_v1.MAX_BYTES


def test_a_statement_with_all_the_figures_there_may_be_fits_its_cap() -> None:
    tokens = sorted(f"eip155:1/erc20:0x{number:040x}" for number in range(4096))
    figures = tuple(Figure(AssetId.parse(each), 2**128 - 1, 2**128 - 1) for each in tokens)
    signed = replace(a.signed(a.accounts(), 0, a.statement()), statement=replace(a.statement(), figures=figures))
    assert len(attestation_v1.write(signed)) < attestation_v1.MAX_BYTES
    assert len(attestation_v1.read(attestation_v1.write(signed)).statement.figures) == 4096
    whole = json.loads(attestation_v1.write(signed))
    more = [*whole["statement"]["figures"], whole["statement"]["figures"][0]]
    refused(attestation_v1.read, put(whole, "/statement/figures", more), "/statement/figures", "at most 4096")


def test_a_certificate_of_128_contracts_with_long_signatures_is_within_its_cap() -> None:
    by = attesters.accounts(128, 1, scheme=attesters.CONTRACT)
    made = replace(
        a.certificate(a.accounts(contract=True)),
        committee=a.committee_of(by),
        signers=a.committee_of(by).members,
        reports=(a.POLICY,) * 128,
        signatures=(bytes(8192),) * 128,
    )
    assert certificate_v1.read(certificate_v1.write(made)) == made


@pytest.mark.parametrize("scheme", ["ecdsa", "bls"])
def test_signatures_have_their_schemes_length(scheme: str) -> None:
    by = a.accounts() if scheme == "ecdsa" else a.keyholders()
    whole = json.loads(attestation_v1.write(a.signed(by, 0, a.statement())))
    size = 65 if scheme == "ecdsa" else 96
    for count in (0, size - 1, size + 1, 161 - size):
        refused(attestation_v1.read, {**whole, "signature": "0x" + "11" * count}, "/signature", f"expected {size}")


def test_a_signers_scheme_says_how_it_is_named() -> None:
    whole = json.loads(attestation_v1.write(a.signed(a.accounts(), 0, a.statement())))
    key = a.signed(a.keyholders(), 0, a.statement())
    refused(attestation_v1.read, put(whole, "/signer/scheme", "bls"), "/signer/member", "20 bytes; expected 48")
    bls = json.loads(attestation_v1.write(key))
    refused(attestation_v1.read, put(bls, "/signer/scheme", "ecdsa"), "/signer/member", "not an EVM address")
    assert attestation_v1.read(canonical(bls)).member == keccak(key.key)


@pytest.mark.parametrize("positions", [(0,), (0, 1, 2)])
def test_reports_stand_beside_their_signers(positions: tuple[int, ...]) -> None:
    whole = certificate(positions=positions)
    assert [row["report"] for row in whole["signers"]] == [str(a.report_of(each)) for each in positions]
    back = certificate(said=a.revocation(a.statement()), positions=positions)
    assert {row["report"] for row in back["signers"]} == {None}
    spoiled = put(back, "/signers/0/report", str(a.POLICY))
    refused(certificate_v1.read, spoiled, "/signers/0/report", "a revocation with null")


def test_t47_a_key_that_is_no_member_signs_nothing() -> None:
    whole = certificate(members=a.keyholders())
    stranger = attesters.Keyholders((77,), 1).keys[0].hex()
    refused(certificate_v1.read, put(whole, "/signers/0/member", f"0x{stranger}"), "/signers/0", "no member")


def test_a_committee_within_a_certificate_is_read_as_strictly() -> None:
    whole = certificate()
    refused(certificate_v1.read, put(whole, "/committee/chain", "eip155:1"), "/committee/chain", "null elsewhere")
    refused(certificate_v1.read, put(whole, "/committee/comment", "x"), "/committee", "unknown member")
    doubled = whole["committee"]["members"][:1] * 2 + whole["committee"]["members"][1:]
    refused(certificate_v1.read, put(whole, "/committee/members", doubled), "/committee/members/1", "named twice")


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        ("/statement/entry/anchor/snapshotChain", -1, "not an integer between"),
        ("/statement/entry/anchor/supersedes", "0", "not an integer"),
        ("/statement/entry/anchor/bundle", "0x" + "00" * 32, "not a digest"),
        ("/statement/entry/totals/0/asset", "eip155:1/slip44:60", "begins with 0x"),
        ("/statement/entry/totals/0/reserves", "01", "not an amount"),
        ("/statement/entry/sequence", 2**53, "an integer beyond"),
    ],
)
def test_an_entry_is_read_strictly(place: str, value: object, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        certificate_v1.read(canonical(put(certificate(), place, value)))


def test_schemes_have_one_name_each() -> None:
    assert {committee_v1.scheme_text(each) for each in SignatureScheme} == set(committee_v1.SCHEMES)
    assert all(committee_v1.scheme_of(committee_v1.scheme_text(each)) is each for each in SignatureScheme)
    with pytest.raises(FormatError, match="none of ecdsa, contract, bls"):
        committee_v1.scheme_of("rsa")


def test_t47_nobody_is_a_member_by_the_address_that_nonsense_recovers_to() -> None:
    with pytest.raises(FormatError, match="nobody's"):
        committee_v1.address_member("0x" + "00" * 20)
