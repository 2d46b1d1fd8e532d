"""Say the message keys of rules' checks in English; `{name}` stands for a fact of the finding."""

from por.report.declared_rule_messages import DECLARED_RULES
from por.report.stablecoin_messages import STABLECOIN_RULES

RULES = {
    "rulebook.answer.input_missing": "not decided: an input is missing: {what} ({input})",
    "rulebook.answer.not_applicable": "does not apply: {why}",
    "rulebook.answer.not_applicable_declared": "not decided: it would not apply, as declared ({why}), but by evidence "
    "of less than the grade {wanted} that your policy asks for ({weak})",
    "rulebook.answer.declared_only": "not decided: it holds as declared, but by evidence of less than the grade "
    "{wanted} that your policy asks for ({weak})",
    "rulebook.findings.pass": "{check}: all {count} findings pass",
    "rulebook.findings.fail": "{check} failed: {open}",
    "rulebook.findings.inconclusive": "not decided: {check} is undecided: {open}",
    "rulebook.findings.not_run": "not decided: {check} did not run",
    "rulebook.uncomputable.listed": "not decided by any evidence that a bundle holds: {why}",
    "segregation.coins.pass": "{lower} proven of the same kind ({roles}), {required} required",
    "segregation.coins.fail": "at most {upper} of the same kind ({roles}); {required} required",
    "segregation.coins.inconclusive": "not decided: between {lower} and {upper} of the same kind ({roles}); {required} "
    "required",
    "segregation.apart.pass": "none of {accounts} accounts is in two of the roles {roles}",
    "segregation.apart.fail": "in two of the roles {roles}: {twice}",
    "segregation.excess.pass": "{listed} in customers' accounts, {owed} owed: no excess above {limit} of it",
    "segregation.excess.fail": "{lower} in customers' accounts, {owed} owed: own coins above {limit} of it are among "
    "them",
    "segregation.excess.inconclusive": "not decided: between {lower} and {listed} in customers' accounts, {owed} owed "
    "(limit {limit})",
    "segregation.hot.pass": "{percent} % of customers' coins are in this custody ({custody}): {part} of {whole} "
    "{currency}",
    "segregation.hot.fail": "{percent} % of customers' coins are in this custody ({custody}), more than {limit}: "
    "{part_proven} {currency} proven of {whole}",
    "segregation.hot.inconclusive": "not decided: between {part_proven} and {part} of {whole} {currency} of customers' "
    "coins are in this custody ({custody}; limit {limit})",
    "segregation.guarantee.pass": "{lower} set apart as guarantee for {hot} hot",
    "segregation.guarantee.fail": "at most {upper} set apart as guarantee; {hot_proven} of customers' are hot",
    "segregation.guarantee.inconclusive": "not decided: between {lower} and {upper} set apart as guarantee; between "
    "{hot_proven} and {hot} of customers' are hot",
    "segregation.kept.pass": "all {accounts} accounts ({roles}) are in {custody} custody",
    "segregation.kept.fail": "not in {custody} custody: {wrong} ({roles})",
    "segregation.free.pass": "nobody is known to have a claim on them ({roles})",
    "segregation.free.fail": "others have a claim on {encumbered} ({roles})",
    "segregation.spread.pass": "the most at one place is {percent} % ({most}); {limit} is the limit",
    "segregation.spread.inconclusive": "not decided: {percent} % of what is listed, and more of what is proven, lie at "
    "one place ({most}); {limit} is the limit",
    "segregation.spread.fail": "{percent} % lie at one place ({most}); {limit} is the limit",
    **DECLARED_RULES,
    **STABLECOIN_RULES,
}
