"""List every check that a rule may name: its arithmetic, and the parameters it takes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from por.checks.rules import (
    filings,
    intermediaries,
    keys,
    liquidity,
    money,
    procedures,
    records,
    reserve_assets,
    segregation,
    stablecoin,
    standing,
    supply,
)
from por.checks.rules.answer import Answer
from por.checks.rules.concern import of_coins
from por.checks.rules.context import Context
from por.checks.rules.parameters import Parameters
from por.checks.rules.reserve_items import COUNTED
from por.checks.rules.supply import CIRCULATION

Run = Callable[[Context, Parameters], Iterable[Answer]]


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """Name a check's arithmetic and every parameter that a rule may give it."""

    run: Run
    parameters: tuple[str, ...] = ()


RULE_CHECKS: Mapping[str, RuleCheck] = {
    "rulebook.findings": RuleCheck(standing.findings, ("checks",)),
    "rulebook.uncomputable": RuleCheck(standing.uncomputable),
    "segregation.coins": RuleCheck(segregation.coins, ("roles", "custody", "ratio", "same_kind")),
    "segregation.apart": RuleCheck(segregation.apart, ("roles",)),
    "segregation.excess": RuleCheck(segregation.excess, ("limit",)),
    "segregation.hot": RuleCheck(segregation.hot, ("limit", "of", "custody", "currency")),
    "segregation.guarantee": RuleCheck(segregation.guarantee),
    "segregation.kept": RuleCheck(segregation.kept, ("roles", "custody")),
    "segregation.free": RuleCheck(segregation.free, ("roles", "kinds")),
    "segregation.spread": RuleCheck(segregation.spread, ("limit", "by")),
    "segregation.money": RuleCheck(money.money, ("currencies", "kinds", "ratio")),
    "segregation.days": RuleCheck(of_coins(records.days), ("series", "cadence", "window", "compare", "coins")),
    "segregation.domestic": RuleCheck(keys.domestic, ("jurisdiction", "roles")),
    "segregation.figures": RuleCheck(
        money.figures, ("figures", "against", "ratio", "bound", "amount", "currency", "months")
    ),
    "segregation.entity": RuleCheck(keys.entity, ("roles", "custodians")),
    "segregation.signers": RuleCheck(keys.signers, ("least", "share", "roles")),
    "segregation.venues": RuleCheck(keys.venues),
    "procedures.assured": RuleCheck(
        procedures.assured, ("kind", "forms", "months", "every", "fiscal", "grace", "exceptions")
    ),
    "procedures.surprise": RuleCheck(procedures.surprise, ("kind", "forms", "dates", "told", "window")),
    "procedures.scope": RuleCheck(procedures.scope, ("kind", "forms", "share", "assets", "window")),
    "procedures.rotated": RuleCheck(procedures.rotated, ("kind", "forms", "firm", "lead", "every")),
    "procedures.reported": RuleCheck(
        filings.reported, ("kind", "forms", "months", "days", "business_days", "roll", "window")
    ),
    "procedures.filed": RuleCheck(
        of_coins(filings.filed),
        ("kind", "every", "fiscal", "months", "days", "business_days", "roll", "attachments", "window", "coins"),
    ),
    "procedures.listed": RuleCheck(of_coins(procedures.listed), ("list", "items", "coins")),
    "procedures.concerned": RuleCheck(procedures.concerned, ("list", "all", "any")),
    "intermediary.registered": RuleCheck(intermediaries.registered),
    "intermediary.sponsored": RuleCheck(intermediaries.sponsored),
    "intermediary.limited": RuleCheck(intermediaries.limited, ("activities",)),
    "intermediary.custody": RuleCheck(intermediaries.custody),
    "intermediary.complete": RuleCheck(intermediaries.complete),
    "stablecoin.kind": RuleCheck(supply.kind, ("kinds",)),
    "stablecoin.supply": RuleCheck(supply.supply, CIRCULATION),
    "stablecoin.issued": RuleCheck(supply.issued, (*CIRCULATION, "most", "currency")),
    "stablecoin.backing": RuleCheck(reserve_assets.backing, (*CIRCULATION, "ratio", *COUNTED)),
    "stablecoin.eligible": RuleCheck(stablecoin.eligible, ("coins", "kinds", "tokenised")),
    "stablecoin.valued": RuleCheck(stablecoin.valued, ("coins", "valued_days")),
    "stablecoin.share": RuleCheck(
        reserve_assets.share,
        (*CIRCULATION, "valued_days", "kinds", "limit", "bound", "of", "each", "apart"),
    ),
    "stablecoin.maturity": RuleCheck(stablecoin.maturity, ("coins", "maturity")),
    "stablecoin.terms": RuleCheck(
        stablecoin.terms,
        (
            *("coins", "early", "separate", "unencumbered"),
            *("credit_kinds", "credit", "outstanding", "outstanding_currency"),
        ),
    ),
    "stablecoin.currency": RuleCheck(stablecoin.currency, ("coins", "kinds", "also")),
    "stablecoin.secured": RuleCheck(reserve_assets.secured, (*CIRCULATION, "valued_days", "kinds")),
    "stablecoin.buckets": RuleCheck(liquidity.buckets, ("coins", "valued_days", "buckets", "at_hand")),
    "stablecoin.tenor": RuleCheck(liquidity.tenor, ("coins", "valued_days", "days", "at_hand")),
    "stablecoin.concentration": RuleCheck(
        reserve_assets.concentration, ("coins", "valued_days", "kinds", "limit", "by")
    ),
    "stablecoin.pool": RuleCheck(reserve_assets.pool, (*CIRCULATION, "valued_days", "limit")),
}
