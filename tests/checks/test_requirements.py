"""Which findings a verdict rests on; and that silence is impossible."""

from __future__ import annotations

import pytest

from por.checks.catalogue import CATALOGUE
from por.checks.requirements import (
    AUDITOR,
    CUSTOMER,
    JOB,
    NEVER_WAIVED,
    PROFILES,
    answered,
    required_checks,
    with_waivers,
)
from por.model import Finding, Outcome, Waiver
from tests.checks.scenery import policy


def finding(check: str, outcome: Outcome = Outcome.PASS) -> Finding:
    return Finding(check, "subject", outcome, "some.message")


@pytest.mark.parametrize(("profile", "checks"), [("auditor", AUDITOR), ("job", JOB), ("customer", CUSTOMER)])
def test_all_checks_of_the_profile_are_required(profile: str, checks: tuple[str, ...]) -> None:
    assert required_checks(policy(profile=profile)) == checks


def test_the_auditor_is_asked_all_that_the_job_is() -> None:
    assert set(JOB) < set(AUDITOR)
    assert set(AUDITOR) - set(JOB) == {"liabilities.nonnegative", "liabilities.recomputed"}


@pytest.mark.parametrize("profile", PROFILES)
def test_no_profile_names_a_check_twice(profile: str) -> None:
    assert len(set(PROFILES[profile])) == len(PROFILES[profile])


def test_a_policy_adds_and_never_twice() -> None:
    rules = policy(profile="job", require=("liabilities.recomputed", "snapshot.fresh"))
    assert required_checks(rules) == (*JOB, "liabilities.recomputed")


def test_t68_a_check_that_looked_at_nothing_is_undecided() -> None:
    (found,) = answered("reserves.control", "a snapshot", iter(()))
    assert (found.check, found.subject, found.outcome, found.message, found.required) == (
        "reserves.control",
        "a snapshot",
        Outcome.INCONCLUSIVE,
        "evidence.nothing",
        True,
    )


def test_a_check_that_looked_is_passed_on_as_it_is() -> None:
    rows = [finding("a.b"), finding("a.b", Outcome.FAIL)]
    assert list(answered("a.b", "s", iter(rows))) == rows


FRESH = policy(waivers=(Waiver("snapshot.fresh", "for a reason"),))


def test_a_waiver_takes_what_was_not_refuted_of_its_check_and_no_other() -> None:
    rows = [
        finding("snapshot.fresh", Outcome.INCONCLUSIVE),
        finding("snapshot.complete", Outcome.INCONCLUSIVE),
        finding("snapshot.fresh"),
    ]
    marked = with_waivers(rows, FRESH)
    assert [(f.required, f.waived) for f in marked] == [
        (False, "for a reason"),
        (True, None),
        (False, "for a reason"),
    ]
    assert [f.outcome for f in marked] == [f.outcome for f in rows]


def test_t69_a_waiver_never_takes_out_what_was_refuted() -> None:
    """A policy written once, when nothing could be decided, must not turn a later refutation into a zero."""
    rows = (finding("snapshot.fresh", Outcome.FAIL), finding("snapshot.complete", Outcome.FAIL))
    assert with_waivers(rows, FRESH) == rows
    every = policy(waivers=tuple(Waiver(check.id, "careless") for check in CATALOGUE))
    refuted = tuple(finding(check.id, Outcome.FAIL) for check in CATALOGUE)
    assert with_waivers(refuted, every) == refuted


def test_t69_of_one_check_the_undecided_is_waived_and_the_refuted_is_not() -> None:
    rows = [finding("snapshot.fresh", outcome) for outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE)]
    assert [f.required for f in with_waivers(rows, FRESH)] == [True, False]


def test_without_policy_nothing_is_waived() -> None:
    rows = (finding("snapshot.fresh", Outcome.FAIL),)
    assert with_waivers(rows, None) == rows


def test_what_stands_for_the_question_itself_is_never_waived() -> None:
    assert set(NEVER_WAIVED) == {
        "liabilities.scheme",
        "liabilities.inclusion",
        "reserves.control",
        "reserves.balance",
        "solvency.coverage",
        "publication.identified",
        "attestation.signed",
        "attestation.committee",
        "attestation.outcome",
    }
    assert set(NEVER_WAIVED) <= {check.id for check in CATALOGUE}
