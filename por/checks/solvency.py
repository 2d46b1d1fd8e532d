"""Ask whether proven holdings cover the committed liabilities, asset class by asset class."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
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


@dataclass(frozen=True, slots=True)
class _Row:
    """Hold what is owed, lent out and claimed of one asset class."""

    group: AssetClass
    owed: list[LiabilityCommitment]
    debts: list[LiabilityCommitment]
    claims: list[tuple[ReserveAccount, ClaimedHolding]]


def coverage(examination: Examination) -> Iterator[Finding]:
    """Ask: does each asset class have at least ratio × its liabilities in counted customer holdings?

    A claim counts in full when all of control, balance, eligible and distinct passed for it, not at all when one
    failed, and towards the upper figure alone when one is inconclusive.
    """
    findings = {(f.check, f.subject): f for ask in COUNTED for f in ask(examination)}
    rebuilt = {finding.subject for finding in recomputed(examination) if finding.outcome is Outcome.PASS}
    for row in _rows(examination):
        figures = _figures(row, findings)
        total = sum((_coins(row.group, item.asset, item.total) for item in row.owed), Fraction(0))
        interval = Coverage(total * examination.policy.ratio, figures["lower"], figures["upper"])
        yield Finding(
            "solvency.coverage",
            str(row.group.canonical),
            interval.outcome,
            f"solvency.coverage.{interval.outcome.lower()}",
            grade=_weakest(row, rebuilt, findings),
            expected=exact_text(interval.required),
            actual=exact_text(interval.lower),
            facts=_facts(row, interval, total, figures),
        )


def exact_text(value: Fraction) -> str:
    """Write an exact rational: as a decimal where it has one of at most 40 digits, else as a fraction."""
    scaled = value * 10**40
    if scaled.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled.numerator)).rjust(41, "0")
    part = digits[-40:].rstrip("0")
    return f"{sign}{digits[:-40]}.{part}" if part else f"{sign}{digits[:-40]}"


def classes_by_asset(classes: Iterable[AssetClass]) -> dict[AssetId, AssetClass]:
    """Index classes by their members."""
    return {member.asset: group for group in classes for member in group.members}


def own_class(commitment: LiabilityCommitment) -> AssetClass:
    """Make a class of one, for an asset that neither policy nor table knows."""
    return AssetClass((Denomination(commitment.asset, commitment.decimals),))


def _rows(examination: Examination) -> list[_Row]:
    groups = classes_by_asset(examination.policy.classes)
    rows: dict[AssetClass, _Row] = {}
    for item in examination.bundle.liabilities:
        group = groups.setdefault(item.asset, own_class(item))
        row = rows.setdefault(group, _Row(group, [], [], []))
        (row.debts if item.is_debt else row.owed).append(item)
    for _, account, claim in examination.claims():
        found = groups.get(claim.asset)
        if found in rows:
            rows[found].claims.append((account, claim))
    if not any(item.total for row in rows.values() for item in row.owed):
        return []  # reserves that cover nothing show nothing (T68)
    return sorted((row for row in rows.values() if row.owed), key=lambda row: str(row.group.canonical))


def _coins(group: AssetClass, asset: AssetId, units: int) -> Fraction:
    decimals = next(member.decimals for member in group.members if member.asset == asset)
    return Fraction(units, 10**decimals)


def _figures(row: _Row, findings: Mapping[tuple[str, str], Finding]) -> dict[str, Fraction]:
    figures = {name: Fraction(0) for name in ("lower", "upper", "cold", "hot", "third-party", "apart")}
    for account, claim in row.claims:
        coins = _coins(row.group, claim.asset, claim.amount)
        if account.role is not Role.CUSTOMER:
            figures["apart"] += coins
            continue
        judged = {findings[key].outcome for key in _keys(account, claim)}
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


def _weakest(row: _Row, rebuilt: AbstractSet[str], findings: Mapping[tuple[str, str], Finding]) -> Grade:
    subjects = (reserves.holding_subject(account.account, claim) for account, claim in row.claims)
    balances = (findings["reserves.balance", subject] for subject in subjects)
    grades = [found.grade for found in balances if found.grade and found.outcome is Outcome.PASS]
    if not grades:
        return Grade.SELF_DECLARED  # nothing is proven that could be compared
    totals = Grade.STATE_PROOF if all(item.ref in rebuilt for item in row.owed) else Grade.SELF_DECLARED
    return min([*grades, totals])


def _facts(row: _Row, interval: Coverage, total: Fraction, figures: Mapping[str, Fraction]) -> dict[str, str]:
    decimals = next(member.decimals for member in row.group.members if member.asset == row.group.canonical)
    facts = {
        "required": interval.required,
        "lower": interval.lower,
        "upper": interval.upper,
        "liabilities": total,
        "owed_by_customers": sum((_coins(row.group, item.asset, item.total) for item in row.debts), Fraction(0)),
        **{name: figures[name] for name in ("cold", "hot", "third-party", "apart")},
    }
    texts = {name: exact_text(value) for name, value in facts.items()}
    texts["decimals"] = str(decimals)
    texts["ratio"] = "" if not total else f"{(interval.lower / total).numerator}/{(interval.lower / total).denominator}"
    return texts
