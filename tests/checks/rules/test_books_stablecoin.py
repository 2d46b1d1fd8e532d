"""The rulebooks on stablecoins: nothing left out, in force by the day, usable, and honest where nothing is known."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from por.checks.rulebooks import load_rulebook
from por.checks.rules.days import period_ends
from por.checks.rules.engine import UNCOMPUTABLE
from por.model import Finding, Instant, LawTrust, Outcome
from por.model.declarations import Assurance, DayFigures, Declarations, Entity, Figure, Filing, Series, Stablecoin
from por.model.rulebook import Confidence, Rule, RuleStatus, Severity
from tests.checks.rules.coins import TODAY, coin, item, row, scene
from tests.checks.rules.scenery import KNOWN, judged

BOOKS = (
    "jp-stablecoin",
    "eu-mica-emt",
    "us-ny-dfs",
    "hk-stablecoin",
    "us-genius",
    "sg-mas-scs",
    "uk-stablecoin",
    "ae-vara-frva",
    "ae-adgm-frt",
)
RULES = [(name, rule) for name in BOOKS for rule in load_rulebook(name).rules]
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
# Every requirement of one coin's regime, by the book that has it: (book, rule's beginning, confidence, status, since).
REQUIRED = (
    ("jp-stablecoin", "SC-01", "A", "in-force", "2026-06-01"),
    ("jp-stablecoin", "SC-JP-01", "B", "in-force", "2026-06-01"),
    ("jp-stablecoin", "SC-JP-02", "B", "in-force", "2026-06-01"),
    ("jp-stablecoin", "SC-JP-03", "C", "in-force", "2026-06-01"),
    ("jp-stablecoin", "SC-JP-04", "C", "in-force", "2026-06-01"),
    ("jp-stablecoin", "SC-JP-PAR", "B", "in-force", "2026-06-01"),
    ("jp-stablecoin", "SC-JP-REPORT", "D", "in-force", "2026-06-01"),
    ("jp-stablecoin", "SC-JP-PUBLIC", "D", "in-force", "2026-06-01"),
    ("jp-stablecoin", "SC-JP-05", "B", "in-force", "2023-06-01"),
    ("jp-stablecoin", "SC-JP-FT-LIMIT", "B", "in-force", "2023-06-01"),
    ("jp-stablecoin", "SC-JP-FT-REPORT", "D", "in-force", "2023-06-01"),
    ("jp-stablecoin", "SC-JP-FT-PRIOR", "A", "in-force", "2023-06-01"),
    ("jp-stablecoin", "SC-JP-BANK", "C", "in-force", "2023-06-01"),
    ("eu-mica-emt", "SC-EU-01", "A", "in-force", "2024-06-30"),
    ("eu-mica-emt", "SC-EU-02", "B", "proposed", None),
    ("eu-mica-emt", "SC-EU-03", "D", "proposed", None),
    ("eu-mica-emt", "SC-EU-HLFI", "A", "in-force", "2024-06-30"),
    ("eu-mica-emt", "SC-EU-ART", "D", "in-force", "2024-06-30"),
    ("eu-mica-emt", "SC-EU-LIQUIDITY", "B", "in-force", "2025-10-23"),
    ("us-ny-dfs", "SC-01", "B", "guidance", "2022-09-08"),
    ("us-ny-dfs", "SC-03", "B", "guidance", "2022-09-08"),
    ("us-ny-dfs", "SC-NY-01", "B", "guidance", "2022-09-08"),
    ("us-ny-dfs", "SC-NY-RANDOM", "D", "guidance", "2022-09-08"),
    ("us-ny-dfs", "SC-NY-PUBLIC", "D", "guidance", "2022-09-08"),
    ("hk-stablecoin", "SC-01", "B", "in-force", "2025-08-01"),
    ("hk-stablecoin", "SC-HK-TERM", "B", "in-force", "2025-08-01"),
    ("hk-stablecoin", "SC-HK-ATTEST", "D", "in-force", "2025-08-01"),
    ("us-genius", "SC-01", "A", "enacted-pending", "2027-01-18"),
    ("us-genius", "SC-US-01", "A", "enacted-pending", "2027-01-18"),
    ("us-genius", "SC-US-02", "A", "enacted-pending", "2027-01-18"),
    ("us-genius", "SC-US-03", "A", "enacted-pending", "2027-01-18"),
    ("us-genius", "SC-US-04", "B", "proposed", None),
    ("us-genius", "SC-US-LARGE", "D", "enacted-pending", "2027-01-18"),
    ("sg-mas-scs", "SC-01", "B", "proposed", None),
    ("sg-mas-scs", "SC-SG-TERM", "D", "proposed", None),
    ("uk-stablecoin", "SC-UK-01", "B", "proposed", None),
    ("uk-stablecoin", "SC-01-FCA", "B", "enacted-pending", "2027-10-25"),
    ("ae-vara-frva", "SC-01", "A", "in-force", "2023-02-07"),
    ("ae-vara-frva", "SC-VA-01", "A", "in-force", "2023-02-07"),
    ("ae-adgm-frt", "SC-01", "D", "in-force", "2026-01-01"),
    ("ae-adgm-frt", "SC-AD-MONTHLY", "C", "in-force", "2026-01-01"),
)


def of_row(book: str, name: str) -> list[Rule]:
    return [rule for rule in load_rulebook(book).rules if rule.id == name or rule.id.startswith(f"{name}-")]


@pytest.mark.parametrize(("book", "name", "confidence", "status", "since"), REQUIRED)
def test_each_requirement_has_its_confidence_status_and_first_day(
    book: str, name: str, confidence: str, status: str, since: str | None
) -> None:
    found = of_row(book, name)
    assert found
    for rule in found:
        assert (rule.confidence, rule.status) == (confidence, status), rule.id
        assert rule.since == (None if since is None else date.fromisoformat(since)), rule.id


@pytest.mark.parametrize("name", BOOKS)
def test_each_book_asks_how_much_there_is_and_what_covers_it(name: str) -> None:
    checks = {rule.check for rule in load_rulebook(name).rules}
    assert {"stablecoin.supply", "stablecoin.backing"} <= checks
    assert name == "ae-adgm-frt" or {"stablecoin.eligible", "stablecoin.valued"} <= checks


@pytest.mark.parametrize(("name", "rule"), RULES, ids=lambda value: getattr(value, "id", value))
def test_each_rule_is_said_in_both_languages_and_blocks_only_where_it_is_known(name: str, rule: Rule) -> None:
    assert JAPANESE.search(rule.title["ja"])
    assert not JAPANESE.search(rule.title["en"])
    assert rule.citations
    assert rule.severity is not Severity.BLOCKING or rule.confidence in {Confidence.A, Confidence.B}
    assert bool(rule.reason) == (rule.check == "rulebook.uncomputable")


@pytest.mark.parametrize(("name", "rule"), RULES, ids=lambda value: getattr(value, "id", value))
def test_a_rule_binds_from_its_first_day_and_not_before(name: str, rule: Rule) -> None:
    pending = rule.status in {RuleStatus.ENACTED_PENDING, RuleStatus.PROPOSED}
    assert pending or rule.since is not None
    if rule.since is not None:
        assert rule.in_force(rule.since) == (not pending)
        before = rule.since - timedelta(days=1)
        assert not rule.in_force(before) or rule.status is RuleStatus.DERIVED


@pytest.mark.parametrize("name", ["us-genius", "sg-mas-scs", "uk-stablecoin"])
def test_what_is_not_in_force_never_decides(name: str) -> None:
    far = date(2100, 1, 1)
    assert not any(rule.blocks(far) for rule in load_rulebook(name).rules)


def of(name: str, tmp_path: Path, declared: Any, **options: Any) -> dict[str, Finding]:
    made = scene(tmp_path, declared, rulebook=load_rulebook(name), **options)
    return {finding.subject.removeprefix(f"{name}/"): finding for finding in judged(made)}


@pytest.mark.parametrize("name", BOOKS)
def test_where_nothing_is_declared_every_rule_answers_and_names_what_is_missing(name: str, tmp_path: Path) -> None:
    found = of(name, tmp_path, Declarations())
    assert {subject.partition("/")[0] for subject in found} == {rule.id for rule in load_rulebook(name).rules}
    for subject, finding in found.items():
        assert finding.outcome is Outcome.INCONCLUSIVE, subject
        assert finding.facts["inputs"] or finding.check == UNCOMPUTABLE or finding.facts["state"] == "does-not-apply"


@pytest.mark.parametrize("name", BOOKS)
def test_no_rule_looks_at_an_input_that_it_does_not_name(name: str, tmp_path: Path) -> None:
    book = load_rulebook(name)
    for subject, finding in of(name, tmp_path, everything(name)).items():
        rule = book.rule(subject.partition("/")[0])
        assert rule is not None
        assert set(filter(None, finding.facts["inputs"].split(", "))) <= set(map(str, rule.inputs)), subject


@pytest.mark.parametrize("name", BOOKS)
def test_by_the_issuers_word_alone_only_the_supply_on_chain_passes(name: str, tmp_path: Path) -> None:
    found = of(name, tmp_path, everything(name), law=LawTrust())
    passed = {finding.check for finding in found.values() if finding.outcome is Outcome.PASS}
    assert passed <= {"stablecoin.supply", "stablecoin.issued"}


# --- an issuer that does everything

KIND = {"jp-stablecoin": "trust", "eu-mica-emt": "emt", "uk-stablecoin": "systemic"}
MONTH_ENDS = period_ends(date(2025, 9, 30), date(2026, 10, 31), 1, 12)
LISTS = [rule for _, rule in RULES if "list" in rule.parameters]


def whole(name: str) -> Stablecoin:
    book = load_rulebook(name)
    day, money = TODAY, book.currency
    bond = {"us-ny-dfs": "treasury-bill", "us-genius": "treasury-bill"}.get(name, "government-bond")
    more = {"currency": money, "valued": day, "separate": True}
    cash = "central-bank-deposit" if name == "uk-stablecoin" else "demand-deposit"
    items = [item(f"deposit {n}", cash, 300, custodian=f"Bank {n}", **more) for n in (1, 2)]
    terms = {"maturity": day + timedelta(days=30), "acquired": day - timedelta(days=9), "custodian": "Bank 3"}
    items.append(item("bond", bond, 400, **more, **terms))
    return coin(*items, kind=KIND.get(name, "coin"), currency=money, received=Fraction(1000))


def report(kind: str, as_of: date) -> Assurance:
    days = (as_of - timedelta(days=9), as_of)
    return Assurance(
        kind, "A Firm", "A", "a standard", "examination", as_of, days, days, filed=as_of + timedelta(days=9)
    )


def everything(name: str) -> Declarations:
    rules = load_rulebook(name).rules
    attachments: dict[str, set[str]] = {}
    for rule in rules:
        if rule.check == "procedures.filed":
            names = rule.parameters.get("attachments", ())
            attachments.setdefault(str(rule.parameters["kind"]), set()).update(names)  # type: ignore[arg-type]
    kinds = {str(rule.parameters["kind"]) for rule in rules if rule.check == "procedures.assured"}
    answers: dict[str, dict[str, bool]] = {}
    for rule in LISTS:
        asked = [*rule.parameters.get("items", ()), *rule.parameters.get("all", ())]  # type: ignore[misc]
        answers.setdefault(str(rule.parameters["list"]), {}).update(dict.fromkeys(asked, True))
    days = [TODAY - timedelta(days=n) for n in range(45, 0, -1)]
    figures = tuple(DayFigures(day, Fraction(1), Fraction(1)) for day in days)
    return Declarations(
        entity=Entity("Us", "X", "X-1", 12),
        stablecoins=(whole(name),),
        series=(Series("reserve:X", figures), Series("secured:X", figures)),
        assurance=tuple(report(kind, day) for kind in sorted(kinds) for day in MONTH_ENDS),
        filings=tuple(
            Filing(kind, day, day + timedelta(days=5), tuple(sorted(names)))
            for kind, names in sorted(attachments.items())
            for day in MONTH_ENDS
        ),
        figures=(Figure("capital", "SGD", Fraction(10**6), date(2026, 9, 30)),),
        checklists=answers,
    )


FUNDS_TRANSFER = {"SC-JP-05", "SC-JP-05-DAYS", "SC-JP-FT-PAR", "SC-JP-FT-REPORT"}
ART = {f"SC-EU-ART-0{n}" for n in (1,)} | {"SC-EU-02-EMT", "SC-EU-02-ART", "SC-EU-02-SART", "SC-EU-03-SIG"}
FCA = {f"SC-{name}-FCA" for name in ("01", "02", "UK-CURRENCY")} | {"SC-UK-02-POOL"}


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("jp-stablecoin", {"SC-JP-02-EARLY", "SC-JP-03", *FUNDS_TRANSFER}),
        ("eu-mica-emt", ART),
        ("us-ny-dfs", set()),
        ("hk-stablecoin", set()),
        # No month has ended since the day on which these would begin.
        ("us-genius", {"SC-US-02", "SC-US-03", "SC-US-03-CERT"}),
        ("sg-mas-scs", set()),
        ("uk-stablecoin", FCA),
        ("ae-vara-frva", set()),
        ("ae-adgm-frt", set()),
    ],
)
def test_an_issuer_that_does_everything_passes_all_that_can_be_computed(
    tmp_path: Path, name: str, other: set[str]
) -> None:
    """What is not passed either concerns another kind of coin, or is listed as what nothing computes."""
    found = of(name, tmp_path, everything(name))
    listed = {rule.id for rule in load_rulebook(name).rules if rule.check == "rulebook.uncomputable"}
    rest = {subject for subject, finding in found.items() if finding.outcome is not Outcome.PASS}
    assert {subject.partition("/")[0] for subject in rest} == listed | other
    idle = {s.partition("/")[0] for s, finding in found.items() if finding.facts["state"] == "does-not-apply"}
    assert idle == other


# --- single rules


@pytest.mark.parametrize(("at", "state"), [("2026-05-31T14:59:59Z", "shadow"), ("2026-05-31T15:00:00Z", "in-force")])
def test_japans_trust_rules_bind_from_midnight_in_tokyo(tmp_path: Path, at: str, state: str) -> None:
    made = coin(item(value=1))
    found = of("jp-stablecoin", tmp_path, made, instant=Instant.parse(at))
    assert (found["SC-01/JPYX"].facts["state"], found["SC-01/JPYX"].outcome) == (state, "FAIL")
    assert found["SC-01/JPYX"].required == (state == "in-force")


@pytest.mark.parametrize(("bonds", "outcome"), [(500, "PASS"), (Fraction(50001, 100), "FAIL")])
def test_japans_half_is_of_the_amount_issued(tmp_path: Path, bonds: Any, outcome: str) -> None:
    bond = item("JGB", "government-bond", bonds, maturity=date(2027, 2, 1))
    found = of("jp-stablecoin", tmp_path, coin(item(value=1000), bond))
    share = found["SC-JP-01/JPYX"]
    assert (share.outcome, share.required, share.facts["reserves_percent"][:4]) == (outcome, True, "33.3")
    assert found["SC-JP-02/JPYX"].outcome is Outcome.PASS


def test_japans_foreign_bonds_warn_and_do_not_refute(tmp_path: Path) -> None:
    bond = item("UST", "foreign-government-bond", 400, maturity=date(2027, 2, 1), credit="1-3")
    found = of("jp-stablecoin", tmp_path, coin(item(value=600), bond))
    assert (found["SC-JP-03/JPYX"].outcome, found["SC-JP-03/JPYX"].required) == ("FAIL", False)


def test_a_kind_by_another_name_does_not_get_past_the_rules(tmp_path: Path) -> None:
    found = of("jp-stablecoin", tmp_path, coin(item(value=1), kind="tokens of joy"))
    assert (found["SC-JP-KIND/JPYX"].outcome, found["SC-JP-KIND/JPYX"].required) == ("INCONCLUSIVE", True)
    assert found["SC-01"].facts["state"] == "does-not-apply"


def test_new_yorks_bills_are_counted_from_their_acquisition(tmp_path: Path) -> None:
    made = whole("us-ny-dfs")
    late = replace(made.reserves[2], acquired=date(2026, 8, 29), maturity=date(2026, 11, 30))
    found = of("us-ny-dfs", tmp_path, replace(made, reserves=(*made.reserves[:2], late)))
    assert found["SC-NY-BILLS/JPYX"].outcome is Outcome.FAIL
    assert found["SC-01/JPYX"].outcome is Outcome.FAIL


def test_hong_kongs_coins_count_frozen_too(tmp_path: Path) -> None:
    made = replace(whole("hk-stablecoin"), supply=(row(minted=1001, frozen=1),))
    assert of("hk-stablecoin", tmp_path, made)["SC-01/JPYX"].outcome is Outcome.FAIL


@pytest.mark.parametrize(("percent", "outcome"), [(30, "PASS"), (Fraction(2999, 100), "FAIL")])
def test_the_eus_thirty_per_cent_are_of_the_money_received(tmp_path: Path, percent: Any, outcome: str) -> None:
    more = {"currency": "EUR", "separate": True}
    items = (item("a", "demand-deposit", percent * 10, **more), item("b", "government-bond", 900, **more))
    found = of("eu-mica-emt", tmp_path, coin(*items, kind="emt", currency="EUR", received=Fraction(1000)))
    assert (found["SC-EU-01/JPYX"].outcome, found["SC-EU-01/JPYX"].required) == (outcome, True)


@pytest.mark.parametrize(("excess", "outcome"), [(50, "PASS"), (51, "FAIL")])
def test_the_uks_pool_is_shown_and_decides_nothing(tmp_path: Path, excess: int, outcome: str) -> None:
    made = whole("uk-stablecoin")
    more = replace(made.reserves[0], market_value=Fraction(300 + excess))
    found = of("uk-stablecoin", tmp_path, replace(made, reserves=(more, *made.reserves[1:])))
    pool = found["SC-UK-01-POOL/JPYX"]
    assert (pool.outcome, pool.required, pool.facts["state"]) == (outcome, False, "shadow")


def test_what_a_known_document_bears_out_passes_and_another_does_not(tmp_path: Path) -> None:
    said = everything("ae-vara-frva")
    assert of("ae-vara-frva", tmp_path, said, law=KNOWN)["SC-01/JPYX"].outcome is Outcome.PASS
    strange = of("ae-vara-frva", tmp_path / "b", said, law=KNOWN, documents=())
    assert strange["SC-01/JPYX"].message == "rulebook.answer.declared_only"
