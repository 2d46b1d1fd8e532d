"""Rules in the text for people: what of them decides, what decides nothing, and each by its own name."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.rulebooks import load_rulebook
from por.model import Digest, Finding, Grade, Outcome, printable
from por.report import render
from por.report.language import translator
from por.report.rule_text import rule_lines
from por.report.ruled import judged_books
from por.report.sentence import first_sentence
from por.report.words import word as text_of
from tests.report import papers_scene as scene
from tests.report.test_sentence import identified

JA = translator("ja")
PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE
MISSING = {"what": "what customers are owed in money, and who holds it", "input": "money"}


def ruled(rule: str, outcome: Outcome, **changes: object) -> Finding:
    """Answer a rule of the book; a missing input where it is undecided, coins in two roles otherwise."""
    subject = str(changes.pop("subject", ""))
    usual = {"state": "in-force", "severity": "blocking", "citation": "Test Act art. 1(2)", "inputs": ""}
    facts = {**usual, **MISSING, "accounts": "3", "roles": "customer", "twice": "a"}
    facts |= {str(name): str(changes.pop(name)) for name in list(changes) if name in usual}
    message = "rulebook.answer.input_missing" if outcome is OPEN else f"segregation.apart.{outcome.lower()}"
    made = Finding(
        "segregation.apart",
        f"jp-test/{rule}" + (f"/{subject}" if subject else ""),
        outcome,
        message,
        facts=facts,
        rule=f"jp-test/{rule}",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def text(*findings: Finding, all_findings: bool = False, books: bool = True) -> str:
    return render(scene.verdict(*findings), all_findings=all_findings, rulebooks=(scene.rulebook(),) if books else ())


def lines(*findings: Finding, **options: bool) -> list[str]:
    """Return what stands below the rulebook's notice, up to what is not shown."""
    return text(*findings, **options).split("Not legal advice.\n")[1].split("\n\n")[0].splitlines()


def test_a_rule_stands_below_its_rulebook_with_title_outcome_and_state() -> None:
    rule = ruled("TX-GUAR-01", FAIL, subject="eip155:1/slip44:60", grade=Grade.SELF_DECLARED)
    assert lines(rule)[:2] == [
        "  FAIL         TX-GUAR-01               A requirement called TX-GUAR-01 (in force)",
        "               eip155:1/slip44:60: in two of the roles customer: a [self-declared]",
    ]


def test_a_rule_that_nothing_answers_is_listed_as_that() -> None:
    assert lines(ruled("TX-GUAR-01", PASS))[-2:] == [
        "  INCONCLUSIVE TX-NONE-01               A requirement called TX-NONE-01",
        "               No finding answers this rule.",
    ]


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({}, "in force"),
        ({"required": False, "severity": "warn"}, "in force, warning: decides nothing"),
        ({"required": False, "severity": "disclosure"}, "in force, disclosure: decides nothing"),
        ({"required": False, "state": "shadow"}, "in shadow: decides nothing"),
        ({"required": False, "state": "shadow", "severity": "warn"}, "in shadow: decides nothing"),
        ({"required": False, "state": "does-not-apply"}, "does not apply"),
        ({"required": False, "waived": "because"}, "waived"),
        (
            {"required": False, "check": "rulebook.uncomputable", "message": "rulebook.answer.input_missing"},
            "nothing can compute it: decides nothing",
        ),
    ],
)
def test_whatever_decides_nothing_says_so(changes: dict[str, object], note: str) -> None:
    """Only what decides stands without it."""
    shown = lines(ruled("TX-NEW-01", OPEN, **changes))
    assert any(line.startswith("  INCONCLUSIVE TX-NEW-01") and line.endswith(f" ({note})") for line in shown)
    assert ("decides nothing" in note or note in {"does not apply", "waived"}) == (changes.get("required") is False)


def test_what_passed_of_one_rule_is_counted_and_the_rest_is_listed() -> None:
    rows = [ruled("TX-GUAR-01", PASS, subject=str(i)) for i in range(3)]
    assert lines(*rows)[1] == "               3 of 3 passed"
    shown = lines(*rows, ruled("TX-GUAR-01", FAIL, subject="x"))
    assert shown[0].startswith("  FAIL ")
    assert shown[1:3] == ["               3 of 4 passed", "               x: in two of the roles customer: a"]
    every = lines(*rows, all_findings=True)
    assert every[1] == "               Test Act art. 1(2)"
    assert [line.strip()[:2] for line in every[2:5]] == ["0:", "1:", "2:"]


