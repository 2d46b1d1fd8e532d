"""What a certificate is worth to a reader: PASS only for enough signatures of a trusted committee that found PASS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from por.checks.certificate import Given, check_certificate, member_text
from por.checks.evidence import OpenBundle
from por.checks.requirements import CERTIFICATE
from por.checks.rulebooks import load_rulebook
from por.commitments.anchors import anchor_id
from por.commitments.statements import committee_id, rulebooks_digest
from por.encoding import verdict_v1
from por.errors import FormatError, PolicyError
from por.model import (
    Certificate,
    ChainAccount,
    Digest,
    Finding,
    Instant,
    LawTrust,
    Outcome,
    Policy,
    RegistryPin,
    Verdict,
    Waiver,
)
from por.report import render
from tests import attesting as a
from tests.checks import scenery
from tests.contracts import attesters

IDS = {name: committee_id(a.committee_of(by)) for name, by in (("accounts", a.accounts()), ("bls", a.keyholders()))}
TRUSTING = a.policy(*IDS.values())
THIEF = "0x" + "77" * 20


def judged(
    certificate: Certificate | None = None, policy: Policy = TRUSTING, now: Instant = a.NOW, **given: Any
) -> Verdict:
    return check_certificate(certificate or a.certificate(), policy, Given(**given), now=now)


def one(verdict: Verdict, check: str) -> Finding:
    (finding,) = verdict.of(check)
    return finding


def opened(anchored_by: str | None = a.ISSUER, digest: Digest = a.BUNDLE) -> OpenBundle:
    account = None if anchored_by is None else ChainAccount(a.REGISTRY.chain, anchored_by)
    return OpenBundle(scenery.bundle(anchored_by=account), digest, None, Path())


@pytest.mark.parametrize("by", [a.accounts(), a.keyholders()], ids=["ecdsa", "bls"])
def test_a_certificate_of_a_pass_by_a_trusted_committee_passes(by: attesters.Committee) -> None:
    verdict = judged(a.certificate(by))
    assert (verdict.outcome, verdict.exit_code, verdict.profile) == ("PASS", 0, "certificate")
    assert {finding.check for finding in verdict.findings} == set(CERTIFICATE) - {"attestation.bundle"}
    assert (verdict.policy, verdict.as_of, verdict.checked_at) == (a.POLICY, scenery.NOON, a.NOW)
    assert verdict_v1.read(verdict_v1.write(verdict)) == verdict
    assert render(verdict).startswith("VERIFIED: 2 of 3 attesters found PASS for what exchange.example anchored for ")


@pytest.mark.parametrize(("outcome", "status"), [(Outcome.FAIL, 1), (Outcome.INCONCLUSIVE, 3)])
def test_t68_the_status_is_zero_only_where_the_attesters_found_pass(outcome: Outcome, status: int) -> None:
    verdict = judged(a.certificate(said=a.statement(outcome=outcome)))
    assert verdict.exit_code == status
    assert [
        finding.check for finding in verdict.findings if finding.required and finding.outcome is not Outcome.PASS
    ] == ["attestation.outcome"]


# --- signed


def test_signers_are_counted_and_named() -> None:
    finding = one(judged(a.certificate(positions=(0, 2))), "attestation.signed")
    assert (finding.outcome, finding.message) == ("PASS", "attestation.signed.enough")
    names = ", ".join(a.accounts().addresses[each].lower() for each in (0, 2))
    assert dict(finding.facts) == {"signed": "2", "members": "3", "threshold": "2", "signers": names}


def test_t47_fewer_than_the_threshold_fail() -> None:
    verdict = judged(a.certificate(positions=(1,)))
    finding = one(verdict, "attestation.signed")
    assert (finding.outcome, finding.message, finding.facts["signed"]) == ("FAIL", "attestation.signed.too_few", "1")
    assert verdict.exit_code == 1


def test_t47_one_member_signing_twice_does_not_reach_the_threshold() -> None:
    made = a.certificate(positions=(1,))
    doubled = replace(made, signers=made.signers * 2, signatures=made.signatures * 2, reports=made.reports * 2)
    finding = one(judged(doubled), "attestation.signed")
    assert (finding.outcome, finding.message) == ("FAIL", "evidence.broken")


@pytest.mark.parametrize("by", [a.accounts(), a.keyholders()], ids=["ecdsa", "bls"])
def test_t38_signatures_of_another_statement_fail(by: attesters.Committee) -> None:
    other = a.certificate(by, a.statement(observed_at=Instant(a.OBSERVED.seconds - 1)))
    finding = one(judged(replace(a.certificate(by), signatures=other.signatures)), "attestation.signed")
    assert (finding.outcome, finding.message) == ("FAIL", "evidence.broken")


def test_t48_a_malleated_signature_fails() -> None:
    made = a.certificate()
    signatures = (attesters.malleated(made.signatures[0]), made.signatures[1])
    assert one(judged(replace(made, signatures=signatures)), "attestation.signed").outcome is Outcome.FAIL


def test_a_contract_is_inconclusive_by_name_where_it_is_needed() -> None:
    by = a.accounts(contract=True)
    made = a.certificate(by, signatures=[a.signature(by, 0, a.statement()), b"\x01"])
    verdict = judged(made, a.policy(committee_id(made.committee)))
    finding = one(verdict, "attestation.signed")
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")
    assert member_text(made.committee, made.signers[1]) in finding.facts["reason"]
    assert verdict.exit_code == 3


def test_enough_keys_beside_a_contract_pass() -> None:
    by = a.accounts(contract=True)
    signatures = [a.signature(by, 0, a.statement()), b"\x01", a.signature(by, 2, a.statement())]
    made = a.certificate(by, positions=(0, 1, 2), signatures=signatures)
    finding = one(judged(made, a.policy(committee_id(made.committee))), "attestation.signed")
    assert (finding.outcome, finding.facts["signed"]) == ("PASS", "2")


# --- committee


def test_t47_a_committee_that_the_policy_does_not_name_fails() -> None:
    lone = attesters.accounts(3, 1, name="attester")
    verdict = judged(a.certificate(lone, positions=(0,)))
    finding = one(verdict, "attestation.committee")
    assert (finding.outcome, finding.message) == ("FAIL", "attestation.committee.other")
    assert finding.actual == "0x" + committee_id(a.committee_of(lone)).hex()
    assert verdict.exit_code == 1


def test_t53_the_committee_of_a_contracts_namesake_on_another_chain_is_another() -> None:
    by = a.accounts(contract=True)
    trusting = a.policy(committee_id(a.committee_of(by, 1)))
    assert one(judged(a.certificate(by, chain_id=1), trusting), "attestation.committee").outcome is Outcome.PASS
    assert one(judged(a.certificate(by, chain_id=10), trusting), "attestation.committee").outcome is Outcome.FAIL


def test_without_a_committee_in_the_policy_nothing_is_decided() -> None:
    verdict = judged(policy=a.policy())
    finding = one(verdict, "attestation.committee")
    assert (finding.outcome, verdict.exit_code) == ("INCONCLUSIVE", 3)
    assert IDS["accounts"].hex() in finding.facts["reason"]


def test_a_committee_that_none_is_fails() -> None:
    made = a.certificate()
    broken = replace(made, committee=replace(made.committee, threshold=4))
    verdict = judged(broken)
    assert {one(verdict, name).outcome for name in ("attestation.signed", "attestation.committee")} == {Outcome.FAIL}


# --- policy, figures, clock


def test_another_policy_is_the_readers_to_judge() -> None:
    verdict = judged(policy=a.policy(*IDS.values(), digest=Digest(b"\x01" * 32)))
    finding = one(verdict, "attestation.policy")
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "attestation.policy.other")
    assert (finding.expected, finding.actual) == (str(Digest(b"\x01" * 32)), str(a.POLICY))
    assert verdict.exit_code == 3


@pytest.mark.parametrize("book", ["jp-exchange", "jp-intermediary"])
def test_t44_a_rulebook_of_the_same_name_and_other_bytes_is_the_readers_to_judge(book: str) -> None:
    rules = a.policy(*IDS.values(), law=LawTrust(rulebooks=(book,)))
    finding = next(row for row in judged(policy=rules).findings if row.message == "attestation.policy.other_rulebooks")
    assert (finding.outcome, finding.expected) == ("INCONCLUSIVE", str(load_rulebook(book).digest))
    books = (load_rulebook(book).digest,)
    same = a.certificate(said=replace(a.statement(rulebooks=rulebooks_digest(books)), rulebooks=books))
    assert not [row for row in judged(same, policy=rules).findings if "rulebooks" in row.message]


def test_a_policy_that_the_readers_accepts_is_as_good() -> None:
    accepting = a.policy(*IDS.values(), digest=Digest(b"\x01" * 32), accepted_policies=(a.POLICY,))
    finding = one(check_certificate(a.certificate(), accepting, Given(), now=a.NOW), "attestation.policy")
    assert (finding.outcome, finding.message) == ("PASS", "attestation.policy.accepted")


def test_t42_an_entry_taken_out_of_the_file_is_missed_where_the_policy_names_an_issuer() -> None:
    pinned = a.policy(*IDS.values(), registry=a.PIN)
    made = a.certificate()
    stripped = replace(made, statement=replace(made.statement, entry=None))
    verdict = check_certificate(stripped, pinned, Given(), now=a.NOW)
    finding = one(verdict, "attestation.bundle")
    assert (finding.outcome, finding.required, verdict.exit_code) == ("INCONCLUSIVE", True, 3)
    known = check_certificate(stripped, pinned, Given(entry=anchor_id(a.ENTRY)), now=a.NOW)
    assert one(known, "attestation.bundle").outcome == "PASS"


@pytest.mark.parametrize(("allowed", "outcome"), [(10**7, "PASS"), (3600, "FAIL")])
def test_t37_a_statement_that_outlives_its_snapshot_is_old(allowed: int, outcome: str) -> None:
    late = Instant(a.EXPIRES.seconds - 1)
    verdict = check_certificate(a.certificate(), a.policy(*IDS.values(), max_age=allowed), Given(), now=late)
    assert one(verdict, "attestation.current").outcome == "PASS"
    assert one(verdict, "snapshot.fresh").outcome == outcome
    assert str(verdict.outcome) == outcome


def test_t37_a_statement_without_its_entry_has_no_age() -> None:
    made = a.certificate()
    stripped = replace(made, statement=replace(made.statement, entry=None))
    verdict = check_certificate(stripped, a.policy(*IDS.values()), Given(), now=a.NOW)
    assert (one(verdict, "snapshot.fresh").outcome, verdict.exit_code) == ("INCONCLUSIVE", 3)


def test_figures_are_shown_in_whole_coins() -> None:
    findings = judged().of("attestation.figures")
    assert [(f.subject, f.outcome) for f in findings] == [(str(a.USDC), "PASS"), (str(a.ETH), "PASS")]
    assert dict(findings[1].facts) == {"reserves": "120", "liabilities": "100", "unit": "whole coins", "ratio": "6/5"}


def test_figures_of_an_unknown_asset_are_shown_in_base_units() -> None:
    findings = judged(policy=a.policy(*IDS.values(), classes=())).of("attestation.figures")
    assert (findings[1].facts["unit"], findings[1].facts["reserves"]) == ("base units", str(120 * 10**18))


@pytest.mark.parametrize(
    "said",
    [
        replace(a.statement(), figures=(replace(a.FIGURES[0], reserves=2**100), a.FIGURES[1])),
        replace(a.statement(), rulebooks=(Digest(bytes(32)),)),
        replace(a.statement(), entry=replace(a.ENTRY, issuer=THIEF)),
    ],
    ids=["figures", "rulebooks", "entry"],
)
def test_t42_what_was_not_signed_fails(said: Any) -> None:
    verdict = judged(replace(a.certificate(), statement=said))
    finding = one(verdict, "attestation.figures")
    assert (finding.outcome, finding.message) == ("FAIL", "evidence.broken")
    assert verdict.snapshot == "0x" + anchor_id(a.ENTRY).hex()
    assert verdict.rulebooks == ()


def test_t68_no_figure_decides_nothing() -> None:
    said = replace(a.statement(figures=figures_of_nothing()), figures=())
    verdict = judged(a.certificate(said=said))
    assert one(verdict, "attestation.figures").message == "evidence.nothing"
    assert verdict.exit_code == 3


def figures_of_nothing() -> bytes:
    return attesters.figures_digest([])


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (a.OBSERVED.seconds - 1, "attestation.current.future"),
        (a.OBSERVED.seconds, "attestation.current.now"),
        (a.EXPIRES.seconds - 1, "attestation.current.now"),
        (a.EXPIRES.seconds, "attestation.current.expired"),
    ],
)
def test_t37_a_statement_holds_from_its_observation_until_it_expires(now: int, message: str) -> None:
    verdict = judged(now=Instant(now), policy=a.policy(*IDS.values(), max_age=10**8))
    assert one(verdict, "attestation.current").message == message
    assert verdict.exit_code == (0 if message.endswith("now") else 1)


def judged_bare(bare: Certificate) -> Verdict:
    """Judge for a reader who does without the age of the snapshot."""
    ageless = (Waiver("snapshot.fresh", "the entry is not at hand"),)
    return judged(bare, policy=a.policy(*IDS.values(), waivers=ageless))


# --- bundle and entry


def test_the_entry_given_is_compared() -> None:
    assert one(judged(entry=anchor_id(a.ENTRY)), "attestation.bundle").message == "attestation.bundle.same_entry"
    verdict = judged(entry=bytes(32))
    assert one(verdict, "attestation.bundle").message == "attestation.bundle.other_entry"
    assert verdict.exit_code == 1


def test_the_bundle_given_is_compared_with_the_entrys() -> None:
    verdict = judged(bundle=opened())
    assert [finding.message for finding in verdict.of("attestation.bundle")] == [
        "attestation.bundle.same_issuer",
        "attestation.bundle.same_bundle",
    ]
    assert (verdict.exit_code, verdict.bundle) == (0, a.BUNDLE)


def test_t42_another_bundle_fails() -> None:
    verdict = judged(bundle=opened(digest=Digest(b"\x01" * 32)))
    assert verdict.of("attestation.bundle")[1].message == "attestation.bundle.other_bundle"
    assert verdict.exit_code == 1


@pytest.mark.parametrize(
    ("policy", "bundle"),
    [
        (TRUSTING, opened(THIEF)),
        (a.policy(*IDS.values(), registry=replace(a.PIN, issuer=THIEF)), None),
    ],
    ids=["bundle", "policy"],
)
def test_t35_an_entry_that_a_thief_anchored_fails(policy: Policy, bundle: OpenBundle | None) -> None:
    verdict = judged(policy=policy, bundle=bundle)
    assert verdict.of("attestation.bundle")[0].message == "attestation.bundle.other_issuer"
    assert verdict.exit_code == 1


def test_the_policys_registry_names_the_issuer_before_the_bundle_does() -> None:
    pin = RegistryPin(a.REGISTRY, a.ISSUER, 0, 60)
    verdict = judged(policy=a.policy(*IDS.values(), registry=pin), bundle=opened(THIEF))
    assert verdict.of("attestation.bundle")[0].message == "attestation.bundle.same_issuer"


def test_a_certificate_without_its_entry_cannot_be_compared_with_a_bundle() -> None:
    bare = a.certificate(said=replace(a.statement(), entry=None))
    verdict = judged(bare, bundle=opened())
    assert one(verdict, "attestation.bundle").message == "evidence.missing"
    assert verdict.exit_code == 3
    ageless = judged_bare(bare)
    assert ageless.exit_code == 0
    assert ageless.snapshot == "0x" + anchor_id(a.ENTRY).hex()
    assert render(ageless).splitlines()[0].endswith("they looked, this command did not.")


def test_a_policy_that_asks_for_the_bundle_is_not_content_without() -> None:
    verdict = judged(policy=a.policy(*IDS.values(), require=("attestation.bundle",)))
    assert one(verdict, "attestation.bundle").message == "evidence.nothing"
    assert verdict.exit_code == 3


# --- revocations


def test_without_a_revocation_the_question_stays_open_and_decides_nothing() -> None:
    finding = one(judged(), "attestation.revoked")
    assert (finding.outcome, finding.required, finding.facts["count"]) == ("INCONCLUSIVE", False, "0")


def test_a_policy_may_ask_for_what_no_file_can_show() -> None:
    assert judged(policy=a.policy(*IDS.values(), require=("attestation.revoked",))).exit_code == 3


@pytest.mark.parametrize("by", [a.accounts(), a.keyholders()], ids=["ecdsa", "bls"])
def test_t36_a_revoked_attestation_fails_wherever_it_is_shown(by: attesters.Committee) -> None:
    made = a.certificate(by)
    back = a.certificate(by, a.revocation(a.statement()), positions=(1, 2))
    verdict = judged(made, revocations=(back,))
    finding = one(verdict, "attestation.revoked")
    assert (finding.outcome, finding.facts["reason"], verdict.exit_code) == ("FAIL", a.REASON, 1)


def others() -> Iterator[Certificate]:
    """Revocations that do not revoke: another statement's, another committee's, of too few, an attestation."""
    back = a.revocation(a.statement())
    yield a.certificate(said=a.revocation(a.statement(outcome=Outcome.FAIL)))
    yield a.certificate(attesters.accounts(3, 1, name="attester"), back, positions=(0,))
    yield a.certificate(said=back, positions=(0,))
    yield a.certificate()


def test_what_does_not_revoke_does_not_count() -> None:
    for other in others():
        verdict = judged(revocations=(other,))
        finding = one(verdict, "attestation.revoked")
        assert (finding.outcome, finding.required, finding.facts["count"]) == ("INCONCLUSIVE", False, "1")
        assert verdict.exit_code == 0


def test_a_revocation_whose_signatures_do_not_all_hold_leaves_it_undecided() -> None:
    back = a.certificate(said=a.revocation(a.statement()))
    verdict = judged(revocations=(replace(back, signatures=back.signatures[::-1]),))
    assert (one(verdict, "attestation.revoked").outcome, verdict.exit_code) == ("INCONCLUSIVE", 3)


def test_another_reason_than_the_signed_one_is_not_repeated() -> None:
    back = a.certificate(said=a.revocation(a.statement()))
    lying = replace(back, statement=replace(back.statement, reason="all is well"))
    finding = one(judged(revocations=(lying,)), "attestation.revoked")
    assert (finding.outcome, finding.facts["reason"]) == ("FAIL", "no reason is given")


def test_a_revocation_is_no_certificate_to_check() -> None:
    with pytest.raises(FormatError, match="attests nothing"):
        judged(a.certificate(said=a.revocation(a.statement())))


# --- waivers


def test_a_policy_may_waive_what_it_could_not_decide() -> None:
    waiving = a.policy(
        *IDS.values(), digest=Digest(b"\x01" * 32), waivers=(Waiver("attestation.policy", "theirs is stricter"),)
    )
    assert judged(policy=waiving).exit_code == 0


@pytest.mark.parametrize("check", ["attestation.signed", "attestation.committee", "attestation.outcome"])
def test_t69_what_a_certificate_rests_on_is_never_waived(check: str) -> None:
    with pytest.raises(PolicyError, match="cannot be waived"):
        judged(policy=a.policy(waivers=(Waiver(check, "in a hurry"),)))
