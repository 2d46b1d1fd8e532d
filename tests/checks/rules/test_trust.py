"""A rule rests on what its verifier brings: a document for the topics that the verifier read in it, of these days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from por.checks.rules.answer import Answer
from por.checks.rules.engine import judge_rulebook, require_computable
from por.checks.rules.table import RULE_CHECKS, RuleCheck
from por.errors import FormatError
from por.model import Encumbrance, EncumbranceKind, Finding, Grade, KnownDocument, LawTrust, Outcome
from por.model.declarations import Declarations, Money, Topic
from tests.checks.rules.scenery import DOCUMENT, ETH, EVERYTHING, UNIT, Held, book, context, judged, rule

OWED = {ETH: 9}
LISTED = [Held("a", OWED)]
TRUSTED = rule("segregation.money", currencies=["JPY"])
ANSWERED = rule("procedures.listed", id="R-2", list="a-list", items=["a"])
SAID = Declarations(
    money=(Money("JPY", Fraction(10), Fraction(10), "A Trust", "trust"),), checklists={"a-list": {"a": True}}
)


def known(*covers: Topic, dated: date | None = None, max_age_days: int = 366) -> LawTrust:
    return LawTrust(documents=(KnownDocument(DOCUMENT, covers, dated, max_age_days),))


def test_t73_a_known_document_lifts_no_more_than_the_verifier_read_in_it(tmp_path: Path) -> None:
    made = context(tmp_path, OWED, LISTED, TRUSTED, ANSWERED, declared=SAID, law=known(Topic.MONEY))
    assert {found.check: (str(found.outcome), found.grade) for found in judged(made)} == {
        "segregation.money": ("PASS", Grade.THIRD_PARTY_DOCUMENT),
        "procedures.listed": ("INCONCLUSIVE", Grade.SELF_DECLARED),
    }


def test_t73_nor_more_than_the_issuer_says_of_it(tmp_path: Path) -> None:
    of_nothing = replace(EVERYTHING, covers=(Topic.CHECKLISTS,))
    made = context(tmp_path, OWED, LISTED, TRUSTED, declared=SAID, law=known(*Topic), documents=(of_nothing,))
    assert [found.message for found in judged(made)] == ["rulebook.answer.declared_only"]


@pytest.mark.parametrize(
    ("dated", "law"),
    [
        (date(2019, 11, 1), known(*Topic)),
        (date(2031, 11, 1), known(*Topic)),
        (date(2026, 9, 30), known(*Topic, max_age_days=31)),
        (date(2026, 11, 1), known(*Topic, dated=date(2026, 10, 31))),
    ],
    ids=["long before", "after", "older than the verifier allows", "another day than stands in it"],
)
def test_t74_a_document_lifts_nothing_of_another_time(tmp_path: Path, dated: date, law: LawTrust) -> None:
    document = replace(EVERYTHING, dated=dated)
    made = context(tmp_path, OWED, LISTED, TRUSTED, declared=SAID, law=law, documents=(document,))
    assert [found.message for found in judged(made)] == ["rulebook.answer.declared_only"]


@pytest.mark.parametrize("check", sorted(RULE_CHECKS))
def test_t73_no_pass_of_any_check_is_without_a_grade(
    check: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the arithmetic says that it rests on: what names nothing rests on the issuer's word."""
    table = {**RULE_CHECKS, check: RuleCheck(lambda *_: [Answer(Outcome.PASS, "segregation.apart.pass")])}
    monkeypatch.setattr("por.checks.rules.engine.RULE_CHECKS", table)
    (found,) = judge_rulebook(context(tmp_path, OWED, LISTED, rule(check)))
    assert (str(found.outcome), found.grade) == ("INCONCLUSIVE", Grade.SELF_DECLARED)


def test_what_the_verifier_recomputes_has_no_grade_and_is_nobodys_word(tmp_path: Path) -> None:
    """A header that somebody agreed to has nothing to do with adding up a list."""
    asks = rule("rulebook.findings", checks=["liabilities.recomputed"])
    made = context(tmp_path, OWED, LISTED, asks)
    same = Finding("liabilities.recomputed", "spot", Outcome.PASS, "liabilities.recomputed.same")
    (found,) = judged(replace(made, findings=(same,)))
    assert (found.outcome, found.grade) == (Outcome.PASS, None)
    graded = replace(same, grade=Grade.SINGLE_SOURCE)
    (found,) = judged(replace(made, findings=(same, graded)))
    assert (found.outcome, found.grade) == (Outcome.PASS, Grade.SINGLE_SOURCE)


@pytest.mark.parametrize("check", ["reserves.eligible", "reserves.distinct"])
def test_t73_what_rests_on_how_the_issuer_lists_is_its_word_and_passes_no_rule(check: str, tmp_path: Path) -> None:
    """That nobody has a claim on a coin, and that no account stands twice, the issuer's own list says."""
    made = context(tmp_path, OWED, LISTED, rule("rulebook.findings", checks=[check]))
    (found,) = judged(replace(made, findings=(Finding(check, "a", Outcome.PASS, f"{check}.once"),)))
    assert (found.outcome, found.grade) == (Outcome.INCONCLUSIVE, Grade.SELF_DECLARED)


@pytest.mark.parametrize(
    ("check", "name"),
    [
        ("rulebook.findings", "checks"),
        ("procedures.listed", "items"),
        ("stablecoin.buckets", "buckets"),
        ("segregation.figures", "figures"),
        ("segregation.coins", "roles"),
        ("segregation.kept", "custody"),
    ],
)
def test_t73_a_rule_that_asks_about_nothing_stops(check: str, name: str) -> None:
    with pytest.raises(FormatError, match="asks nothing"):
        require_computable(book(replace(rule(check), parameters={name: []})))


@pytest.mark.parametrize(("kind", "outcome"), [("pledged", "FAIL"), ("locked", "PASS")])
def test_only_claims_of_the_kinds_that_a_rule_names_count(tmp_path: Path, kind: str, outcome: str) -> None:
    pledged = [Held("a", {ETH: 9}, encumbered={ETH: Encumbrance(EncumbranceKind.PLEDGED, UNIT)})]
    (found,) = judged(context(tmp_path, OWED, pledged, rule("segregation.free", kinds=[kind])))
    assert str(found.outcome) == outcome


def test_a_kind_of_claim_that_is_none_stops(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="none of"):
        judged(context(tmp_path, OWED, LISTED, rule("segregation.free", kinds=["mortgaged"])))
