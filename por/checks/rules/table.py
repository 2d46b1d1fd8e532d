"""List every check that a rule may name: its arithmetic, and the parameters it takes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from por.checks.rules import segregation, standing
from por.checks.rules.answer import Answer
from por.checks.rules.context import Context
from por.checks.rules.parameters import Parameters

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
}
