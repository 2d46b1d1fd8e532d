"""The rulebooks of intermediaries, other jurisdictions and everybody: complete, usable, and in force by the day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from por.checks.rulebooks import load_rulebook
from por.checks.rules.days import period_ends
from por.model import AssetClass, AssetKind, Custody, Denomination, Finding, Grade, Instant, LawTrust, Outcome, Role
from por.model.declarations import (
    Assurance,
    DayFigures,
    Declarations,
    Entity,
    Figure,
    Filing,
    Intermediary,
    KeyHolder,
    Money,
    Series,
)
from por.model.rulebook import Confidence, Rule, RuleStatus, Severity
from tests.checks.rules.scenery import BTC, CLASSES, ETH, KNOWN, Held, context, judged, prices
from tests.checks.scenery import account, policy

BOOKS = (
    "jp-intermediary",
    "ae-vara",
    "tr-cmb",
    "us-tx-160",
    "eu-mica-custody",
    "us-ny-custody",
    "hk-vatp",
    "sg-dpt",
    "kr-users",
    "ae-adgm",
    "ch-finma",
    "ca-csa",
    "br-bcb",
    "cold-share",
    "universal",
)
# Every requirement that the books were written from; one may be several rules, whose ids begin with it.
REQUIRED = (
    *(f"JP-INT-0{i}" for i in range(1, 7)),
    *(f"VA-0{i}" for i in range(1, 7)),
    *(f"TR-0{i}" for i in range(1, 8)),
    *(f"TX-0{i}" for i in range(1, 8)),
    *(f"EU-0{i}" for i in range(1, 4)),
    *("NY-01", "HK-01", "HK-02", "SG-01", "KR-01", "AD-01", "CH-01", "CA-01", "CA-02", "BR-01"),
    *(f"COLD-{name}" for name in ("HK", "JP", "TR", "SG", "KR", "CA")),
    *(f"POR-{i:02}" for i in range(1, 21)),
)
RULES = [(name, rule) for name in BOOKS for rule in load_rulebook(name).rules]
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


def named(rule: Rule, row: str) -> bool:
    return rule.id == row or rule.id.startswith(f"{row}-")


@pytest.mark.parametrize("row", REQUIRED)
def test_no_requirement_is_silently_absent(row: str) -> None:
    assert any(named(rule, row) for _, rule in RULES)


def test_no_rule_is_of_no_requirement() -> None:
    assert [rule.id for _, rule in RULES if not any(named(rule, row) for row in REQUIRED)] == []


@pytest.mark.parametrize(("name", "rule"), RULES, ids=lambda value: getattr(value, "id", value))
def test_each_rule_is_said_in_both_languages_and_cites_what_it_rests_on(name: str, rule: Rule) -> None:
    assert JAPANESE.search(rule.title["ja"])
    assert not JAPANESE.search(rule.title["en"])
    assert rule.citations
    assert rule.severity is not Severity.BLOCKING or rule.confidence in {Confidence.A, Confidence.B}


@pytest.mark.parametrize(("name", "rule"), RULES, ids=lambda value: getattr(value, "id", value))
def test_a_rule_binds_from_its_first_day_and_not_before(name: str, rule: Rule) -> None:
    if rule.since is None:
        assert rule.in_force(date(2026, 11, 1)) == (rule.status is RuleStatus.DERIVED)
    else:
        assert rule.in_force(rule.since)
        assert rule.status is RuleStatus.DERIVED or not rule.in_force(rule.since - timedelta(days=1))


def of(name: str, tmp_path: Path, declared: Declarations | None = None, **options: Any) -> dict[str, Finding]:
    """Judge one book; findings by what follows the book's id in their subjects."""
    usual: dict[str, Any] = {"liabilities": {BTC: 10, ETH: 10}, "accounts": [Held("a", {BTC: 10, ETH: 10})], **options}
    liabilities, accounts = usual.pop("liabilities"), usual.pop("accounts")
    said = Declarations() if declared is None else declared
    made = context(tmp_path, liabilities, accounts, rulebook=load_rulebook(name), declared=said, **usual)
    return {finding.subject.removeprefix(f"{name}/"): finding for finding in judged(made)}


