"""What a report is made of is this verdict's own, or refused; whatever a verdict holds is rendered, or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from por.checks.catalogue import CATALOGUE
from por.errors import FormatError
from por.model import Bundle, Digest, Finding, Grade, Instant, Outcome
from por.report.formats import FORMATS
from por.report.messages import ENGLISH
from por.report.papers import Papers, by_check, entries, require_renderable, with_history
from tests.checks import scenery
from tests.report import papers_scene as scene

FACTS = st.dictionaries(
    st.sampled_from(["ratio", "lower", "upper", "required", "liabilities", "cold", "name", "segments", "state", "pin"]),
    st.one_of(st.text(max_size=20), st.sampled_from(["1", "1.5", "1/3", "any number", "-1", "1/0", "9" * 500])),
)
FINDINGS = st.builds(
    Finding,
    check=st.sampled_from([check.id for check in CATALOGUE]),
    subject=st.text(max_size=20),
    outcome=st.sampled_from(Outcome),
    message=st.sampled_from(sorted(ENGLISH)),
    grade=st.one_of(st.none(), st.sampled_from(Grade)),
    expected=st.one_of(st.none(), st.text(max_size=10)),
    actual=st.one_of(st.none(), st.text(max_size=10)),
    facts=FACTS,
    required=st.booleans(),
    rule=st.one_of(st.none(), st.text(max_size=10)),
)


@settings(max_examples=60)
@given(
    findings=st.lists(FINDINGS, max_size=6),
    profile=st.sampled_from(["auditor", "customer", "certificate", "job", "other"]),
)
def test_whatever_a_verdict_holds_is_rendered_or_refused(findings: list[Finding], profile: str) -> None:
    papers = Papers(scene.verdict(*findings, profile=profile))
    try:
        require_renderable(papers)
    except FormatError:
        return
    for render in FORMATS.values():
        assert render(papers)


def other_issuer() -> Papers:
    stranger = replace(scene.verdict(), snapshot="other.example@2026-10-01T12:00:00Z")
    return scene.papers(history=(stranger,))


def other_bundle() -> Papers:
    bundle: Bundle = replace(scenery.bundle(), instant=Instant(0))
    return scene.papers(bundle=bundle)


@pytest.mark.parametrize(
    ("papers", "reason"),
    [
        (other_issuer(), "other.example"),
        (other_bundle(), "--bundle"),
        (scene.papers(rulebooks=(scene.rulebook(digest=Digest(bytes(32))),)), "--rulebook"),
        (scene.papers(verdict=scene.verdict(replace(scene.FINDINGS[0], check="no.such"))), "no.such"),
        (scene.papers(verdict=scene.verdict(replace(scene.FINDINGS[0], message="no.such.text"))), "no.such.text"),
        (scene.papers(verdict=scene.verdict(replace(scene.FINDINGS[0], facts={}))), "cannot say"),
        (scene.papers(history=(scene.verdict(replace(scene.FINDINGS[0], facts={})),)), "cannot say"),
        (scene.papers(verdict=scene.verdict(replace(scene.FINDINGS[0], message="\x1b[31m"))), "x1b[31m"),
    ],
)
def test_what_is_not_this_verdicts_is_refused(papers: Papers, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        require_renderable(papers)
    assert reason in str(caught.value)


def test_what_is_this_verdicts_is_taken() -> None:
    require_renderable(scene.papers())


@pytest.mark.parametrize(
    ("changes", "exception"),
    [
        ({"outcome": Outcome.PASS}, False),
        ({"outcome": Outcome.FAIL}, True),
        ({"outcome": Outcome.FAIL, "required": False}, True),
        ({"outcome": Outcome.INCONCLUSIVE}, True),
        ({"outcome": Outcome.INCONCLUSIVE, "required": False}, False),
        ({"outcome": Outcome.INCONCLUSIVE, "required": False, "waived": "x"}, True),
        ({"outcome": Outcome.FAIL, "required": False, "rule": "b/R", "facts": {"state": "shadow"}}, False),
        ({"outcome": Outcome.FAIL, "required": False, "rule": "b/R", "facts": {"state": "in-force"}}, True),
        ({"outcome": Outcome.INCONCLUSIVE, "required": False, "rule": "b/R", "facts": {"state": "in-force"}}, True),
        ({"outcome": Outcome.INCONCLUSIVE, "required": False, "rule": "b/R", "facts": {}}, False),
        ({"outcome": Outcome.FAIL, "rule": "b/R", "facts": {"state": "in-force"}}, True),
    ],
)
def test_what_an_exception_is(changes: dict[str, object], exception: bool) -> None:
    plain = Finding("reserves.distinct", "x", Outcome.PASS, "reserves.distinct.once")
    (row,) = entries(scene.papers(verdict=scene.verdict(replace(plain, **changes))))  # type: ignore[arg-type]
    assert row.exception is exception


def test_an_anchor_stays_from_verdict_to_verdict() -> None:
    anchors = {row.finding.ref: row.anchor for row in entries(scene.papers())}
    turned = entries(scene.papers(verdict=scene.verdict(*reversed(scene.FINDINGS))))
    assert {row.finding.ref: row.anchor for row in turned} == anchors


def test_rules_are_no_procedures() -> None:
    found = by_check(entries(scene.papers()))
    assert "segregation.guarantee" not in found
    assert len(found["solvency.coverage"]) == 3


def test_a_history_is_without_itself_and_without_doubles() -> None:
    made = with_history(scene.papers(history=()), [*scene.history(), *scene.history(), scene.papers().verdict])
    assert made.history == scene.history()
