"""Drafting, signing and collecting: what a verdict found is stated exactly, and nobody signs what is not theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.asset_classes import exact_text
from por.checks.certificate import Given, check_certificate
from por.commitments.anchors import anchor_id
from por.commitments.statements import committee_id, figures_digest, rulebooks_digest
from por.encoding.attestation_v1 import MAX_SIGNATURE
from por.errors import PublishError
from por.model import (
    AssetId,
    Attestation,
    Digest,
    Figure,
    Finding,
    Instant,
    Outcome,
    SignatureScheme,
    SignedStatement,
    Statement,
    Verdict,
)
from por.model.identifiers import evm_account
from por.proofs.attestation import signers
from por.publish.attesting import Tolerance, commitment_of, figures_of, require_same, revocation_of, statement_of
from por.publish.collecting import collected, signed_by
from por.publish.signers.contract import ContractMember
from tests import attesting as a
from tests.contracts import attesters
from tests.documents import as_fraction

REPORT = Digest(b"\x0e" * 32)
ENTRY_ID = anchor_id(a.ENTRY)
TOO_LATE = a.OBSERVED.seconds + 35 * 86_400 + 1


def coverage(asset: AssetId, lower: str, owed: str, decimals: int, outcome: Outcome = Outcome.PASS) -> Finding:
    facts = {"lower": lower, "liabilities": owed, "decimals": str(decimals), "upper": lower}
    return Finding("solvency.coverage", str(asset), outcome, f"solvency.coverage.{outcome.lower()}", facts=facts)


def anchored(entry: bytes = ENTRY_ID, outcome: Outcome = Outcome.PASS, bundle: Digest = a.BUNDLE) -> Finding:
    facts = {"entry": "0x" + entry.hex(), "bundle": str(bundle)}
    return Finding("publication.anchored", "x", outcome, "publication.anchored.in_time", facts=facts)


def verdict(*findings: Finding, **changes: Any) -> Verdict:
    usual: dict[str, Any] = {
        "profile": "job",
        "snapshot": "exchange.example@2026-11-01T12:00:00Z",
        "bundle": a.BUNDLE,
        "policy": a.POLICY,
        "as_of": a.ENTRY.anchor.instant,
        "checked_at": a.OBSERVED,
        "findings": findings or (coverage(a.ETH, "120", "100", 18), coverage(a.USDC, "1050", "1000", 6), anchored()),
    }
    return Verdict(**{**usual, **changes})


@dataclass
class FakeSigner:
    """Sign as one of the committee's members."""

    members: attesters.Committee
    position: int = 0
    spoil: Callable[[bytes], bytes] = lambda signature: signature

    @property
    def scheme(self) -> SignatureScheme:
        bls = isinstance(self.members, attesters.Keyholders)
        return SignatureScheme.BLS if bls else SignatureScheme.ECDSA

    @property
    def member(self) -> bytes:
        return a.committee_of(self.members).members[self.position]

    @property
    def name(self) -> str:
        return "0x" + self.member[-20:].hex()

    def sign(self, digest: bytes) -> bytes:
        if isinstance(self.members, attesters.Keyholders):
            return self.spoil(a.bls_signature(self.members.secrets[self.position], digest))
        return self.spoil(attesters.ecdsa(self.members.signers[self.position].key, digest))


# --- figures


def test_figures_are_the_proven_and_the_owed_in_base_units_by_asset() -> None:
    assert figures_of(verdict()) == (
        Figure(a.USDC, 1_000_000_000, 1_050_000_000),
        Figure(a.ETH, 100 * 10**18, 120 * 10**18),
    )


def test_reserves_are_rounded_down_and_liabilities_up() -> None:
    """Classes join assets of other decimals, so a sum may be finer than the class's own base unit."""
    findings = (coverage(a.USDC, "1.0000009", "1.0000001", 6), anchored())
    assert figures_of(verdict(*findings)) == (Figure(a.USDC, 1_000_001, 1_000_000),)
    findings = (coverage(a.USDC, "10/3", "1/3", 6), anchored())
    assert figures_of(verdict(*findings)) == (Figure(a.USDC, 333_334, 3_333_333),)


