"""Ask whether proven holdings cover the committed liabilities, asset class by asset class."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from por.checks import reserves
from por.checks.examination import Examination
from por.checks.liabilities import recomputed
from por.model import (
    AssetClass,
    AssetId,
    ClaimedHolding,
    Denomination,
    Finding,
    Grade,
    LiabilityCommitment,
    Outcome,
    ReserveAccount,
    Role,
)

COUNTED = (reserves.control, reserves.balance, reserves.eligible, reserves.distinct)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Hold exact figures of one class in whole coins: required ≤ proven is PASS, possible < required is FAIL."""

    required: Fraction
    lower: Fraction
    upper: Fraction

    @property
    def outcome(self) -> Outcome:
        """Decide on the interval: between its ends nothing is decided."""
        if self.lower >= self.required:
            return Outcome.PASS
        return Outcome.FAIL if self.upper < self.required else Outcome.INCONCLUSIVE


def coverage(examination: Examination) -> Iterator[Finding]:
    """Ask: does each asset class have at least ratio × its liabilities in counted customer holdings?

    A claim counts in full when all of control, balance, eligible and distinct passed for it, not at all when one
    failed, and towards the upper figure alone when one is inconclusive.
    """
    findings = [finding for ask in COUNTED for finding in ask(examination)]
    outcomes = {(finding.check, finding.subject): finding.outcome for finding in findings}
    for group in _owed_classes(examination):
        owed = [item for item in examination.bundle.liabilities if item.asset in _members(group) and not item.is_debt]
        figures = _figures(examination, group, outcomes)
        total = sum((_coins(group, item.asset, item.total) for item in owed), Fraction(0))
        interval = Coverage(total * examination.policy.ratio, figures["lower"], figures["upper"])
        yield Finding(
            "solvency.coverage",
            str(group.canonical),
            interval.outcome,
            f"solvency.coverage.{interval.outcome.lower()}",
            grade=_weakest(examination, group, owed, findings),
            expected=exact_text(interval.required),
            actual=exact_text(interval.lower),
            facts=_facts(examination, group, interval, total, figures),
        )


def exact_text(value: Fraction) -> str:
    """Write an exact rational: as a decimal where it has one of at most 40 digits, else as a fraction."""
    scaled = value * 10**40
    if scaled.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled.numerator)).rjust(41, "0")
    part = digits[-40:].rstrip("0")
    return f"{sign}{digits[:-40]}.{part}" if part else f"{sign}{digits[:-40]}"


def _owed_classes(examination: Examination) -> list[AssetClass]:
    owed = {item.asset: item for item in examination.bundle.liabilities if not item.is_debt}
    if not any(item.total for item in examination.bundle.liabilities if not item.is_debt):
        return []  # reserves that cover nothing show nothing (T68)
    groups = {class_of(item.asset, item.decimals, examination.policy.classes) for item in owed.values()}
    return sorted(groups, key=lambda group: str(group.canonical))


def class_of(asset: AssetId, decimals: int, classes: Sequence[AssetClass]) -> AssetClass:
    """Return the class that policy and table put an asset in, or one of its own."""
    found = next((group for group in classes if asset in _members(group)), None)
    return found or AssetClass((Denomination(asset, decimals),))


def _members(group: AssetClass) -> set[AssetId]:
    return {member.asset for member in group.members}


def _coins(group: AssetClass, asset: AssetId, units: int) -> Fraction:
    decimals = next(member.decimals for member in group.members if member.asset == asset)
    return Fraction(units, 10**decimals)


def _figures(
    examination: Examination, group: AssetClass, outcomes: dict[tuple[str, str], Outcome]
) -> dict[str, Fraction]:
    figures = {name: Fraction(0) for name in ("lower", "upper", "cold", "hot", "third-party", "apart")}
    for _, account, claim in examination.claims():
        if claim.asset not in _members(group):
            continue
        coins = _coins(group, claim.asset, claim.amount)
        if account.role is not Role.CUSTOMER:
            figures["apart"] += coins
            continue
        judged = {outcomes[key] for key in _keys(account, claim)}
        if judged == {Outcome.PASS}:
            figures["lower"] += coins
            figures[str(account.custody)] += coins
        if Outcome.FAIL not in judged:
            figures["upper"] += coins
    return figures


def _keys(account: ReserveAccount, claim: ClaimedHolding) -> Iterator[tuple[str, str]]:
    for check in ("reserves.control", "reserves.distinct"):
        yield check, str(account.account)
    for check in ("reserves.balance", "reserves.eligible"):
        yield check, reserves.holding_subject(account.account, claim)


def _weakest(
    examination: Examination, group: AssetClass, owed: Sequence[LiabilityCommitment], findings: Sequence[Finding]
) -> Grade:
    counted = {str(asset).partition("/")[2] for asset in _members(group)}
    grades = [
        f.grade
        for f in findings
        if f.check == "reserves.balance"
        and f.grade
        and f.outcome is Outcome.PASS
        and f.subject.partition("/")[2] in counted
    ]
    rebuilt = {finding.subject for finding in recomputed(examination) if finding.outcome is Outcome.PASS}
    totals = Grade.STATE_PROOF if all(item.ref in rebuilt for item in owed) else Grade.SELF_DECLARED
    return min([*grades, totals])


def _facts(
    examination: Examination,
    group: AssetClass,
    interval: Coverage,
    total: Fraction,
    figures: dict[str, Fraction],
) -> dict[str, str]:
    debts = [d for d in examination.bundle.liabilities if d.is_debt and d.asset in _members(group)]
    facts = {
        "required": interval.required,
        "lower": interval.lower,
        "upper": interval.upper,
        "liabilities": total,
        "owed_by_customers": sum((_coins(group, item.asset, item.total) for item in debts), Fraction(0)),
        **{name: figures[name] for name in ("cold", "hot", "third-party", "apart")},
    }
    texts = {name: exact_text(value) for name, value in facts.items()}
    texts["ratio"] = "" if not total else f"{(interval.lower / total).numerator}/{(interval.lower / total).denominator}"
    return texts
