"""Everything a stablecoin's rules can answer, answered once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from por.checks.observation import Missing, Observation, Seen
from por.checks.supplies import TokenSupply
from por.model import AssetId, Finding, Grade
from por.model.declarations import Declarations, ReserveItem, Stablecoin, Supply
from tests.checks.rules.scenery import XRP, context, judged, rule

COIN = XRP
TODAY = date(2026, 11, 1)
ISSUED = Fraction(1000)
NO_SOURCE: Mapping[AssetId, Observation[TokenSupply]] = {COIN: Missing("no source was asked")}
CHAIN: Mapping[AssetId, Observation[TokenSupply]] = {COIN: Seen(TokenSupply(1000 * 10**6, 6, Grade.SINGLE_SOURCE))}


def item(name: str, kind: str, amount: int, **changes: Any) -> ReserveItem:
    made = ReserveItem(
        id=name,
        kind=kind,
        issuer="A Treasury",
        currency="JPY",
        par=Fraction(amount),
        market_value=Fraction(amount),
        valued=TODAY,
        acquired=date(2026, 10, 1),
        maturity=None if kind == "demand-deposit" else date(2026, 12, 1),
        custodian="A Bank",
        encumbered=Fraction(0),
        early_termination=True,
        tokenised=False,
        separate=True,
        credit="AA",
    )
    return replace(made, **changes)


DEPOSIT = item("D-1", "demand-deposit", 600)
BOND = item("B-1", "government-bond", 400)


def coin(*reserves: ReserveItem, **changes: Any) -> Stablecoin:
    nothing = Fraction(0)
    supply = Supply(COIN, ISSUED, nothing, nothing, nothing, nothing, nothing)
    made = Stablecoin("JPYX", "trust", "JPY", (supply,), reserves or (DEPOSIT, BOND), received=ISSUED)
    return replace(made, obligations=ISSUED, procedure_cost=nothing, **changes)


RULES: Mapping[str, Mapping[str, Any]] = {
    "stablecoin.kind": {"kinds": ["trust"]},
    "stablecoin.supply": {},
    "stablecoin.backing": {"kinds": ["demand-deposit", "government-bond"], "maturity": ["government-bond 3 months"]},
    "stablecoin.eligible": {"kinds": ["demand-deposit", "government-bond"]},
    "stablecoin.valued": {},
    "stablecoin.maturity": {"maturity": ["government-bond 3 months"]},
    "stablecoin.terms": {"early": ["*"], "credit_kinds": ["government-bond"], "credit": ["AA"]},
    "stablecoin.currency": {},
    "stablecoin.secured": {"kinds": ["demand-deposit", "government-bond"]},
    "stablecoin.buckets": {"buckets": ["1 business-day 60/100"]},
    "stablecoin.tenor": {"days": 30},
    "stablecoin.concentration": {"limit": "1", "by": "custodian"},
    "stablecoin.pool": {"limit": "0"},
}


def stablecoin_findings(folder: Path) -> Iterator[Finding]:
    """Judge good and bad coins by every rule check."""
    rules = [rule(check, **parameters) for check, parameters in RULES.items()]
    bonds: dict[str, Any] = {"kinds": ["government-bond"], "limit": "50/100"}
    rules += [rule("stablecoin.share", **bonds, bound=bound) for bound in ("most", "least")]
    rules += [rule("stablecoin.issued", most=most) for most in ("1000", "1")]
    doubtful = replace(BOND, market_value=None)
    over = Supply(COIN, ISSUED, Fraction(0), ISSUED, ISSUED, Fraction(0), Fraction(0))
    wrong = item("W-1", "other", 1, early_termination=False, currency="USD")
    # What is too long, too much, at the wrong place, and of another credit.
    too_much = replace(BOND, maturity=date(2027, 11, 1), par=Fraction(900), market_value=Fraction(900), credit="B")
    elsewhere = replace(DEPOSIT, custodian="Another Bank")
    nameless = replace(BOND, kind="nameless", id="N-1")
    scenes: tuple[tuple[Stablecoin, Mapping[AssetId, Observation[TokenSupply]]], ...] = (
        (coin(), CHAIN),
        (coin(), NO_SOURCE),
        (coin(kind="points"), CHAIN),
        (coin(supply=(over,)), CHAIN),
        (coin(DEPOSIT, doubtful), CHAIN),
        (coin(DEPOSIT, replace(BOND, maturity=None, credit=None)), CHAIN),
        (coin(elsewhere, too_much, wrong), CHAIN),
        (coin(replace(DEPOSIT, market_value=Fraction(1)), wrong), CHAIN),
        (coin(nameless), CHAIN),
        (coin(received=Fraction(1), supply=(replace(over, minted=Fraction(7)),)), CHAIN),
    )
    for number, (made, supplies) in enumerate(scenes):
        says = Declarations(stablecoins=(made,))
        one = context(folder / str(number), {}, [], *rules, declared=says)
        yield from judged(replace(one, supplies=supplies))
    alone = rule("stablecoin.concentration", limit="1/2")
    one = context(folder / "alone", {}, [], alone, declared=Declarations(stablecoins=(coin(DEPOSIT),)))
    yield from judged(one)
    later = rule("stablecoin.tenor", days=1)
    one = context(folder / "later", {}, [], later, declared=Declarations(stablecoins=(coin(),)))
    yield from judged(one)