def test_t69_the_worst_answer_is_the_rules() -> None:
    for outcomes, word in (((PASS, OPEN), OPEN), ((PASS, FAIL, OPEN), FAIL), ((PASS, PASS), PASS)):
        rows = [ruled("TX-GUAR-01", outcome, subject=str(i)) for i, outcome in enumerate(outcomes)]
        assert lines(*rows)[0].startswith(f"  {word:<13}TX-GUAR-01 ")


def test_an_answer_that_does_not_concern_the_issuer_hides_no_other() -> None:
    idle = ruled("TX-GUAR-01", OPEN, subject="a", state="does-not-apply", required=False)
    assert lines(idle, ruled("TX-GUAR-01", PASS, subject="b"))[0].startswith("  PASS ")
    assert lines(idle)[0].endswith(" (does not apply)")


def test_rules_are_counted_by_how_they_came_out() -> None:
    shown = text(
        ruled("TX-GUAR-01", FAIL),
        ruled("TX-HOT-01", PASS, required=False, state="shadow"),
        ruled("TX-NONE-01", OPEN, required=False, state="does-not-apply"),
    )
    assert (
        "  rules: 3 (passed: 1, failed: 1, undecided: 0, not applying: 1, not computable: 0); "
        "the outcome rests on 1 of them\n" in shown
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "C", "D"]),
            st.sampled_from(list(Outcome)),
            st.sampled_from(["in-force", "shadow", "does-not-apply"]),
        ),
        max_size=12,
    )
)
def test_every_rule_is_counted_once(rows: list[tuple[str, Outcome, str]]) -> None:
    found = [
        ruled(name, outcome, subject=str(i), state=state, required=state == "in-force")
        for i, (name, outcome, state) in enumerate(rows)
    ]
    shown = render(scene.verdict(*found))
    numbers = re.findall(r"rules: (\d+) \(passed: (\d+), failed: (\d+), undecided: (\d+), not applying: (\d+)", shown)
    assert len(numbers) == bool(rows)
    for counts in numbers:
        whole, *parts = map(int, counts)
        assert whole == sum(parts) == len({name for name, _, _ in rows})


def test_findings_of_rules_are_not_among_the_checks() -> None:
    plain = Finding("segregation.apart", "x", PASS, "segregation.apart.pass", facts={"accounts": "1", "roles": "r"})
    shown = text(plain, ruled("TX-GUAR-01", PASS))
    head, _, rest = shown.partition("Test rules (jp-test, version 2026-11-01)\n")
    assert head.count("segregation.apart") == 1
    assert "TX-" not in head
    assert "segregation.apart" not in rest.split("This does not show")[0]


def test_without_the_rulebook_its_rules_are_ids() -> None:
    shown = text(ruled("TX-GUAR-01", FAIL), books=False)
    assert "\njp-test\n" in shown
    assert "  FAIL         TX-GUAR-01                (in force)\n" in shown
    assert "The rulebook itself was not given" in shown


def test_a_waiver_of_a_rule_names_the_rule_and_its_title() -> None:
    shown = text(ruled("TX-GUAR-01", OPEN, required=False, waived="the accounts close in December"))
    told = "  - jp-test/TX-GUAR-01 A requirement called TX-GUAR-01: the accounts close in December\n"
    assert shown.split("\n\n")[1] + "\n" == f"Waived by the policy:\n{told}"
    assert "segregation.apart: the accounts" not in shown


def test_in_japanese_titles_notice_and_states_are() -> None:
    rows = (ruled("TX-GUAR-01", PASS), ruled("TX-HOT-01", FAIL, required=False, state="shadow"))
    shown = render(scene.verdict(*rows), say=JA, rulebooks=(scene.rulebook(),))
    assert "試験用の規則集（jp-test、" in shown
    assert "法的助言ではありません。" in shown
    assert "  合格         TX-GUAR-01               TX-GUAR-01 という規則（施行中）\n" in shown
    assert "TX-HOT-01 という規則（参考適用：判定に影響しない）\n" in shown
    assert "規則：3（合格 1、不合格 1、判定不能 1、適用なし 0、計算不能 0）" in shown


