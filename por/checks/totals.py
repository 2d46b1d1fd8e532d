"""Sum what is proven, undecided and refuted of each asset class, by custody and by evidence (T49, T50)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from por.checks import reserves
from por.checks.asset_classes import exact_text
from por.checks.control import control
from por.checks.examination import Examination
from por.checks.worth import LookThrough, Worth
from por.model import ClaimedHolding, Custody, Finding, Grade, Outcome, ReserveAccount, Role

CHECK = "reserves.totals"
SHOWN = (control, reserves.balance, reserves.distinct)


@dataclass(slots=True)
class _Sums:
    """Hold sums of one class, in whole coins or in base units."""

    unit: str
    figures: dict[str, Fraction]
    grades: dict[Grade, Fraction] = field(default_factory=dict)
    claims: int = 0
    shown: int = 0


def totals(examination: Examination) -> Iterator[Finding]:
    """Ask: is all that is claimed of each asset class proven and controlled, and how much of it?

    `proven` is what the issuer keeps itself; `third-party` stands beside it, for others sign for that (T50).
    It sums up and refutes nothing: a claim that FAILs does so in its own finding.
    """
    findings = {(f.check, f.subject): f for ask in SHOWN for f in ask(examination)}
    look, sums = LookThrough(examination), dict[tuple[str, str], _Sums]()
    for i, account, claim in examination.claims():
        worth = look.worth(account, claim, examination.holdings[i, claim.asset])
        subject, amount, unit = _measured(claim, worth)
        entry = sums.setdefault((subject, unit), _Sums(unit, dict.fromkeys(_FIGURES, Fraction(0))))
        _add(entry, account, amount, [findings[key] for key in _keys(account, claim)])
    for subject, unit in sorted(sums):
        yield _finding(subject, sums[subject, unit])


_FIGURES = ("proven", "unproven", "refuted", "customer", *map(str, Custody))


def _measured(claim: ClaimedHolding, worth: Worth) -> tuple[str, Fraction, str]:
    """Return subject, amount and unit: base units of the asset itself where no class tells whole coins."""
    if worth.group is None or worth.coins is None:
        return str(claim.asset), Fraction(claim.amount), "base units"
    return str(worth.group.canonical), worth.coins, "coins"


def _keys(account: ReserveAccount, claim: ClaimedHolding) -> Iterator[tuple[str, str]]:
    yield "reserves.control", str(account.account)
    yield "reserves.balance", reserves.holding_subject(account.account, claim)
    yield "reserves.distinct", str(account.account)


def _add(entry: _Sums, account: ReserveAccount, amount: Fraction, judged: list[Finding]) -> None:
    outcomes = {finding.outcome for finding in judged}
    entry.claims += 1
    if Outcome.FAIL in outcomes:
        entry.figures["refuted"] += amount
    elif outcomes != {Outcome.PASS}:
        entry.figures["unproven"] += amount
    else:
        entry.shown += 1
        entry.figures["proven"] += amount if account.custody is not Custody.THIRD_PARTY else 0
        entry.figures[str(account.custody)] += amount
        entry.figures["customer"] += amount if account.role is Role.CUSTOMER else 0
        grade = min((found.grade for found in judged if found.grade is not None), default=Grade.SELF_DECLARED)
        entry.grades[grade] = entry.grades.get(grade, Fraction(0)) + amount


def _finding(subject: str, entry: _Sums) -> Finding:
    whole = entry.shown == entry.claims
    grades = {grade.name.lower(): exact_text(amount) for grade, amount in sorted(entry.grades.items())}
    return Finding(
        CHECK,
        subject,
        Outcome.PASS if whole else Outcome.INCONCLUSIVE,
        f"{CHECK}.{'whole' if whole else 'part'}",
        grade=min(entry.grades, default=None),
        facts={
            **{name: exact_text(amount) for name, amount in entry.figures.items()},
            **grades,
            "unit": entry.unit,
            "claims": str(entry.claims),
            "shown": str(entry.shown),
        },
    )
