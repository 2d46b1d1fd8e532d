"""Ask whether proven holdings cover the committed liabilities, asset class by asset class."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

from por.checks.asset_classes import exact_text, member_of
from por.checks.class_rows import ClassRow, class_rows
from por.checks.examination import Examination
from por.checks.liabilities import recomputed
from por.model import AssetKind, Custody, Finding, Grade, Outcome, Role


@dataclass(frozen=True, slots=True)
class Coverage:
    """Hold exact figures of one class in whole coins: required ≤ proven is PASS, possible < required is FAIL.

    `upper` is None where nobody knows how much an undecided claim stands for.
    """

    required: Fraction
    lower: Fraction
    upper: Fraction | None

    @property
    def outcome(self) -> Outcome:
        """Decide on the interval: between its ends nothing is decided."""
        if self.lower >= self.required:
            return Outcome.PASS
        return Outcome.FAIL if self.upper is not None and self.upper < self.required else Outcome.INCONCLUSIVE


def coverage(examination: Examination) -> Iterator[Finding]:
    """Ask: does each asset class have at least ratio × its liabilities in counted customer holdings?

    A claim counts in full, less what others have a claim on, when all of control, balance, eligible and distinct
    passed for it; not at all when one failed, and towards the upper figure alone when one is inconclusive.
    """
    rebuilt = {finding.subject for finding in recomputed(examination) if finding.outcome is Outcome.PASS}
    for row in _rows(examination):
        figures = _figures(row)
        total = row.coins(row.owed)
        upper = None if _unbounded(row) else figures["upper"]
        interval = Coverage(total * examination.policy.ratio, figures["lower"], upper)
        composed = "" if figures["native"] == figures["lower"] and not figures["encumbered"] else "_composed"
        yield Finding(
            "solvency.coverage",
            str(row.group.canonical),
            interval.outcome,
            f"solvency.coverage.{interval.outcome.lower()}{composed}",
            grade=_weakest(row, rebuilt),
            expected=exact_text(interval.required),
            actual=exact_text(interval.lower),
            facts=_facts(row, interval, total, figures),
        )


def _rows(examination: Examination) -> list[ClassRow]:
    rows = [row for row in class_rows(examination) if row.owed]
    # Reserves that cover nothing show nothing (T68).
    return rows if any(item.total for row in rows for item in row.owed) else []


def _figures(row: ClassRow) -> dict[str, Fraction]:
    """Sum the claims of a class: what counts by custody and by kind, and beside it what does not count."""
    figures = dict.fromkeys((*Custody, *AssetKind, "lower", "upper", "encumbered", "uncounted", "apart"), Fraction(0))
    for item in row.claims:
        worth, coins = item.worth, item.worth.coins or Fraction(0)
        if item.account.role is not Role.CUSTOMER:
            figures["apart"] += coins
        elif item.proven:
            for name in ("lower", str(item.account.custody), str(worth.kind)):
                figures[name] += worth.free
            figures["encumbered"] += worth.encumbered if worth.counts else 0
            figures["uncounted"] += 0 if worth.counts else coins
        if item.account.role is Role.CUSTOMER and Outcome.FAIL not in item.outcomes:
            figures["upper"] += worth.free
    return {str(name): value for name, value in figures.items()}


def _unbounded(row: ClassRow) -> bool:
    """Tell whether an undecided claim may be worth anything, so that no upper figure can refute."""
    customers = (item for item in row.claims if item.account.role is Role.CUSTOMER and item.worth.counts)
    return any(item.worth.coins is None and Outcome.FAIL not in item.outcomes for item in customers)


def _weakest(row: ClassRow, rebuilt: AbstractSet[str]) -> Grade:
    """Grade by the weakest balance that counts, and by whether the totals were rebuilt from records."""
    counted = (item for item in row.claims if item.proven and item.worth.counts)
    balances = (found for item in counted for found in item.judged if found.check == "reserves.balance")
    grades = [found.grade for found in balances if found.grade]
    if not grades:
        return Grade.SELF_DECLARED  # nothing is proven that could be compared
    totals = Grade.STATE_PROOF if all(item.ref in rebuilt for item in row.owed) else Grade.SELF_DECLARED
    return min([*grades, totals])


def _facts(row: ClassRow, interval: Coverage, total: Fraction, figures: Mapping[str, Fraction]) -> dict[str, str]:
    texts = {name: exact_text(value) for name, value in figures.items()}
    texts["required"] = exact_text(interval.required)
    texts["upper"] = "any number" if interval.upper is None else exact_text(interval.upper)
    texts["liabilities"] = exact_text(total)
    texts["owed_by_customers"] = exact_text(row.coins(row.debts))
    texts["decimals"] = str(member_of(row.group, row.group.canonical).decimals)
    texts["ratio"] = "" if not total else f"{(interval.lower / total).numerator}/{(interval.lower / total).denominator}"
    return texts
