"""Hold everything that a rule's arithmetic may look at; it reads nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from por.checks.class_rows import ClassRow
from por.checks.examination import Examination
from por.checks.observation import Broken, Missing, Observation
from por.checks.prices import price_at
from por.checks.rules.days import BusinessDays, business_days, day_of
from por.checks.supplies import TokenSupply
from por.model import AssetClass, AssetId, Finding, Grade, Instant, LawTrust
from por.model.declarations import Declarations, Price, Topic
from por.model.rulebook import Rulebook


@dataclass(frozen=True)
class Context:
    """Hold an examination with its findings so far, the class rows, and what issuer and verifier say beside it.

    `declared` is empty where the issuer declares nothing. `supplies` is what the chain says of the supply of tokens
    that the issuer issues. `unread` says why declarations that the bundle names were not read.
    """

    examination: Examination
    findings: tuple[Finding, ...]
    rows: tuple[ClassRow, ...]
    declared: Declarations
    law: LawTrust
    rulebook: Rulebook
    supplies: Mapping[AssetId, Observation[TokenSupply]] = field(default_factory=dict)
    unread: Broken | Missing | None = None

    @property
    def instant(self) -> Instant:
        """Return the snapshot's instant."""
        return self.examination.bundle.instant

    @property
    def today(self) -> date:
        """Return the snapshot's day where the rulebook's rules run."""
        return day_of(self.instant, self.rulebook.zone)

    @property
    def calendar(self) -> BusinessDays:
        """Return the rulebook's business days."""
        return business_days(self.rulebook.calendar)

    def grade_of(self, topic: Topic) -> Grade:
        """Grade a declared topic: a third party's where issuer and verifier both say that a document covers it."""
        covered = any(self.law.knows(row, topic, self.today) for row in self.declared.documents)
        if topic is Topic.PRICES and self.law.prices:
            return Grade.SINGLE_SOURCE
        return Grade.THIRD_PARTY_DOCUMENT if covered else Grade.SELF_DECLARED

    def price(self, group: AssetClass, currency: str) -> Price | None:
        """Return the price of a class at the instant: the verifier's own, else the issuer's.

        Where the verifier brings any price, it brings all: the issuer's are not mixed in.
        """
        return price_at(self.law.prices or self.declared.prices, group, currency, self.instant)

    def owed(self, row: ClassRow) -> Fraction:
        """Return what customers are owed of a class, in whole coins."""
        return row.coins(row.owed)