@given(st.fractions(min_value=0, max_value=10**12), st.fractions(min_value=0, max_value=10**12), st.integers(0, 18))
def test_no_figure_says_more_than_was_found(lower: Any, owed: Any, decimals: int) -> None:
    row = coverage(a.ETH, exact_text(lower), exact_text(owed), decimals)
    (figure,) = figures_of(verdict(row, anchored()))
    assert figure.reserves <= as_fraction_text(exact_text(lower)) * 10**decimals < figure.reserves + 1
    assert figure.liabilities - 1 < as_fraction_text(exact_text(owed)) * 10**decimals <= figure.liabilities


def as_fraction_text(text: str) -> Any:
    if "/" in text:
        return as_fraction(text)
    whole, _, part = text.partition(".")
    return as_fraction(f"{whole}{part}/{10 ** len(part)}")


def test_a_figure_beyond_128_bits_is_refused_by_name() -> None:
    with pytest.raises(PublishError, match=f"{a.ETH} has more than 128 bits"):
        figures_of(verdict(coverage(a.ETH, str(2**128), "1", 0), anchored()))


def test_a_coverage_that_looked_at_nothing_is_no_figure() -> None:
    nothing = Finding("solvency.coverage", "x@y", Outcome.INCONCLUSIVE, "evidence.nothing")
    assert figures_of(verdict(nothing, anchored())) == ()


# --- statements


def test_a_statement_says_what_the_verdict_found() -> None:
    rulebooks = (Digest(b"\x02" * 32), Digest(b"\x01" * 32))
    said = statement_of(verdict(rulebooks=rulebooks), a.EXPIRES, a.ENTRY)
    assert said.content == Attestation(
        commitment=ENTRY_ID,
        policy=a.POLICY,
        rulebooks=rulebooks_digest(rulebooks),
        outcome=Outcome.PASS,
        figures=figures_digest(a.FIGURES),
        observed_at=a.OBSERVED,
        expires_at=a.EXPIRES,
    )
    assert (said.figures, said.rulebooks, said.entry) == (a.FIGURES, rulebooks[::-1], a.ENTRY)


@pytest.mark.parametrize("outcome", Outcome)
def test_t68_whatever_was_found_is_stated(outcome: Outcome) -> None:
    found = verdict(coverage(a.ETH, "90", "100", 18, outcome), anchored())
    content = statement_of(found, a.EXPIRES).content
    assert isinstance(content, Attestation)
    assert content.outcome is found.outcome is outcome


def test_an_anchor_that_differs_is_still_an_entry_to_attest_fail_about() -> None:
    found = verdict(coverage(a.ETH, "1", "1", 18), anchored(outcome=Outcome.FAIL))
    content = statement_of(found, a.EXPIRES, a.ENTRY).content
    assert isinstance(content, Attestation)
    assert (content.outcome, content.commitment) == ("FAIL", ENTRY_ID)


def test_t35_another_bundle_than_the_anchored_one_says_nothing_about_the_entry() -> None:
    found = verdict(coverage(a.ETH, "1", "1", 18), anchored(outcome=Outcome.FAIL, bundle=Digest(b"\x05" * 32)))
    with pytest.raises(PublishError, match="ask for the one that is anchored"):
        statement_of(found, a.EXPIRES, a.ENTRY)


def test_where_nothing_is_anchored_there_is_nothing_to_attest() -> None:
    for outcome, message in ((Outcome.INCONCLUSIVE, "not_yet"), (Outcome.FAIL, "not_in_time")):
        bare = Finding("publication.anchored", "x", outcome, f"publication.anchored.{message}")
        with pytest.raises(PublishError, match="anchored nothing for this instant; there is nothing to attest"):
            statement_of(verdict(coverage(a.ETH, "1", "1", 18), bare), a.EXPIRES)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("evidence.missing", "no source was asked about eip155:31337; give --source"),
        ("evidence.history", "the newest entry given is 1, the proven one 2"),
        ("publication.anchored.no_registry", "name it in the policy's"),
        (
            "publication.anchored.not_bound",
            "the bundle names no account as the account that anchors it, the policy 0x1",
        ),
    ],
)
def test_t37_what_was_not_asked_is_not_said_to_be_unanchored(message: str, reason: str) -> None:
    finding = Finding(
        "publication.anchored",
        "x",
        Outcome.INCONCLUSIVE,
        message,
        expected="0x1",
        actual="no account",
        facts={"reason": reason},
    )
    with pytest.raises(PublishError) as caught:
        commitment_of(verdict(finding))
    assert reason in str(caught.value)
    assert "anchored nothing" not in str(caught.value)