@pytest.mark.parametrize("name", BOOKS)
def test_every_rule_answers_where_nothing_is_declared_and_names_what_is_missing(name: str, tmp_path: Path) -> None:
    """None stops, none is left out, and no input that it asked for is unknown to the rulebook's reader."""
    found = of(name, tmp_path)
    book = load_rulebook(name)
    assert {subject.partition("/")[0] for subject in found} == {rule.id for rule in book.rules}
    for subject, finding in found.items():
        rule = book.rule(subject.partition("/")[0])
        assert rule is not None
        assert set(filter(None, finding.facts["inputs"].split(", "))) <= set(map(str, rule.inputs)), subject
        assert finding.outcome is not Outcome.PASS or rule.check.startswith("segregation."), subject


@pytest.mark.parametrize("name", BOOKS)
def test_nothing_is_passed_that_the_issuer_alone_says(name: str, tmp_path: Path) -> None:
    """Under a policy that knows no document, only what the chain and the bundle show can pass."""
    found = of(name, tmp_path, everything(name), law=LawTrust())
    passed = {finding.check for finding in found.values() if finding.outcome is Outcome.PASS}
    assert passed <= {"segregation.coins", "segregation.apart", "segregation.excess", "segregation.spread"}


# --- an issuer that does everything


def every(first: str, last: str, step: int = 1) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=i) for i in range(0, (end - start).days + 1, step)]


def figures(name: str) -> Series:
    return Series(name, tuple(DayFigures(day, Fraction(1), Fraction(1)) for day in every("2026-09-20", "2026-10-31")))


MONTH_ENDS = period_ends(date(2025, 9, 30), date(2026, 10, 31), 1, 12)
# Who holds customers' money, where a book asks for it.
HOLDERS = {"ae-vara": ("AED", "client-account"), "eu-mica-custody": ("EUR", "bank"), "kr-users": ("KRW", "bank")}


def report(as_of: date, kind: str, lead: str = "A") -> Assurance:
    days = (as_of - timedelta(days=20), as_of)
    return Assurance(
        kind,
        "A Firm",
        lead,
        "a standard",
        "examination",
        as_of,
        days,
        days,
        Fraction(9, 10),
        10,
        as_of + timedelta(days=5),
    )


