"""Say the message keys of rule checks that rest on declarations, in English."""

DECLARED_RULES = {
    "segregation.money.pass": "{held} {currency} held for customers by {holders}, {required} required",
    "segregation.money.fail": "{held} {currency} held for customers as the rule asks, {required} required ({elsewhere} "
    "{currency} elsewhere)",
    "segregation.days.pass": "{name}: every day from {first} to {last} is recorded, and what fell short was made good "
    "in time",
    "segregation.days.fail_gap": "{name}: no record of {gaps}",
    "segregation.days.fail_short": "{name}: less was held than owed from {late} on, and not made good in time",
    "segregation.days.curing": "not decided: {name}: less is held than owed since {curing}, and there is still time to "
    "make it good",
    "segregation.days.unsaid": "not decided: {name} says nothing of {unsaid}, before or after its records",
    "segregation.domestic.pass": "{lower} proven with all keys in {jurisdiction}, {required} ordered",
    "segregation.domestic.fail": "at most {upper} with all keys in {jurisdiction}; {required} ordered",
    "segregation.domestic.inconclusive": "not decided: between {lower} and {upper} with all keys in {jurisdiction}; "
    "{required} ordered",
    "segregation.figures.pass_least": "{figures}: {amount} {currency}, at least {required} required ({ratio} × "
    "{against})",
    "segregation.figures.fail_least": "{figures}: {amount} {currency}; at least {required_proven} required ({ratio} × "
    "{against})",
    "segregation.figures.inconclusive_least": "not decided: {figures}: {amount} {currency}; between {required_proven} "
    "and {required} required ({ratio} × {against})",
    "segregation.figures.pass_most": "{figures}: {amount} {currency}, at most {required} allowed ({ratio} × {against})",
    "segregation.figures.fail_most": "{figures}: {amount} {currency}; at most {required} allowed ({ratio} × {against})",
    "segregation.figures.inconclusive_most": "not decided: {figures}: {amount} {currency}; between {required_proven} "
    "and {required} allowed ({ratio} × {against})",
    "segregation.figures.not_set": "not decided: no order sets the amount yet that {figures} must reach",
    "segregation.entity.pass": "{entity} holds the keys of all {accounts} accounts itself, or by a custodian",
    "segregation.entity.fail": "keys are not held by {entity}: {others}",
    "segregation.signers.pass": "at least {least} must sign for each of {accounts} accounts",
    "segregation.signers.fail": "fewer than {least} must sign for {few}",
    "segregation.venues.pass": "none of {accounts} accounts is one at another exchange",
    "segregation.venues.fail": "accounts at other exchanges, where coins are a claim: {venues}",
    "procedures.assured.pass": "the newest {kind} is as of {as_of} ({form}, {practitioner}, {exceptions} exceptions)",
    "procedures.assured.fail_old": "the newest {kind} is as of {as_of}, more than {months} months before the snapshot",
    "procedures.assured.fail_exceptions": "the {kind} as of {as_of} tells {exceptions} exceptions",
    "procedures.assured.fail_period": "no {kind} of the period to {gaps}",
    "procedures.surprise.pass": "looked at {dates}; the issuer was told at most {told} days before",
    "procedures.surprise.fail_few": "looked at {dates}; {count} different days are required",
    "procedures.surprise.fail_early": "the issuer was told more than {told} days before {early}",
    "procedures.scope.pass": "{share} % of balances and {assets} assets in scope; {least_share} % and {least_assets} "
    "required",
    "procedures.scope.fail": "only {share} % of balances and {assets} assets in scope; {least_share} % and "
    "{least_assets} required",
    "procedures.rotated.pass": "{kind}: at most {firm_count} in a row by one firm ({firm}), {lead_count} under one "
    "lead ({lead})",
    "procedures.rotated.fail": "{kind}: {firm_count} in a row by one firm ({firm}), {lead_count} under one lead "
    "({lead})",
    "procedures.reported.pass": "the {kind} as of {as_of} was handed in on {filed}, due {due}",
    "procedures.reported.fail": "the {kind} as of {as_of} was handed in on {filed}; it was due {due}",
    "procedures.filed.pass": "the {kind} of the period to {period} was filed on {filed}, due {due}",
    "procedures.filed.fail_missing": "the {kind} of the period to {period} was not filed; it was due {due}",
    "procedures.filed.fail_late": "the {kind} of the period to {period} was filed on {filed}; it was due {due}",
    "procedures.filed.fail_lacking": "the {kind} of the period to {period} was filed without {lacking}",
    "procedures.listed.pass": "all {count} questions of the list {list} are answered yes",
    "procedures.listed.fail": "answered no in the list {list}: {refused}",
    "procedures.concerned.pass": "the law concerns the issuer, by the list {list}",
    "intermediary.registered.pass": "{name} is registered: {registration} is in the list that you looked up",
    "intermediary.registered.fail": "{name} has no registration",
    "intermediary.registered.twice": "{registration} of {name} is declared of another intermediary too",
    "intermediary.registered.other": "not decided: {registration} of {name} is in the list that you looked up as that "
    "of {listed}",
    "intermediary.registered.not_found": "not decided: {registration} of {name} is not among the numbers that you "
    "looked up",
    "intermediary.sponsored.pass": "{name} acts for {entity}, which is registered",
    "intermediary.sponsored.fail": "{name} does not act for {entity}; its principals: {principals}",
    "intermediary.sponsored.nobody": "{name} names no principal for whom it acts",
    "intermediary.sponsored.not_found": "not decided: {entity}, for whom {name} acts, is not by its number and name in "
    "the list that you looked up",
    "intermediary.limited.pass": "{name} does nothing else than {allowed}",
    "intermediary.limited.fail": "{name} does more than {allowed}: {others}",
    "intermediary.custody.pass": "{name} is not known to hold anything of customers",
    "intermediary.custody.fail": "{name} holds customers' coins or money: {held}",
    "intermediary.complete.pass_sum": "{committed} committed for customers of {name}, as it states itself",
    "intermediary.complete.fail_sum": "{committed} committed for customers of {name}; its own statement says "
    "{statement}",
    "intermediary.complete.no_records": "not decided: which customers of {name} are in the trees: {why}",
    "intermediary.complete.pass_list": "all {count} customers in the list of {name} are in the trees",
    "intermediary.complete.fail_list": "{lost} of {count} customers in the list of {name} are in no tree (lines "
    "{lines} of the list)",
    "intermediary.complete.other_list": "the list given for {name} is {digest}; the issuer declares {declared}",
    "intermediary.complete.pass_number": "{there} customers of {name} are in the trees, as many as it introduced",
    "intermediary.complete.fail_number": "only {there} customers of {name} are in the trees; it introduced {count}",
    "intermediary.complete.more": "not decided: {there} customers of {name} are in the trees, more than the {count} "
    "that it introduced; give its list (--introduced)",
}
