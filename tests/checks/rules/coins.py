"""A stablecoin with what stands behind it, as a rule's arithmetic sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from por.checks.observation import Missing, Observation, Seen
from por.checks.rules.context import Context
from por.checks.supplies import TokenSupply
from por.model import AssetClass, AssetId, AssetKind, Denomination, Finding, Grade
from por.model.declarations import Declarations, Figure, ReserveItem, Stablecoin, Supply
from por.model.rulebook import Rule
from tests.checks.rules.scenery import CLASSES, context, judged
from tests.checks.scenery import policy

# The snapshot's day in Japan is 2026-11-01, a Sunday.
TODAY = date(2026, 11, 1)
HERE = AssetId.parse("eip155:1/erc20:0x" + "51" * 20)
THERE = AssetId.parse("eip155:10/erc20:0x" + "52" * 20)
ELSEWHERE = AssetId.parse("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGkZwyTDt1v")
WRAPPED = AssetId.parse("eip155:137/erc20:0x" + "53" * 20)
ONE_COIN = AssetClass(
    (Denomination(HERE, 6), Denomination(THERE, 18), Denomination(WRAPPED, 6, AssetKind.BRIDGED)),
)
Amount = int | Fraction


def row(asset: AssetId = HERE, minted: Amount = 1000, burned: Amount = 0, **off: Amount) -> Supply:
    taken = {name: Fraction(off.get(name, 0)) for name in ("unissued", "treasury", "locked", "frozen")}
    return Supply(asset, Fraction(minted), Fraction(burned), **taken)


def item(
    name: str = "deposit", kind: str = "demand-deposit", value: Amount | None = 1000, **changes: Any
) -> ReserveItem:
    worth = None if value is None else Fraction(value)
    usual: dict[str, Any] = {
        "id": name,
        "kind": kind,
        "issuer": "A Bank",
        "currency": "JPY",
        "par": worth or Fraction(0),
        "market_value": worth,
        "valued": None if worth is None else TODAY,
        "acquired": None,
        "maturity": None,
        "custodian": "A Trustee",
        "encumbered": Fraction(0),
        "early_termination": False,
        "tokenised": False,
        "separate": False,
    }
    return ReserveItem(**{**usual, **changes})


def coin(*items: ReserveItem, supply: tuple[Supply, ...] = (row(),), **changes: Any) -> Stablecoin:
    usual: dict[str, Any] = {"name": "JPYX", "kind": "trust", "currency": "JPY", "supply": supply, "reserves": items}
    return Stablecoin(**{**usual, **changes})


def seen(whole: Amount, decimals: int = 6, grade: Grade = Grade.QUORUM_VALUE) -> Observation[TokenSupply]:
    return Seen(TokenSupply(int(whole * 10**decimals), decimals, grade))


def rate(currency: str, to: str, amount: Amount, as_of: date = TODAY) -> Figure:
    return Figure(f"rate:{currency}", to, Fraction(amount), as_of)


def scene(
    tmp_path: Path,
    declared: Declarations | Stablecoin | tuple[Stablecoin, ...],
    *rules: Rule,
    supplies: Mapping[AssetId, Observation[TokenSupply]] | None = None,
    **options: Any,
) -> Context:
    """Make a context of coins of which the chain says what is declared, unless `supplies` has it otherwise."""
    coins = (declared,) if isinstance(declared, Stablecoin) else declared
    said = coins if isinstance(coins, Declarations) else Declarations(stablecoins=coins)
    rows = [each for one in said.stablecoins for each in one.supply]
    found = {each.asset: seen(max(each.minted - each.burned, Fraction(0))) for each in rows}
    options.setdefault("policy", policy(classes=(*CLASSES, ONE_COIN)))
    made = context(tmp_path, {}, [], *rules, declared=said, **options)
    usual = {asset: found.get(asset, seen(0, 18)) for asset in (HERE, THERE)} | found
    return replace(made, supplies=usual if supplies is None else supplies)


def asked(tmp_path: Path, *arguments: Any, **options: Any) -> Finding:
    """Ask one rule about one coin."""
    (finding,) = judged(scene(tmp_path, *arguments, **options))
    return finding


UNREAD: Observation[TokenSupply] = Missing("no source was asked about eip155:10")