def answers() -> dict[str, dict[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    for _, rule in RULES:
        if rule.check.startswith("procedures.") and "list" in rule.parameters:
            items = [rule.parameters.get(name, ()) for name in ("items", "all", "any")]
            found.setdefault(str(rule.parameters["list"]), {}).update(
                {str(item): True for group in items for item in group}  # type: ignore[attr-defined]
            )
    return found


def everything(name: str) -> Declarations:
    attachments = ("attestation-of-liability", "evidence-of-customer-assets", "plan", "auditor-attestation")
    quarters = [day for day in MONTH_ENDS if day.month % 3 == 0]
    return Declarations(
        entity=Entity("Us", "JP", "X-1", 12),
        key_holders=(KeyHolder(account("a"), "Us", "JP", 2), KeyHolder(account("b"), "C", "JP", 2, "C")),
        prices=tuple(
            price
            for currency in ("USD", "TRY", "HKD", "SGD", "KRW", "CAD")
            for price in prices({BTC: 100, ETH: 10}, currency)
        ),
        money=tuple(
            Money(currency, Fraction(5), Fraction(5), "A Bank", kind)
            for currency, kind in [HOLDERS.get(name, ("USD", "bank"))]
        ),
        series=(figures("coins"), figures("money:EUR")),
        assurance=(
            *(report(day, "proof-of-reserve", "AB"[i % 2]) for i, day in enumerate(quarters)),
            report(date(2026, 6, 1), "reserve-assets"),
        ),
        filings=(
            *(Filing("client-statement", day, day + timedelta(days=5)) for day in MONTH_ENDS),
            *(Filing("customer-accounting", day, day + timedelta(days=9)) for day in quarters),
            Filing("digital-asset-report", date(2025, 12, 31), date(2026, 3, 31), attachments),
        ),
        figures=(Figure("insurance", "KRW", Fraction(10**6), date(2026, 9, 30)),),
        checklists=answers(),
    )


def passing(*checks: str) -> list[Finding]:
    graded = {"reserves.balance": Grade.STATE_PROOF}
    return [Finding(check, "all", Outcome.PASS, "m", grade=graded.get(check)) for check in checks]


EARLIER = passing("liabilities.recomputed", "reserves.balance", "reserves.control", "reserves.eligible")
CUSTODIAN = {"accounts": [Held("b", {BTC: 10, ETH: 10}, custody=Custody.THIRD_PARTY)], "findings": EARLIER}


@pytest.mark.parametrize(
    ("name", "options", "undecided"),
    [
        ("ae-vara", {}, set()),
        ("tr-cmb", CUSTODIAN, {"TR-04-NOTICE"}),
        ("us-tx-160", {"findings": EARLIER}, {"TX-07"}),
        ("eu-mica-custody", {"findings": EARLIER}, set()),
        ("us-ny-custody", {"findings": EARLIER}, set()),
        ("hk-vatp", {}, set()),
        ("sg-dpt", {}, set()),
        ("kr-users", {}, set()),
        ("ae-adgm", {}, set()),
        ("ch-finma", {"findings": EARLIER}, set()),
        ("br-bcb", {}, set()),
        ("cold-share", CUSTODIAN, set()),
    ],
)
def test_an_issuer_that_does_everything_passes_all_that_can_be_computed(
    tmp_path: Path, name: str, options: dict[str, Any], undecided: set[str]
) -> None:
    found = of(name, tmp_path, everything(name), **options)
    assert {subject for subject, finding in found.items() if finding.outcome is not Outcome.PASS} == undecided
    assert not any(finding.facts["state"] == "does-not-apply" for finding in found.values())


# --- thresholds side by side


@pytest.mark.parametrize(
    ("hot", "broken"),
    [
        (0, []),
        (2, []),
        (3, ["COLD-HK"]),
        (5, ["COLD-HK"]),
        (6, ["COLD-HK", "COLD-JP", "COLD-TR"]),
        (10, ["COLD-HK", "COLD-JP", "COLD-TR"]),
        (20, ["COLD-HK", "COLD-JP", "COLD-SG", "COLD-TR"]),
        (21, ["COLD-CA", "COLD-HK", "COLD-JP", "COLD-KR", "COLD-SG", "COLD-TR"]),
    ],
)
def test_one_rule_with_parameters_is_every_jurisdictions_cold_share(
    tmp_path: Path, hot: int, broken: list[str]
) -> None:
    accounts = [Held("a", {BTC: 100 - hot}, custody=Custody.THIRD_PARTY), Held("b", {BTC: hot}, custody=Custody.HOT)]
    declared = Declarations(prices=prices({BTC: 100}, "USD"))
    found = of("cold-share", tmp_path, declared, liabilities={BTC: 100}, accounts=accounts)
    assert sorted(subject for subject, finding in found.items() if finding.outcome is Outcome.FAIL) == broken
    assert not any(finding.required for finding in found.values())


# --- single rules


def test_a_wrapped_coin_is_not_the_same_asset(tmp_path: Path) -> None:
    """Dubai asks for one-to-one in the same asset beside 100 % of what is owed."""
    group = AssetClass((Denomination(BTC, 18), Denomination(ETH, 18, AssetKind.WRAPPED)))
    rules = policy(classes=(group, CLASSES[2]), kinds=frozenset(AssetKind))
    accounts = [Held("a", {BTC: 8}), Held("b", {ETH: 3})]
    found = of("ae-vara", tmp_path, liabilities={BTC: 10}, accounts=accounts, policy=rules)
    assert (found[f"VA-01/{BTC}"].outcome, found[f"VA-02/{BTC}"].outcome) == ("PASS", "FAIL")


@pytest.mark.parametrize(("as_of", "outcome"), [(date(2026, 5, 1), "PASS"), (date(2026, 4, 30), "FAIL")])
def test_dubais_examination_is_at_most_six_months_old(tmp_path: Path, as_of: date, outcome: str) -> None:
    declared = Declarations(assurance=(report(as_of, "reserve-assets"),))
    assert of("ae-vara", tmp_path, declared)["VA-03-AUDIT/reserve-assets"].outcome == outcome


def test_one_account_of_customers_and_house_refutes_everywhere(tmp_path: Path) -> None:
    accounts = [Held("a", {BTC: 10, ETH: 10}), Held("a", {}, role=Role.HOUSE)]
    for name, rule in (("ae-vara", "VA-04-APART"), ("us-tx-160", "TX-02-APART"), ("sg-dpt", "SG-01-APART")):
        finding = of(name, tmp_path / name, accounts=accounts)[rule]
        assert (finding.outcome, finding.required) == ("FAIL", True)


def test_a_rule_of_press_confidence_warns_and_never_refutes(tmp_path: Path) -> None:
    accounts = [Held("a", {BTC: 5}, custody=Custody.HOT)]
    declared = Declarations(prices=prices({BTC: 1}, "KRW"))
    found = of("kr-users", tmp_path, declared, liabilities={BTC: 5}, accounts=accounts)
    assert (found["KR-01-COLD"].outcome, found["KR-01-COLD"].required) == ("FAIL", False)


def test_whom_texas_does_not_concern(tmp_path: Path) -> None:
    declared = Declarations(checklists={"texas-scope": {"money-transmission-licensee": False, "not-a-bank": True}})
    assert of("us-tx-160", tmp_path, declared)["TX-01"].facts["state"] == "does-not-apply"


@pytest.mark.parametrize(("at", "state"), [("2026-05-31T14:59:59Z", "shadow"), ("2026-05-31T15:00:00Z", "in-force")])
def test_japans_intermediaries_are_judged_from_midnight_in_tokyo(tmp_path: Path, at: str, state: str) -> None:
    row = Intermediary("b-1", "B", "", ("X-1",), ("mediation",), 0, None, ())
    found = of("jp-intermediary", tmp_path, Declarations(intermediaries=(row,)), instant=Instant.parse(at))
    finding = found["JP-INT-01/b-1"]
    assert (finding.outcome, finding.facts["state"], finding.required) == ("FAIL", state, state == "in-force")


def test_canadas_self_custody_is_undecided_without_prices(tmp_path: Path) -> None:
    assert of("ca-csa", tmp_path)["CA-02-SELF"].facts["input"] == "prices"


def test_what_nothing_computes_is_listed_with_its_reason(tmp_path: Path) -> None:
    listed = {rule.id for _, rule in RULES if rule.check == "rulebook.uncomputable"}
    assert listed == {"TR-04-NOTICE", "TX-07", "CA-02-TIER", "POR-09", "POR-19"}
    for _, rule in RULES:
        assert bool(rule.reason) == (rule.id in listed)
    finding = of("universal", tmp_path)["POR-09"]
    assert (finding.outcome, finding.required) == ("INCONCLUSIVE", False)


def test_known_documents_lift_every_topic_of_the_books(tmp_path: Path) -> None:
    assert of("hk-vatp", tmp_path, everything("hk-vatp"), law=KNOWN)["HK-01-HOT"].outcome is Outcome.PASS
    assert (
        of("hk-vatp", tmp_path / "b", everything("hk-vatp"), law=LawTrust())["HK-01-HOT"].outcome
        is Outcome.INCONCLUSIVE
    )
