"""Say the message keys of rule checks on stablecoins in English, with what they say of single assets."""

STABLECOIN_RULES = {
    "stablecoin.kind.pass": "{name} is of the kind {word}",
    "stablecoin.kind.inconclusive": "not decided: {name} is of the kind {word}; this rulebook has rules for {kinds}",
    "stablecoin.supply.pass": "{name}: {on_chain} on chain in {tokens} tokens, as declared; {circulation} in "
    "circulation (not issued {unissued}, treasury {treasury}, frozen {frozen}, time-locked {locked})",
    "stablecoin.supply.fail": "{name}: the chain says otherwise than declared: {differ}",
    "stablecoin.supply.over": "{name}: more is taken off than there is: {over}",
    "stablecoin.supply.inconclusive": "not decided: {name}: no supply was read on chain of {unread}: {reason} "
    "({declared} declared in all)",
    "stablecoin.issued.pass": "{amount} {currency} in circulation, at most {most} allowed",
    "stablecoin.issued.fail": "{amount} {currency} in circulation, more than {most}",
    "stablecoin.backing.pass": "{name}: {counted} {currency} counts behind {circulation} in circulation ({percent} %); "
    "not counted: {excluded}",
    "stablecoin.backing.fail": "{name}: at most {upper} {currency} counts behind {circulation} in circulation "
    "({percent} %), {required} required; not counted: {excluded}",
    "stablecoin.backing.inconclusive": "not decided: {name}: between {counted} and {upper} {currency} counts behind "
    "{circulation} in circulation, {required} required: {undecided}",
    "stablecoin.eligible.pass": "{name}: all {count} assets behind it are of kinds that count",
    "stablecoin.eligible.fail": "{name}: what does not count is among what stands behind it: {breaches}",
    "stablecoin.valued.pass": "{name}: all {count} assets behind it have a market value",
    "stablecoin.valued.fail": "{name}: not every asset behind it has a market value of these days: {breaches}",
    "stablecoin.share.pass_most": "{name}: {kinds} are {percent} % of {of}, and {limit} of it is the limit (of the "
    "amount issued {issued_percent} %, of the reserves {reserves_percent} %): {part} {currency}",
    "stablecoin.share.fail_most": "{name}: {kinds} are {percent} % of {of}, more than {limit} of it (of the amount "
    "issued {issued_percent} %, of the reserves {reserves_percent} %): {part} {currency}",
    "stablecoin.share.inconclusive_most": "not decided: {name}: {kinds} are at least {part} {currency}, {limit} of "
    "{of} is the limit: {undecided}",
    "stablecoin.share.pass_least": "{name}: {kinds} are {percent} % of {of}, and at least {limit} of it is asked for "
    "(of the amount issued {issued_percent} %, of the reserves {reserves_percent} %): {part} {currency}",
    "stablecoin.share.fail_least": "{name}: {kinds} are only {percent} % of {of}, less than {limit} of it (of the "
    "amount issued {issued_percent} %, of the reserves {reserves_percent} %): {part} {currency}",
    "stablecoin.share.inconclusive_least": "not decided: {name}: {kinds} are at least {part} {currency}, {limit} of "
    "{of} is asked for: {undecided}",
    "stablecoin.maturity.pass": "{name}: none of {count} assets of these kinds runs too long",
    "stablecoin.maturity.fail": "{name}: runs too long: {breaches}",
    "stablecoin.maturity.inconclusive": "not decided: {name}: {undecided}",
    "stablecoin.terms.pass": "{name}: all {count} assets of these kinds have the terms that are asked for",
    "stablecoin.terms.fail": "{name}: without the terms that are asked for: {breaches}",
    "stablecoin.terms.inconclusive": "not decided: {name}: {undecided}",
    "stablecoin.currency.pass": "{name}: all {count} assets of these kinds are in its currency",
    "stablecoin.currency.fail": "{name}: in another currency: {breaches}",
    "stablecoin.secured.pass": "{name}: {secured} {currency} secures {obligations} owed ({circulation} in circulation) "
    "and a procedure of {cost}",
    "stablecoin.secured.fail": "{name}: {secured} {currency} secures {obligations} owed ({circulation} in circulation) "
    "and a procedure of {cost}: {required} required",
    "stablecoin.secured.inconclusive": "not decided: {name}: at least {secured} {currency} secures what is owed, "
    "{required} required: {undecided}",
    "stablecoin.buckets.pass": "{name}: {percent} % is at hand by {last}, and {limit} is asked for",
    "stablecoin.buckets.fail": "{name}: only {percent} % is at hand by {last}; {limit} is asked for",
    "stablecoin.buckets.inconclusive": "not decided: {name}: at least {part} {currency} is at hand by {last}, {limit} "
    "of all is asked for: {undecided}",
    "stablecoin.tenor.pass": "{name}: what stands behind it runs for {days} days on average, at most {most} allowed",
    "stablecoin.tenor.fail": "{name}: what stands behind it runs for {days} days on average, more than {most}",
    "stablecoin.tenor.inconclusive": "not decided: {name}: how long everything behind it runs: {undecided}",
    "stablecoin.concentration.pass": "{name}: the most at one place is {percent} % ({most}); {limit} is the limit",
    "stablecoin.concentration.fail": "{name}: {percent} % is at one place ({most}); {limit} is the limit",
    "stablecoin.concentration.inconclusive": "not decided: {name}: how much is at one place ({most}): {undecided}",
    "stablecoin.pool.pass": "{name}: {reserves} {currency} stands behind {issued} in circulation, at most {most} may",
    "stablecoin.pool.fail": "{name}: {reserves} {currency} stands behind {issued} in circulation, more than {most}",
    "stablecoin.pool.inconclusive": "not decided: {name}: at least {reserves} {currency} stands behind {issued} in "
    "circulation, at most {most} may: {undecided}",
}

