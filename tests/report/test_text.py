"""The rendering for people: nothing is left out that a reader must see, and nothing gets in that misleads one."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.asset_classes import exact_text
from por.checks.catalogue import CATALOGUE, check
from por.checks.policy import shipped_tables
from por.checks.policy_text import described, open_points, starting_policy
from por.checks.requirements import with_waivers
from por.encoding import policy_v1, verdict_v1
from por.errors import FormatError
from por.model import Digest, Finding, Grade, Instant, Outcome, Verdict, Waiver, printable
from por.report import render
from por.report.limits import LIMITS
from por.report.messages import ENGLISH
from por.report.sentence import first_sentence
from por.report.text import WORDS, percent
from tests.documents import as_fraction
from tests.report.scenes import Scenes, judged, questions
from tests.report.test_sentence import GOLDEN, SNAPSHOT

FORBIDDEN = re.compile(
    r"\b(audit(?!or)\w*|(in)?solvent|solvency(?!\.)|(non-?)?complian\w+|assur\w+|guarantee[ds]\b|certif\w+)",
    re.IGNORECASE,
)
REASON = "no registry is in use"


def verdict(*findings: Finding, profile: str = "auditor") -> Verdict:
    return Verdict(profile, SNAPSHOT, Digest(bytes(32)), None, Instant(0), Instant(1), findings)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    scenes = Scenes(tmp_path_factory.mktemp("scenes"))
    examined = [verdict(*judged(examination)) for examination in scenes.all()]
    return [*examined, *questions(), verdict()]


def test_t72_every_rendering_says_what_a_pass_does_not_show(verdicts: list[Verdict]) -> None:
    listed = "\nThis does not show:\n" + "".join(f"  - {limit}\n" for limit in LIMITS)
    for shown in verdicts:
        assert listed in render(shown)
        assert listed in render(shown, all_findings=True)


def test_the_list_of_limits_is_the_designs() -> None:
    words = " ".join(LIMITS)
    for part in (
        "unless they look",
        "in no tree",
        "borrowed or pledged",
        "same list",
        "still there",
        "thief",
        "in law",
    ):
        assert part in words


def test_t73_no_rendering_uses_the_words_of_an_opinion(verdicts: list[Verdict]) -> None:
    for shown in verdicts:
        text = render(shown, all_findings=True)
        plain = text.replace("solvency.coverage", "").replace("guarantee", "")
        assert FORBIDDEN.findall(plain) == []


def entries() -> list[str]:
    rows = [(c.question, c.evidence, c.passes, c.fails, c.inconclusive, c.limits) for c in CATALOGUE]
    texts = [text for row in rows for text in row]
    return [*texts, *ENGLISH.values(), *LIMITS, *WORDS.values(), *(sentence for _, sentence in GOLDEN.values())]


@pytest.mark.parametrize("text", entries())
def test_t73_no_catalogue_entry_uses_the_words_of_an_opinion(text: str) -> None:
    assert FORBIDDEN.findall(text.replace("solvency.coverage", "")) == []


def test_t73_nor_does_a_policy_in_words() -> None:
    text = starting_policy("exchange.example", [], "auditor", ["eip155:1=2"])
    policy = policy_v1.read(text.encode(), shipped_tables())
    for line in [*text.splitlines(), *described(policy), *open_points(policy)]:
        assert FORBIDDEN.findall(line.replace("solvency.coverage", "")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("an audit", True),
        ("Audited", True),
        ("the auditor", False),
        ("auditors", False),
        ("it is solvent", True),
        ("insolvent", True),
        ("compliant", True),
        ("compliance", True),
        ("reasonable assurance", True),
        ("guaranteed", True),
        ("a guarantee account", False),
    ],
)
def test_the_word_lint_finds_what_it_must(text: str, found: bool) -> None:
    assert bool(FORBIDDEN.search(text)) is found


def test_the_first_line_is_the_outcome_and_the_sentence(verdicts: list[Verdict]) -> None:
    for shown in verdicts:
        assert render(shown).split("\n")[0] == f"{WORDS[shown.outcome]}: {first_sentence(shown)}"
    assert WORDS == {Outcome.PASS: "VERIFIED", Outcome.FAIL: "REFUTED", Outcome.INCONCLUSIVE: "INCONCLUSIVE"}


def test_t68_whatever_did_not_pass_is_listed_one_by_one(verdicts: list[Verdict]) -> None:
    for shown in verdicts:
        text = render(shown)
        for finding in shown.findings:
            if finding.outcome is not Outcome.PASS:
                assert f"  {finding.outcome:<13}{finding.check:<25}{finding.subject}" in text


def test_all_findings_are_listed_when_asked_for(verdicts: list[Verdict]) -> None:
    for shown in verdicts:
        text = render(shown, all_findings=True)
        for finding in shown.findings:
            assert f"  {finding.outcome:<13}{finding.check:<25}{finding.subject}" in text
        assert " passed\n" not in text.split("This does not show")[0] or not shown.findings


def test_passed_findings_of_one_check_are_counted() -> None:
    passed = Finding("reserves.distinct", "a", Outcome.PASS, "reserves.distinct.once")
    failed = Finding(
        "reserves.distinct", "c", Outcome.FAIL, "reserves.distinct.again", facts={"times": "2", "roles": "hot"}
    )
    text = render(verdict(passed, replace(passed, subject="b"), failed))
    assert "               reserves.distinct        2 of 3 passed\n" in text
    assert "  PASS " not in text
    assert "  FAIL         reserves.distinct        c\n               listed 2 times (roles: hot)\n" in text


def test_waivers_stand_in_the_first_screen_with_their_reasons() -> None:
    waived = Finding(
        "publication.anchored",
        SNAPSHOT,
        Outcome.INCONCLUSIVE,
        "publication.anchored.no_registry",
        required=False,
        waived=REASON,
    )
    passed = [Finding("reserves.distinct", str(i), Outcome.PASS, "reserves.distinct.once") for i in range(500)]
    lines = render(verdict(*passed, waived), all_findings=True).split("\n")
    assert lines[2:5] == ["Waived by the policy:", f"  - publication.anchored: {REASON}", ""]
    assert any(line.endswith(f"{SNAPSHOT} (waived)") for line in lines)


def test_t69_no_mark_of_success_stands_on_a_check_that_failed_in_part() -> None:
    rows = [Finding("reserves.distinct", str(i), Outcome.PASS, "reserves.distinct.once") for i in range(3)]
    for outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE):
        spoiled = Finding("reserves.distinct", "d", outcome, "evidence.missing", facts={"reason": "x"})
        text = render(verdict(*rows, spoiled))
        assert "3 of 4 passed" in text
        assert "PASS" not in text
    assert "  PASS         reserves.distinct        3 of 3 passed\n" in render(verdict(*rows))


def test_waivers_stand_before_every_finding(verdicts: list[Verdict]) -> None:
    for shown in verdicts:
        waived = replace(
            shown,
            findings=tuple(
                f if f.outcome is Outcome.FAIL else replace(f, required=False, waived=f"wish {f.check}")
                for f in shown.findings
            ),
        )
        head, _, rest = render(waived).partition("\n\n")[2].partition("\n\n")
        reasons = {f"  - {f.check}: wish {f.check}" for f in waived.findings if f.waived}
        assert set(head.splitlines()[1:] if reasons else ()) == reasons
        assert "wish" not in rest


def test_what_is_for_information_says_so() -> None:
    shown = Finding("reserves.distinct", "a", Outcome.PASS, "reserves.distinct.once", required=False)
    assert "a (for information)\n" in render(verdict(shown))


def test_grades_are_shown() -> None:
    shown = Finding("reserves.distinct", "a", Outcome.PASS, "reserves.distinct.once", grade=Grade.SELF_DECLARED)
    assert "listed once [self-declared]\n" in render(verdict(shown))


def test_the_end_names_snapshot_bundle_policy_profile_and_clock() -> None:
    assert render(verdict()).endswith(
        "\nsnapshot   exchange.example@2026-11-01T00:00:00Z\n"
        f"bundle     sha256:{'00' * 32}\n"
        "policy     none given\n"
        "profile    auditor\n"
        "checked at 1970-01-01T00:00:01Z\n"
    )


@pytest.mark.parametrize(
    "text", ["\x1b[32mPASS\x1b[0m", "a\rb", "\u202ecba", "a\u200bb", "x\n  PASS", "\u2028", "\ud800"]
)
def test_t93_nothing_from_outside_steers_the_terminal_or_starts_a_line(text: str) -> None:
    finding = Finding(
        f"a.{text}", text, Outcome.FAIL, "evidence.broken", facts={"reason": text}, required=False, waived=text
    )
    shown = Verdict(f"p{text}", f"i{text}@t", None, None, Instant(0), Instant(0), (finding, finding))
    plain = Verdict("p", "i@t", None, None, Instant(0), Instant(0), (replace(finding, check="a.b", waived="w"),) * 2)
    for every in (True, False):
        rendered = render(shown, all_findings=every)
        assert all(printable(line) == line for line in rendered.split("\n"))
        assert len(rendered.split("\n")) == len(render(plain, all_findings=every).split("\n"))
        assert "\\u" in rendered


def test_equal_verdicts_are_rendered_alike_and_have_one_json(verdicts: list[Verdict]) -> None:
    for shown in verdicts:
        again = replace(
            shown, findings=tuple(replace(f, facts=dict(reversed(list(f.facts.items())))) for f in shown.findings)
        )
        assert again == shown
        assert render(again) == render(shown)
        assert verdict_v1.write(again) == verdict_v1.write(shown)


def test_every_verdict_can_be_read_back_and_rendered_the_same(verdicts: list[Verdict]) -> None:
    for shown in verdicts:
        read = verdict_v1.read(verdict_v1.write(shown))
        assert read == shown
        assert render(read, all_findings=True) == render(shown, all_findings=True)


def test_two_runs_over_the_same_evidence_have_one_json(tmp_path: Path) -> None:
    one, two = (
        [verdict_v1.write(verdict(*judged(examination))) for examination in Scenes(tmp_path / name).all()]
        for name in ("one", "two")
    )
    assert one == two


def test_what_a_waiver_takes_out_is_still_shown(verdicts: list[Verdict]) -> None:
    waiver = Waiver("snapshot.fresh", "a reason")
    policy = replace(policy_v1.read(starting_policy("a", [], "job", []).encode(), shipped_tables()), waivers=(waiver,))
    for shown in verdicts:
        waived = replace(shown, findings=with_waivers(shown.findings, policy))
        assert len(waived.findings) == len(shown.findings)
        assert ("snapshot.fresh: a reason" in render(waived)) is any(
            f.check == "snapshot.fresh" and f.outcome is not Outcome.FAIL for f in shown.findings
        )
        assert (waived.outcome is Outcome.FAIL) is (shown.outcome is Outcome.FAIL)


# Figures.


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        ("1/1", "100.00 %"),
        ("21/20", "105.00 %"),
        ("2/5", "40.00 %"),
        ("999996/1000000", "99.99 %"),
        ("999999999999999999/1000000000000000000", "99.99 %"),
        ("1000000000000000001/1000000000000000000", "100.00 %"),
        ("1/3", "33.33 %"),
        ("2/3", "66.66 %"),
        ("0/1", "0.00 %"),
        ("1/1000000", "0.00 %"),
        ("12345/1", "1234500.00 %"),
        ("", "no share"),
        ("1/0", "no share"),
        ("-1/2", "no share"),
        ("1e9999999/1", "no share"),
        ("0.5", "no share"),
        ("１/２", "no share"),
        ("9" * 5000 + "/1", "no share"),
    ],
)
def test_t75_a_ratio_is_rounded_toward_zero_in_print(ratio: str, text: str) -> None:
    assert percent(ratio) == text


@given(over=st.integers(0, 10**40), under=st.integers(1, 10**40))
def test_t75_print_never_shows_more_than_there_is(over: int, under: int) -> None:
    ratio = Fraction(over, under)
    shown = Fraction(percent(f"{ratio.numerator}/{ratio.denominator}").removesuffix(" %")) / 100
    assert shown <= ratio < shown + Fraction(1, 10_000)
    assert (shown >= 1) is (ratio >= 1)


@given(
    over=st.integers(0, 10**45),
    under=st.one_of(st.integers(1, 10**45), st.integers(0, 36).map(lambda digits: 10**digits)),
)
def test_t75_exact_figures_are_exact(over: int, under: int) -> None:
    value = Fraction(over, under)
    text = exact_text(value)
    assert (as_fraction(text) if "/" in text else Fraction(text)) == value
    assert re.fullmatch(r"[0-9]+(\.[0-9]{1,40}|/[0-9]+)?", text)


def test_t75_the_percentage_stands_beside_the_exact_figures() -> None:
    facts = dict.fromkeys(("cold", "hot", "third-party", "upper"), "0")
    facts |= {"lower": "999996", "required": "1000000", "liabilities": "1000000", "ratio": "249999/250000"}
    finding = Finding("solvency.coverage", "eip155:1/slip44:60", Outcome.FAIL, "solvency.coverage.fail", facts=facts)
    text = render(verdict(finding))
    assert "required 1000000 (liabilities 1000000, of which 99.99 % is covered)" in text
    assert "100 %" not in text


# The catalogue.


def test_the_catalogue_names_each_check_once() -> None:
    ids = [entry.id for entry in CATALOGUE]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", name) for name in ids)
    assert [check(name).id for name in ids] == ids


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.id)
def test_a_catalogue_entry_asks_a_question_and_answers_in_plain_lines(entry: object) -> None:
    texts = [getattr(entry, name) for name in ("question", "evidence", "passes", "fails", "inconclusive", "limits")]
    assert texts[0].endswith("?")
    assert all(text and text == text.strip() and printable(text) == text for text in texts)


@pytest.mark.parametrize("name", ["", "reserves", "reserves.control ", "Reserves.control", "x\x1b[31m", "\u202e"])
def test_t93_an_unknown_check_is_refused_in_printable_words(name: str) -> None:
    with pytest.raises(FormatError, match="no check is called") as caught:
        check(name)
    assert printable(str(caught.value)) == str(caught.value)