def test_two_entries_are_none_and_neither_is_no_finding() -> None:
    for found in (verdict(anchored(), anchored(bytes(32))), verdict(coverage(a.ETH, "1", "1", 18))):
        with pytest.raises(PublishError, match="an attestation is about one entry"):
            commitment_of(found)


def test_t37_a_draft_of_a_later_look_than_ones_own_is_refused() -> None:
    def draft(seconds: int) -> Statement:
        return a.statement(observed_at=Instant(a.NOW.seconds + seconds))

    late = Instant(a.NOW.seconds + 5000)
    assert same(draft(900), now=late) == draft(900)
    with pytest.raises(PublishError, match="observed later than you looked"):
        same(draft(901), now=late)
    with pytest.raises(PublishError, match="observed later than you looked"):
        same(draft(11), now=late, lead=10)


def test_a_verdict_under_no_policy_is_not_attested() -> None:
    with pytest.raises(PublishError, match="no policy"):
        statement_of(verdict(policy=None), a.EXPIRES)


def test_another_entry_than_the_verdicts_is_left_out() -> None:
    assert statement_of(verdict(), a.EXPIRES, replace(a.ENTRY, sequence=9)).entry is None


# --- the others sign exactly the proposer's statement


def own() -> Statement:
    return statement_of(verdict(checked_at=a.NOW), a.EXPIRES, a.ENTRY)


def same(draft: Statement, now: Instant = a.NOW, **tolerance: int) -> Statement:
    return require_same(draft, own(), now, Tolerance(**tolerance))


def test_a_draft_that_states_ones_own_findings_is_signed_as_it_is() -> None:
    draft = a.statement()
    assert same(draft) is draft
    assert same(replace(draft, entry=None)).entry is None


DIFFERENT: list[tuple[Statement, str]] = [
    (replace(a.statement(commitment=bytes(32)), entry=None), "commitment: the draft says 0x0000"),
    (a.statement(policy=Digest(bytes(32))), "policy: the draft says sha256:0000"),
    (a.statement(outcome=Outcome.FAIL), "outcome: the draft says FAIL, you found PASS"),
    (
        replace(a.statement(rulebooks=rulebooks_digest([REPORT])), rulebooks=(REPORT,)),
        f"rulebooks: the draft says {REPORT}, you found none",
    ),
    (
        replace(a.statement(figures=figures_digest(a.FIGURES[:1])), figures=a.FIGURES[:1]),
        f"{a.ETH}: the draft says nothing, you found {120 * 10**18} proven",
    ),
    (a.revocation(a.statement()), "the draft is no attestation"),
]


@pytest.mark.parametrize(("draft", "reason"), DIFFERENT)
def test_a_draft_that_differs_is_refused_with_the_difference(draft: Statement, reason: str) -> None:
    with pytest.raises(PublishError) as caught:
        same(draft)
    assert reason in str(caught.value)


def test_every_difference_is_named() -> None:
    raised = (replace(a.FIGURES[0], reserves=2**100), *a.FIGURES[1:])
    draft = replace(a.statement(outcome=Outcome.FAIL, figures=figures_digest(raised)), figures=raised)
    with pytest.raises(PublishError) as caught:
        same(draft, Instant(a.OBSERVED.seconds - 1))
    assert len(str(caught.value).splitlines()) == 4


def test_t42_a_draft_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(PublishError, match="contradicts itself: the figures"):
        same(replace(a.statement(), figures=a.FIGURES[:1]))
    with pytest.raises(PublishError, match="contradicts itself: the anchored entry"):
        same(replace(a.statement(), entry=replace(a.ENTRY, sequence=4)))


