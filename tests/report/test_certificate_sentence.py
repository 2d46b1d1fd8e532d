"""The first line of a certificate's verdict says who found what, and that this command did not look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from por.checks.certificate import Given, check_certificate
from por.commitments.anchors import anchor_id
from por.commitments.statements import committee_id
from por.model import Digest, Outcome, Verdict, Waiver
from por.report import render
from por.report.sentence import first_sentence
from tests import attesting as a
from tests.contracts import attesters
from tests.report.certificate_scenes import certificate_verdicts
from tests.report.test_text import FORBIDDEN

TRUSTING = a.policy(committee_id(a.committee_of(a.accounts())))
ANCHORED = "what exchange.example anchored for 2026-11-01T12:00:00Z"
BARE = replace(a.statement(), entry=None)


def judged(verdict: Verdict) -> str:
    return first_sentence(verdict)


def test_a_pass_says_who_found_it_and_when_and_that_nothing_was_looked_at_here() -> None:
    verdict = check_certificate(a.certificate(), TRUSTING, Given(), now=a.NOW)
    assert judged(verdict) == (
        f"2 of 3 attesters found PASS for {ANCHORED}, observed at {a.OBSERVED}; they looked, this command did not."
    )


def test_an_entry_that_is_not_at_hand_is_named_by_its_id() -> None:
    ageless = replace(TRUSTING, waivers=(Waiver("snapshot.fresh", "the entry is not at hand"),))
    verdict = check_certificate(a.certificate(said=BARE), ageless, Given(), now=a.NOW)
    assert f"found PASS for the anchored entry 0x{anchor_id(a.ENTRY).hex()}, " in judged(verdict)


def test_a_fail_that_the_attesters_found_is_theirs() -> None:
    made = a.certificate(said=a.statement(outcome=Outcome.FAIL))
    verdict = check_certificate(made, TRUSTING, Given(), now=a.NOW)
    assert judged(verdict) == f"2 of 3 attesters found FAIL for {ANCHORED}, observed at {a.OBSERVED}."


def test_a_fail_of_the_signatures_is_not_said_to_be_the_attesters() -> None:
    made = a.certificate(said=a.statement(outcome=Outcome.FAIL))
    spoiled = replace(made, signatures=tuple(map(attesters.malleated, made.signatures)))
    verdict = check_certificate(spoiled, TRUSTING, Given(), now=a.NOW)
    assert judged(verdict) == (
        f"what attesters signed about {ANCHORED} does not hold for you: attestation.signed, attestation.outcome failed."
    )


@pytest.mark.parametrize(
    ("changes", "checks"),
    [
        ({"committees": ()}, "attestation.committee"),
        ({"digest": Digest(bytes(32))}, "attestation.policy"),
        ({"require": ("attestation.revoked", "attestation.bundle")}, "attestation.revoked, attestation.bundle"),
    ],
)
def test_what_stays_open_is_named(changes: dict[str, object], checks: str) -> None:
    verdict = check_certificate(a.certificate(), replace(TRUSTING, **changes), Given(), now=a.NOW)  # type: ignore[arg-type]
    assert judged(verdict) == f"what attesters signed about {ANCHORED} decides nothing for you: {checks} undecided."


def test_t73_no_rendering_uses_the_words_of_an_opinion_but_for_the_profiles_name() -> None:
    for verdict in certificate_verdicts():
        text = render(verdict, all_findings=True).replace("profile    certificate\n", "")
        assert FORBIDDEN.findall(text.replace("guarantee", "").replace("solvency", "")) == []
