"""An exchange in whole coins, with what it declares, as a rule's arithmetic sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from por.checks.class_rows import class_rows
from por.checks.rules.context import Context
from por.checks.rules.engine import judge_rulebook, require_computable
from por.model import (
    AssetClass,
    AssetId,
    Custody,
    Denomination,
    Digest,
    Encumbrance,
    Finding,
    Instant,
    KnownDocument,
    LawTrust,
    Role,
)
from por.model.declarations import Declarations, Document, Price, Topic
from por.model.rulebook import Citation, Confidence, Rule, Rulebook, RuleScope, RuleStatus, Severity
from tests.checks.scenery import NOON, policy
from tests.checks.test_solvency import holder, owed, scene

# Three kinds of coins, each a class of its own; wrapped bitcoin stands for nothing but itself under a strict policy.
ETH = AssetId.parse("eip155:1/slip44:60")
BTC = AssetId.parse("eip155:1/erc20:0x" + "b7" * 20)
XRP = AssetId.parse("eip155:1/erc20:0x" + "e9" * 20)
CLASSES = tuple(AssetClass((Denomination(asset, 18),)) for asset in (ETH, BTC, XRP))
UNIT = 10**18
DOCUMENT = Digest(b"\xd0" * 32)
EVERYTHING = Document("everything", DOCUMENT, "A Third Party", date(2026, 11, 1), tuple(Topic))
# A verifier that had the document from the third party itself.
KNOWN = LawTrust(documents=(KnownDocument(DOCUMENT, tuple(Topic)),))
YEN = {BTC: 15_000_000, ETH: 600_000, XRP: 400}


@dataclass(frozen=True)
class Held:
    """One account's coins."""

    name: str
    coins: Mapping[AssetId, int | Fraction]
    role: Role = Role.CUSTOMER
    custody: Custody = Custody.COLD
    encumbered: Mapping[AssetId, Encumbrance] | None = None


def prices(rows: Mapping[AssetId, int] | None = None, currency: str = "JPY", at: Instant = NOON) -> tuple[Price, ...]:
    chosen = YEN if rows is None else rows
    return tuple(Price(asset, currency, Fraction(price), "a market", at) for asset, price in chosen.items())


def rule(check: str, *, day: str | None = "2020-05-01", **changes: Any) -> Rule:
    """Make a blocking rule in force since a day; parameters are those keywords that no rule has."""
    known = {name: changes.pop(name) for name in list(changes) if name in Rule.__dataclass_fields__}
    usual: dict[str, Any] = {
        "id": "R-1",
        "title": {"en": "a rule", "ja": "規則"},
        "citations": (Citation("a law, article 1", "read"),),
        "status": RuleStatus.IN_FORCE,
        "since": None if day is None else date.fromisoformat(day),
        "until": None,
        "superseded_by": None,
        "scope": RuleScope.ENTITY,
        "inputs": (),
        "check": check,
        "parameters": changes,
        "severity": Severity.BLOCKING,
        "cure": None,
        "confidence": Confidence.A,
    }
    return Rule(**{**usual, **known})


def book(*rules: Rule, calendar: str = "JP/bank", zone: int = 9, currency: str = "JPY") -> Rulebook:
    texts = {"en": "a rulebook", "ja": "規則集"}
    return Rulebook("a-book", "1", texts, "JP", calendar, zone, currency, texts, rules, Digest(b"\xb0" * 32))


def context(
    tmp_path: Path,
    liabilities: Mapping[AssetId, int | Fraction],
    accounts: Sequence[Held],
    *rules: Rule,
    declared: Declarations | None = None,
    law: LawTrust = KNOWN,
    rulebook: Rulebook | None = None,
    findings: Iterable[Finding] = (),
    instant: Instant = NOON,
    documents: Iterable[Document] = (EVERYTHING,),
    **changes: Any,
) -> Context:
    """Make a context in which everything listed is proven; `changes` go to the scene, such as `signers` and `held`."""
    examination = scene(
        tmp_path,
        [owed(asset, int(coins * UNIT), decimals=18) for asset, coins in liabilities.items()],
        [_listed(row) for row in accounts],
        rules=changes.pop("policy", policy(classes=CLASSES)),
        **changes,
    )
    bundle = replace(examination.bundle, instant=instant, expires=Instant(instant.seconds + 30 * 86_400))
    examination = replace(examination, opened=replace(examination.opened, bundle=bundle))
    said = Declarations(prices=prices(at=instant)) if declared is None else declared
    return Context(
        examination=examination,
        findings=tuple(findings),
        rows=tuple(class_rows(examination)),
        declared=replace(said, documents=(*said.documents, *documents)),
        law=law,
        rulebook=book(*rules) if rulebook is None else rulebook,
    )


def judged(made: Context) -> list[Finding]:
    require_computable(made.rulebook)
    return list(judge_rulebook(made))


def _listed(row: Held) -> Any:
    # Its holding of the chain's own coin, be it zero, shows that an account has no code.
    coins = {ETH: 0, **row.coins}
    made = holder(
        row.name,
        *((asset, int(amount * UNIT)) for asset, amount in sorted(coins.items(), key=lambda item: str(item[0]))),
        role=row.role,
        custody=row.custody,
    )
    stands = row.encumbered or {}
    return replace(made, holdings=tuple(replace(claim, encumbrance=stands.get(claim.asset)) for claim in made.holdings))
