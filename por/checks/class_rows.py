"""Gather what is owed and claimed of each asset class, with the findings that decide on each claim."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from por.checks import reserves
from por.checks.asset_classes import whole_coins
from por.checks.control import control
from por.checks.examination import Examination
from por.checks.worth import LookThrough, Worth
from por.model import AssetClass, ClaimedHolding, Finding, LiabilityCommitment, Outcome, ReserveAccount, Role

COUNTED = (control, reserves.balance, reserves.eligible, reserves.distinct)


@dataclass(frozen=True, slots=True)
class ClassClaim:
    """Hold one claim of a class, what it stands for, and the findings that decide on it."""

    account: ReserveAccount
    worth: Worth
    judged: tuple[Finding, ...]

    @property
    def outcomes(self) -> set[Outcome]:
        """Return the outcomes of those findings."""
        return {finding.outcome for finding in self.judged}

    @property
    def encumbrances(self) -> frozenset[str]:
        """Return the kinds of claims that anybody is known to have on it, however much it stands for."""
        kinds = (finding.facts.get("encumbrance", "") for finding in self.judged)
        return frozenset(kind for text in kinds for kind in text.split(", ") if kind)

    @property
    def shown(self) -> bool:
        """Tell whether all of them passed."""
        return self.outcomes == {Outcome.PASS}

    @property
    def proven(self) -> bool:
        """Tell whether it counts towards what is owed to customers."""
        return self.account.role is Role.CUSTOMER and self.shown


@dataclass(frozen=True, slots=True)
class ClassRow:
    """Hold what is owed, lent out and claimed of one asset class."""

    group: AssetClass
    owed: list[LiabilityCommitment] = field(default_factory=list)
    debts: list[LiabilityCommitment] = field(default_factory=list)
    claims: list[ClassClaim] = field(default_factory=list)

    def coins(self, items: Iterable[LiabilityCommitment]) -> Fraction:
        """Sum commitments in whole coins."""
        return sum((whole_coins(self.group, item.asset, item.total) for item in items), Fraction(0))


def class_rows(examination: Examination) -> list[ClassRow]:
    """Return a row for each class of which something is owed, or claimed and known, by the class's name."""
    look = LookThrough(examination)
    rows: dict[AssetClass, ClassRow] = {}
    for item in examination.bundle.liabilities:
        group = look.groups[item.asset]
        row = rows.setdefault(group, ClassRow(group))
        (row.debts if item.is_debt else row.owed).append(item)
    findings = {(f.check, f.subject): f for ask in COUNTED for f in ask(examination)}
    for i, account, claim in examination.claims():
        worth = look.worth(account, claim, examination.holdings[i, claim.asset])
        if worth.group is not None:
            judged = tuple(findings[key] for key in _keys(account, claim))
            row = rows.setdefault(worth.group, ClassRow(worth.group))
            row.claims.append(ClassClaim(account, worth, judged))
    return sorted(rows.values(), key=lambda row: str(row.group.canonical))


def _keys(account: ReserveAccount, claim: ClaimedHolding) -> Iterator[tuple[str, str]]:
    for check in ("reserves.control", "reserves.distinct"):
        yield check, str(account.account)
    for check in ("reserves.balance", "reserves.eligible"):
        yield check, reserves.holding_subject(account.account, claim)