@pytest.mark.parametrize("bad", ["\x1b[2J", "a\nPASS", "\u202e", "\u2028"])
def test_t93_nothing_of_a_rule_steers_the_terminal(bad: str) -> None:
    """A verdict's file may say anything of a rule, and a rulebook of one's own is by somebody."""
    odd = ruled("X", FAIL, subject=bad, citation=bad, severity=bad, state=bad, required=False, waived=bad)
    odd = replace(odd, rule=f"jp-test/{bad}", facts={**odd.facts, "twice": bad})
    title = {"en": bad, "ja": bad}
    rules = (scene.rule(bad, "segregation.apart", title=title),)
    book = scene.rulebook(title=title, notice=title, rules=rules)
    for waived in (bad, None):
        for every in (True, False):
            shown = render(scene.verdict(replace(odd, waived=waived)), all_findings=every, rulebooks=(book,))
            assert all(printable(line) == line for line in shown.split("\n"))


# --- the first sentence


def test_rules_that_failed_are_counted_and_not_listed() -> None:
    check = Finding("reserves.control", "a", FAIL, "evidence.broken", facts={"reason": "x"})
    rows = [ruled(name, FAIL, subject=str(i)) for name in ("TX-GUAR-01", "TX-HOT-01") for i in range(3)]
    assert first_sentence(scene.verdict(check, *rows)).endswith(": reserves.control, 2 rules of jp-test failed.")
    assert first_sentence(scene.verdict(rows[0])).endswith(": 1 rule of jp-test failed.")
    assert first_sentence(scene.verdict(*rows), JA).endswith("（不合格の検査：jp-test の 2 規則）。")


def test_rules_that_are_undecided_are_counted_book_by_book() -> None:
    rows = [ruled("TX-GUAR-01", OPEN), replace(ruled("TX-GUAR-01", OPEN), rule="other/R")]
    assert first_sentence(scene.verdict(*rows)).endswith(": 1 rule of jp-test, 1 rule of other undecided.")


def test_rules_that_decide_nothing_are_not_in_the_sentence() -> None:
    rows = [
        ruled("TX-HOT-01", FAIL, required=False, state="shadow"),
        ruled("TX-GUAR-01", OPEN, required=False, severity="warn"),
    ]
    for say in (None, JA):
        sentence = first_sentence(scene.verdict(identified(), *rows), *([] if say is None else [say]))
        assert "jp-test" not in sentence


def test_a_pass_says_which_rules_it_rests_on() -> None:
    passed = scene.coverage(scene.ETH, "100", parts={"cold": "100"})
    rules = [ruled("TX-GUAR-01", PASS, subject=str(i)) for i in range(2)] + [ruled("TX-HOT-01", PASS, required=False)]
    sentence = first_sentence(scene.verdict(passed, identified(), *rules))
    assert ", and it passed what was asked of it by 1 rule of jp-test; " in sentence
    assert "jp-test の 1 規則についても合格でした。" in first_sentence(scene.verdict(passed, identified(), *rules), JA)
    assert "asked of it by" not in first_sentence(scene.verdict(passed, identified(), rules[2]))


def test_t73_a_rule_that_passed_in_part_is_not_said_to_have_passed() -> None:
    rows = [ruled("TX-GUAR-01", PASS, subject="a"), ruled("TX-GUAR-01", FAIL, subject="b")]
    assert "passed" not in first_sentence(scene.verdict(identified(), *rows))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_t73_a_rulebook_with_the_name_of_a_shipped_one_is_not_shown_as_that(lang: str) -> None:
    shipped = load_rulebook("jp-exchange")
    say = translator(lang)
    (same,) = judged_books((), (shipped,), say)
    (other,) = judged_books((), (replace(shipped, digest=Digest(bytes(32))),), say)
    assert same.title == shipped.title[lang]
    assert other.title == text_of("rulebook_other", say, title=shipped.title[lang]) != same.title
    assert other.title in next(rule_lines(other, False, say))