@pytest.mark.parametrize(
    ("now", "changes", "reason"),
    [
        (a.OBSERVED.seconds - 1, {}, "after your clock's"),
        (a.OBSERVED.seconds + 86_401, {}, "more than 86400 s before"),
        (
            a.OBSERVED.seconds,
            {"expires_at": Instant(a.OBSERVED.seconds + 35 * 86_400 + 1)},
            "more than 3024000 s after",
        ),
        (a.OBSERVED.seconds + 60, {"expires_at": Instant(a.OBSERVED.seconds + 60)}, "which is past"),
    ],
)
def test_t37_instants_are_within_ones_own_bounds(now: int, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(PublishError, match=reason):
        same(a.statement(**changes), Instant(now))


def test_the_bounds_are_the_attesters_own() -> None:
    late = Instant(a.OBSERVED.seconds + 86_400)
    assert same(a.statement(), late) == a.statement()
    with pytest.raises(PublishError, match="more than 60 s before"):
        same(a.statement(), late, age=60)
    with pytest.raises(PublishError, match="more than 3600 s after"):
        same(a.statement(), validity=3600)


# --- signing


@pytest.mark.parametrize("by", [a.accounts(), a.keyholders()], ids=["ecdsa", "bls"])
def test_a_member_signs(by: attesters.Committee) -> None:
    signed = signed_by(FakeSigner(by, 1), a.statement(), a.committee_of(by), REPORT, a.ISSUER)
    assert signed == replace(a.signed(by, 1, a.statement()), report=REPORT)


def test_a_stranger_does_not_sign() -> None:
    others = a.committee_of(attesters.accounts(3, 2, name="other"))
    with pytest.raises(PublishError, match=f"{FakeSigner(a.accounts()).name} is no member"):
        signed_by(FakeSigner(a.accounts()), a.statement(), others, REPORT, None)


def test_the_issuers_own_address_attests_nothing() -> None:
    signer = FakeSigner(a.accounts(), 1)
    issuer = "0x" + signer.member[12:].hex()
    with pytest.raises(PublishError, match="anchors for the issuer; an attester is somebody else"):
        signed_by(signer, a.statement(), a.committee_of(a.accounts()), REPORT, issuer)


@pytest.mark.parametrize("by", [a.accounts(), a.keyholders()], ids=["ecdsa", "bls"])
def test_a_signer_that_signs_something_else_is_caught(by: attesters.Committee) -> None:
    signer = FakeSigner(by, 0, lambda _: a.signature(by, 0, a.statement(outcome=Outcome.FAIL)))
    with pytest.raises(PublishError, match="not its own"):
        signed_by(signer, a.statement(), a.committee_of(by), REPORT, None)


def test_t48_a_signer_that_gives_the_high_s_is_caught() -> None:
    signer = FakeSigner(a.accounts(), 0, attesters.malleated)
    with pytest.raises(PublishError, match="upper half"):
        signed_by(signer, a.statement(), a.committee_of(a.accounts()), REPORT, None)


def contract(position: int, chain: str = "eip155:1", signature: bytes = b"\x01\x02") -> ContractMember:
    address = a.accounts().addresses[position].lower()
    return ContractMember(evm_account(f"{chain}:{address}"), lambda _: signature)


def test_a_contract_signs_in_a_committee_of_contracts_on_its_own_chain() -> None:
    committee = a.committee_of(a.accounts(contract=True))
    signed = signed_by(contract(0), a.statement(), committee, REPORT, None)
    assert (signed.scheme, signed.signature) == (SignatureScheme.CONTRACT, b"\x01\x02")
    with pytest.raises(PublishError, match="on another chain"):
        signed_by(contract(0, "eip155:10"), a.statement(), committee, REPORT, None)
    with pytest.raises(PublishError, match="signs by CONTRACT, members of this committee by ECDSA"):
        signed_by(contract(0), a.statement(), a.committee_of(a.accounts()), REPORT, None)
    with pytest.raises(PublishError, match="at most 8192 are kept"):
        signed_by(contract(0, signature=bytes(MAX_SIGNATURE + 1)), a.statement(), committee, REPORT, None)


def test_a_key_signs_in_a_committee_of_contracts() -> None:
    committee = a.committee_of(a.accounts(contract=True))
    assert signed_by(FakeSigner(a.accounts()), a.statement(), committee, REPORT, None).scheme is SignatureScheme.ECDSA


# --- collecting


def statements(
    by: attesters.Committee, positions: Sequence[int], said: Statement | None = None
) -> list[SignedStatement]:
    return [a.signed(by, each, said or a.statement()) for each in positions]


@pytest.mark.parametrize("by", [a.accounts(), a.keyholders()], ids=["ecdsa", "bls"])
def test_statements_in_any_order_become_one_certificate(by: attesters.Committee) -> None:
    made = collected(statements(by, (2, 0)), a.committee_of(by))
    assert made == a.certificate(by, positions=(0, 2))
    assert signers(made).proven == made.signers
    verdict = check_certificate(made, a.policy(committee_id(made.committee)), Given(), now=a.NOW)
    assert verdict.exit_code == 0


def test_revocations_are_collected_alike() -> None:
    back = revocation_of(a.digest_of(a.statement()), a.REASON)
    assert back == a.revocation(a.statement())
    made = collected(statements(a.accounts(), (0, 1), back), a.committee_of(a.accounts()))
    assert (made.reports, made.statement) == ((), back)


def test_a_contract_and_keys_are_collected_together() -> None:
    by = a.accounts(contract=True)
    committee = a.committee_of(by)
    rows = [*statements(by, (0,)), signed_by(contract(1), a.statement(), committee, REPORT, None)]
    made = collected(rows, committee)
    assert (len(signers(made).proven), len(signers(made).unread)) == (1, 1)


def test_who_is_missing_is_counted() -> None:
    with pytest.raises(PublishError, match="1 of 2 signatures are there, 1 missing"):
        collected(statements(a.accounts(), (0,)), a.committee_of(a.accounts()))
    with pytest.raises(PublishError, match="no signed statement"):
        collected([], a.committee_of(a.accounts()))


def test_t47_a_member_that_signed_twice_counts_once_and_is_named() -> None:
    rows = statements(a.accounts(), (0, 0))
    with pytest.raises(PublishError, match=f"0x{rows[0].member[12:].hex()} signed twice"):
        collected(rows, a.committee_of(a.accounts()))


def test_t38_a_signature_of_another_statement_is_named() -> None:
    other = a.statement(outcome=Outcome.FAIL)
    rows = [*statements(a.accounts(), (0,)), *statements(a.accounts(), (1,), other)]
    with pytest.raises(PublishError, match=f"signed another statement: 0x{a.digest_of(other).hex()}"):
        collected(rows, a.committee_of(a.accounts()))


def test_t38_a_signature_moved_to_the_common_statement_is_refused() -> None:
    moved = replace(statements(a.accounts(), (1,), a.statement(outcome=Outcome.FAIL))[0], statement=a.statement())
    with pytest.raises(PublishError, match="does not hold"):
        collected([*statements(a.accounts(), (0,)), moved], a.committee_of(a.accounts()))


def test_a_stranger_is_not_collected() -> None:
    stranger = attesters.accounts(1, 1, name="stranger")
    with pytest.raises(PublishError, match="is no member"):
        collected([*statements(a.accounts(), (0,)), a.signed(stranger, 0, a.statement())], a.committee_of(a.accounts()))


def test_t47_a_key_without_possession_is_not_collected() -> None:
    committee = a.committee_of(a.keyholders())
    spoiled = replace(committee, possessions=committee.possessions[::-1])
    with pytest.raises(PublishError, match="not a proof of possession"):
        collected(statements(a.keyholders(), (0, 1)), spoiled)


def test_t42_altered_figures_beside_a_good_signature_are_not_collected() -> None:
    good, altered = statements(a.accounts(), (0, 1))
    altered = replace(altered, statement=replace(altered.statement, figures=a.FIGURES[:1]))
    with pytest.raises(PublishError, match="the figures"):
        collected([good, altered], a.committee_of(a.accounts()))


def test_a_scheme_that_the_committee_does_not_have_is_not_collected() -> None:
    odd = replace(statements(a.accounts(), (1,))[0], scheme=SignatureScheme.CONTRACT)
    with pytest.raises(PublishError, match="members of this committee by ECDSA"):
        collected([*statements(a.accounts(), (0,)), odd], a.committee_of(a.accounts()))
