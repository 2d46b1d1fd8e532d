"""Who signed a statement: computed here, compared with another implementation, and attacked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from py_ecc.bls.g2_primitives import G1_to_pubkey, pubkey_to_G1
from py_ecc.optimized_bls12_381.optimized_curve import add, neg

from por.commitments.statements import (
    committee_id,
    figures_digest,
    reason_digest,
    revocation_digest,
    rulebooks_digest,
    statement_digest,
)
from por.encoding import certificate_v1
from por.errors import EvidenceError, FormatError
from por.model import Committee, Digest, Figure, Instant, Outcome, Revocation, SignatureScheme, Statement
from por.proofs.attestation import (
    Signers,
    reports_digest,
    require_possession,
    require_preimages,
    signer,
    signers,
)
from tests import attesting as a
from tests.contracts import attesters
from tests.documents import amounts, assets, hashes, instants

KEYHOLDERS = a.keyholders()


# --- digests, by two implementations


@given(
    commitment=hashes,
    policy=hashes,
    rulebooks=hashes,
    outcome=st.sampled_from(Outcome),
    figures=hashes,
    observed=instants,
    expires=instants,
)
def test_attestations_have_the_digest_that_another_eip712_computes(
    commitment: bytes,
    policy: bytes,
    rulebooks: bytes,
    outcome: Outcome,
    figures: bytes,
    observed: Instant,
    expires: Instant,
) -> None:
    said = a.statement(
        commitment=commitment,
        policy=Digest(policy),
        rulebooks=rulebooks,
        outcome=outcome,
        figures=figures,
        observed_at=observed,
        expires_at=expires,
    )
    assert statement_digest(said.content) == a.digest_of(said)


@given(attested=hashes, reason=hashes)
def test_revocations_have_the_digest_that_another_eip712_computes(attested: bytes, reason: bytes) -> None:
    assert revocation_digest(Revocation(attested, reason)) == attesters.Revocation(attested, reason).digest


@given(st.lists(st.tuples(assets(), amounts, amounts), max_size=4, unique_by=lambda row: str(row[0])))
def test_figures_have_the_digest_that_another_abi_computes(rows: list[tuple[object, int, int]]) -> None:
    figures = [Figure(asset, owed, held) for asset, owed, held in rows]  # type: ignore[arg-type]
    written = sorted((keccak(text=str(asset)), owed, held) for asset, owed, held in rows)
    assert figures_digest(figures) == attesters.figures_digest(written)


def test_figures_of_one_asset_twice_are_refused() -> None:
    with pytest.raises(EvidenceError, match="one asset twice"):
        figures_digest([a.FIGURES[0], replace(a.FIGURES[0], reserves=1)])


@pytest.mark.parametrize(
    "members", [a.accounts(), a.accounts(contract=True), KEYHOLDERS], ids=["ecdsa", "contract", "bls"]
)
def test_committees_have_the_id_that_another_abi_computes(members: attesters.Committee) -> None:
    assert committee_id(a.committee_of(members, 10)) == members.id_on(10)


def test_t53_a_committee_of_contracts_has_another_id_on_another_chain_and_keys_have_the_same() -> None:
    contracts = a.accounts(contract=True)
    assert committee_id(a.committee_of(contracts, 1)) != committee_id(a.committee_of(contracts, 10))
    assert committee_id(a.committee_of(a.accounts(), 1)) == committee_id(a.committee_of(a.accounts(), 10))
    assert committee_id(a.committee_of(contracts, 1)) != committee_id(a.committee_of(a.accounts()))


def test_no_rulebook_no_reason_and_no_report_are_zeros() -> None:
    assert rulebooks_digest([]) == reason_digest("") == reports_digest(()) == bytes(32)


def test_rulebooks_and_reports_are_joined_by_keccak() -> None:
    one, two = Digest(b"\x01" * 32), Digest(b"\x02" * 32)
    assert rulebooks_digest([two, one]) == rulebooks_digest([one, two]) == keccak(one.value + two.value)
    assert reports_digest((two, one)) == keccak(two.value + one.value)


# --- one member's signed statement


@pytest.mark.parametrize("members", [a.accounts(), KEYHOLDERS], ids=["ecdsa", "bls"])
def test_the_signer_of_a_statement_is_found(members: attesters.Committee) -> None:
    signed = a.signed(members, 1, a.statement())
    assert signer(signed) == Signers((signed.member,))
    back = a.signed(members, 1, a.revocation(a.statement()))
    assert signer(back) == Signers((back.member,))


@pytest.mark.parametrize("members", [a.accounts(), KEYHOLDERS], ids=["ecdsa", "bls"])
def test_t38_a_signature_over_another_statement_is_refused(members: attesters.Committee) -> None:
    signed = a.signed(members, 0, a.statement())
    for other in (
        a.statement(outcome=Outcome.FAIL),
        a.statement(policy=Digest(bytes(32))),
        a.revocation(a.statement()),
    ):
        with pytest.raises(EvidenceError):
            signer(replace(signed, statement=other))


def test_t48_a_malleated_signature_is_refused_by_name() -> None:
    signed = a.signed(a.accounts(), 0, a.statement())
    with pytest.raises(EvidenceError, match=f"0x{signed.member[12:].hex()}: .*upper half"):
        signer(replace(signed, signature=attesters.malleated(signed.signature)))


def test_a_contracts_signature_is_unread_unless_it_is_the_members_own_keys() -> None:
    signed = replace(a.signed(a.accounts(), 0, a.statement()), scheme=SignatureScheme.CONTRACT)
    assert signer(signed) == Signers((signed.member,))
    for taken in (b"\x00", signed.signature + b"\x00", a.signature(a.accounts(), 1, a.statement())):
        assert signer(replace(signed, signature=taken)) == Signers((), (signed.member,))


# --- certificates


@pytest.mark.parametrize("members", [a.accounts(), KEYHOLDERS], ids=["ecdsa", "bls"])
@pytest.mark.parametrize("positions", [(0, 1), (1, 2), (0, 1, 2), (2,)])
def test_the_signers_of_a_certificate_are_found(members: attesters.Committee, positions: tuple[int, ...]) -> None:
    certificate = a.certificate(members, positions=positions)
    assert signers(certificate) == Signers(certificate.signers)
    assert signers(certificate_v1.read(certificate_v1.write(certificate))).all == certificate.signers


def test_members_that_are_contracts_are_named_and_not_counted() -> None:
    by = a.accounts(contract=True)
    certificate = a.certificate(by, signatures=[a.signature(by, 0, a.statement()), b"\x01\x02"])
    found = signers(certificate)
    assert (found.proven, found.unread) == (certificate.signers[:1], certificate.signers[1:])
    assert found.all == certificate.signers


def test_t47_one_member_signing_twice_is_one_signer_and_refused() -> None:
    certificate = a.certificate()
    twice = replace(certificate, signers=certificate.signers[:1] * 2, signatures=certificate.signatures[:1] * 2)
    with pytest.raises(EvidenceError, match="each once"):
        signers(twice)
    with pytest.raises(FormatError, match="named twice"):
        certificate_v1.read(certificate_v1.write(twice))


def test_t47_one_members_signature_does_not_count_for_another() -> None:
    certificate = a.certificate()
    with pytest.raises(EvidenceError, match="or over another statement"):
        signers(replace(certificate, signatures=certificate.signatures[:1] * 2))


def test_t47_two_members_cannot_have_one_key() -> None:
    committee = a.committee_of(a.accounts())
    with pytest.raises(EvidenceError, match="ascend"):
        committee_id(replace(committee, members=committee.members[:1] * 2))
    held = a.committee_of(KEYHOLDERS)
    doubled = replace(
        held,
        members=held.members[:1] * 2,
        keys=held.keys[:1] * 2,
        possessions=held.possessions[:1] * 2,
    )
    with pytest.raises(EvidenceError, match="ascend"):
        committee_id(doubled)


def test_a_stranger_is_no_signer() -> None:
    certificate = a.certificate()
    with pytest.raises(EvidenceError, match="members of the committee"):
        signers(replace(certificate, signers=(bytes(12) + b"\x01" * 20, certificate.signers[1])))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_signatures_are_as_many_as_signers(count: int) -> None:
    certificate = a.certificate()
    made = (certificate.signatures * 2)[:count]
    with pytest.raises(EvidenceError, match=f"{count} signatures of 2"):
        signers(replace(certificate, signatures=made))


def test_a_sum_of_bls_is_one_signature() -> None:
    certificate = a.certificate(KEYHOLDERS)
    with pytest.raises(EvidenceError, match="2 signatures; members of BLS have one"):
        signers(replace(certificate, signatures=certificate.signatures * 2))


def test_t47_a_sum_without_one_signers_part_is_refused() -> None:
    certificate = a.certificate(KEYHOLDERS, signatures=[a.signature(KEYHOLDERS, 0, a.statement())])
    with pytest.raises(EvidenceError, match="the signature is not one of all these keys"):
        signers(certificate)


def test_t47_a_rogue_key_signs_for_nobody() -> None:
    """Own key less the victim's: its sum with the victim's is the own key, which signs for both."""
    victim, attacker = KEYHOLDERS.secrets[0], 99
    own, theirs = (pubkey_to_G1(attesters.Keyholders((each,), 1).keys[0]) for each in (attacker, victim))  # type: ignore[arg-type]
    rogue = bytes(G1_to_pubkey(add(own, neg(theirs))))
    keys = sorted([KEYHOLDERS.keys[0], rogue], key=keccak)
    proofs = {KEYHOLDERS.keys[0]: a.proof_of(victim), rogue: a.proof_of(attacker)}
    committee = Committee(
        scheme=SignatureScheme.BLS,
        threshold=2,
        chain_id=0,
        members=tuple(map(keccak, keys)),
        keys=tuple(keys),
        possessions=tuple(proofs[key] for key in keys),
    )
    forged = a.bls_signature(attacker, a.digest_of(a.statement()))
    certificate = replace(
        a.certificate(KEYHOLDERS), committee=committee, signers=committee.members, signatures=(forged,)
    )
    with pytest.raises(EvidenceError, match=f"0x{rogue.hex()}: not a proof of possession"):
        signers(certificate)


def test_possession_is_asked_of_signers_and_of_all_where_a_committee_is_made() -> None:
    certificate = a.certificate(KEYHOLDERS, positions=(0, 1))
    committee = certificate.committee
    spoiled = replace(committee, possessions=(*committee.possessions[:2], committee.possessions[0]))
    assert signers(replace(certificate, committee=spoiled)).proven == certificate.signers
    with pytest.raises(EvidenceError, match="not a proof of possession"):
        require_possession(spoiled, spoiled.members)
    with pytest.raises(EvidenceError, match="each key"):
        require_possession(replace(committee, possessions=()), committee.members)


# --- what stands beside the digests

ALTERED: list[tuple[str, Statement]] = [
    ("figures", replace(a.statement(), figures=a.FIGURES[:1])),
    ("figures", replace(a.statement(), figures=(*a.FIGURES[:1], replace(a.FIGURES[1], reserves=1)))),
    ("rulebooks", replace(a.statement(), rulebooks=(Digest(bytes(32)),))),
    ("rulebooks", a.statement(rulebooks=keccak(text="a rulebook"))),
    ("entry", replace(a.statement(), entry=replace(a.ENTRY, sequence=4))),
    ("entry", a.statement(commitment=bytes(32))),
    ("reason", replace(a.revocation(a.statement()), reason="")),
    ("reason", replace(a.revocation(a.statement()), reason="another")),
]


@pytest.mark.parametrize(("what", "said"), ALTERED)
def test_t42_what_stands_beside_the_digests_is_what_was_signed(what: str, said: Statement) -> None:
    with pytest.raises(EvidenceError, match=what):
        require_preimages(said)


def test_what_was_signed_is_returned() -> None:
    for said in (a.statement(), replace(a.statement(), entry=None), a.revocation(a.statement(), "")):
        assert require_preimages(said) is said