STABLECOIN_REASONS = {
    "reason.coins": "the coins that the issuer issues, and what stands behind them",
    "reason.coin_kinds": "no coin is of the kinds {kinds}",
    "reason.rates": "rates of {currencies} to {currency}, of these days",
    "reason.behind": "what stands behind {name}",
    "reason.behind_kinds": "nothing behind {name} is of the kinds {kinds}",
    "reason.circulates": "nothing of {name} is in circulation",
    "reason.received": "the money received for {name}",
    "reason.obligations": "what is owed for {name}, and what the procedure to pay it out would cost",
}

ASSET_FORMS = {
    "fact.nothing": "nothing",
    "fact.issued": "the amount issued",
    "fact.reserves": "the reserves",
    "fact.received": "the money received",
    "fact.supply_differs": "{asset}: {found} on chain, {coins} declared",
    "fact.supply_undeclared": "{asset}: {found} on chain, none declared",
    "fact.asset_unvalued": "{item}: no market value",
    "fact.asset_stale": "{item}: its market value is of {day}",
    "fact.asset_kind": "{item}: of the kind {word}, which does not count",
    "fact.asset_token": "{item}: a token of it, not the asset itself",
    "fact.asset_undated": "{item}: its day of maturity is not declared",
    "fact.asset_unbought": "{item}: its day of acquisition is not declared",
    "fact.asset_future": "{item}: acquired on {day}, after the snapshot",
    "fact.asset_ended": "{item}: ended on {day}",
    "fact.asset_long": "{item}: ends on {day}, after {last}",
    "fact.asset_early": "{item}: cannot be ended early",
    "fact.asset_apart": "{item}: not in an account apart",
    "fact.asset_claimed": "{item}: others have a claim on {found}",
    "fact.asset_unrated": "{item}: its credit category is not declared",
    "fact.asset_credit": "{item}: of the credit category {word}",
    "fact.asset_unsaid": "{item}: what its issuer has outstanding is not declared",
    "fact.asset_small": "{item}: its issuer has {found} outstanding, too little",
    "fact.asset_rate": "{item}: in {currency}, and no rate to {second} is known",
    "fact.asset_currency": "{item}: in {currency}, not in {second}",
}
