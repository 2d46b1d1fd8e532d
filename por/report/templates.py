"""Hold the first sentences and the labels in English, whole, so that each language orders its words itself.

Keys are for translators and for pages; `{name}` stands for a figure, a name, or another text of these tables.
"""

SENTENCES = {
    "sentence.customer.stale": "{issuer}'s list of {instant} is not of a time that your policy allows: {checks} "
    "failed.",
    "sentence.customer.failed": "this proof does not hold for what you gave and {issuer}'s list of {instant}: {checks} "
    "failed.",
    "sentence.customer.nothing": "what your policy asks of {issuer}'s list of {instant} holds, but no amount of yours "
    "was looked for in it.",
    "sentence.customer.signed": "{holdings} in the list that {issuer} signed for {instant}, {pin}; {others}.",
    "sentence.customer.made": "{holdings} in the list that {issuer} made for {instant}, {pin}; {others}.",
    "sentence.customer.open": "{holdings} in this proof, but not everything could be decided: {undecided}; {others}.",
    "sentence.customer.open_nothing": "the file may be consistent, but not everything could be decided: {undecided}; "
    "{others}.",
    "sentence.examination.covered": "for {covered} of {assets} assets, coins that {issuer} controlled at {instant} "
    "were at least what it committed to owing, {pin}; {others}.",
    "sentence.examination.covered_share": "for {covered} of {assets} assets, coins that {issuer} controlled at "
    "{instant} were at least the share of what it committed to owing that your policy asks for, which is less than all "
    "of it, {pin}; {others}.",
    "sentence.examination.covered_rules": "for {covered} of {assets} assets, coins that {issuer} controlled at "
    "{instant} were at least what it committed to owing, {pin}, and it passed what was asked of it by {rules}; "
    "{others}.",
    "sentence.examination.covered_share_rules": "for {covered} of {assets} assets, coins that {issuer} controlled at "
    "{instant} were at least the share of what it committed to owing that your policy asks for, which is less than all "
    "of it, {pin}, and it passed what was asked of it by {rules}; {others}.",
    "sentence.examination.failed": "what {issuer} published for {instant} does not hold: {checks} failed.",
    "sentence.examination.open": "what {issuer} published for {instant} is neither shown nor refuted "
    "({covered} of {assets} assets covered): {undecided}.",
    "sentence.certificate.passed": "{attesters} found PASS for {what}, {when}; they looked, this command did not.",
    "sentence.certificate.found_fail": "{attesters} found FAIL for {what}, {when}.",
    "sentence.certificate.failed": "what attesters signed about {what} does not hold for you: {checks} failed.",
    "sentence.certificate.open": "what attesters signed about {what} decides nothing for you: {undecided}.",
    "sentence.published.contradicted": "these {format} files contradict one another, and cannot all be true: {checks} "
    "failed.",
    "sentence.published.failed": "this {format} file does not hold: {checks} failed.",
    "sentence.published.included": "{holdings} under the root {root} that you gave ({format}); {limits}.",
    "sentence.published.included_total": "{holdings} under the root {root} that you gave ({format}); the total is the "
    "published one; {limits}.",
    "sentence.published.nothing": "what was asked of the root {root} that you gave ({format}) holds, but no amount of "
    "yours was looked for under it; {limits}.",
    "sentence.published.unread": "this {format} file shows nothing yet; {undecided}.",
    "sentence.published.consistent": "a consistent {format} file, which is not yet a proof; {undecided}; {limits}.",
    "sentence.published.consistent_total": "a consistent {format} file, which is not yet a proof; {undecided}; the "
    "total is the published one; {limits}.",
}

PHRASES = {
    "phrase.holding": "{amount} {name}",
    "phrase.holding_in_segment": "{amount} {name} in {segment}",
    "phrase.debt": "{amount} {name} that you owe",
    "phrase.and": "{first} and {second}",
    "phrase.your_one": "your {holding} is",
    "phrase.your_several": "your {holdings} are",
    "phrase.debt_one": "the {holding} is",
    "phrase.debt_several": "the {holdings} are",
    "phrase.undecided": "{checks} undecided",
    "phrase.one_rule": "{count} rule of {book}",
    "phrase.rules": "{count} rules of {book}",
    "phrase.beside": "Failed, though it decides nothing here: {rules}.",
    "phrase.nothing_required": "nothing was required",
    "phrase.not_whole": "this does not show that the list is whole",
    "phrase.not_whole_or_same": "this does not show that the list is whole, or that others were shown the same one",
    "phrase.not_decided": "not decided: {checks}",
    "phrase.nothing_decided": "not decided: anything that counts",
    "phrase.published.whole": "this does not show that the list is whole, or that others were shown the same root",
    "phrase.published.no_total": "its format cannot show the total; this does not show that the list is whole, or "
    "that others were shown the same root",
    "phrase.published.shared_leaf": "nothing shows that the leaf is yours alone; this does not show that the list is "
    "whole, or that others were shown the same root",
    "phrase.published.no_total_shared_leaf": "its format cannot show the total; nothing shows that the leaf is yours "
    "alone; this does not show that the list is whole, or that others were shown the same root",
    "phrase.pin.signed": "pinned by the key {pin} in your policy",
    "phrase.pin.pinned": "pinned by the bundle digest in your policy",
    "phrase.pin.root_given": "pinned by the root {pin} that you gave",
    "phrase.pin.anchored": "pinned by what the address {account} anchored",
    "phrase.pin.unverified": "pinned by what the address {account} anchored (that it is an address of {issuer} is "
    "unverified)",
    "phrase.pin.none": "by nobody you named",
    "phrase.attesters": "{signed} of {members} attesters",
    "phrase.attesters_unchecked": "attesters whose signatures are not all checked",
    "phrase.anchored_snapshot": "what {issuer} anchored for {instant}",
    "phrase.anchored_entry": "the anchored entry {entry}",
    "phrase.observed": "observed at {observed}",
    "phrase.observed_unknown": "observed at an unknown time",
}

LABELS = {
    "label.headline": "{word}: {sentence}",
    "label.VERIFIED": "VERIFIED",
    "label.REFUTED": "REFUTED",
    "label.INCONCLUSIVE": "INCONCLUSIVE",
    "label.outcome.PASS": "PASS",
    "label.outcome.FAIL": "FAIL",
    "label.outcome.INCONCLUSIVE": "INCONCLUSIVE",
    "label.waivers": "Waived by the policy:",
    "label.limits": "This does not show:",
    "label.counted": "{passed} of {all} passed",
    "label.required": "required",
    "label.waived": "waived",
    "label.information": "for information",
    "label.note": " ({note})",
    "label.grade": " [{grade}]",
    "label.reason": "{check}: {reason}",
    "label.rule.in-force": "in force",
    "label.rule.shadow": "in shadow: decides nothing",
    "label.rule.beside": "in force, {severity}: decides nothing",
    "label.rule.does-not-apply": "does not apply",
    "label.rule.uncomputable": "nothing can compute it: decides nothing",
    "label.snapshot": "snapshot",
    "label.bundle": "bundle",
    "label.policy": "policy",
    "label.profile": "profile",
    "label.checked_at": "checked at",
    "label.none_given": "none given",
    "label.no_share": "no share",
    "explain.evidence": "looks at",
    "explain.PASS": "PASS",
    "explain.FAIL": "FAIL",
    "explain.INCONCLUSIVE": "INCONCLUSIVE",
    "explain.limits": "does not show",
    "explain.chain": "needs a chain",
    "explain.rules": "judges",
    "explain.chain_yes": "yes: give --source or --replay",
    "explain.chain_no": "no, works offline",
    "ask.account": "Your account id with the issuer: ",
    "ask.holding": "What is yours, as ASSET=AMOUNT (empty line to end): ",
}

GRADES = {
    "grade.SELF_DECLARED": "self-declared",
    "grade.THIRD_PARTY_DOCUMENT": "third-party document",
    "grade.SINGLE_SOURCE": "single source",
    "grade.QUORUM_VALUE": "quorum value",
    "grade.STATE_PROOF": "state proof against an agreed header",
    "grade.LIGHT_CLIENT": "light-client proven",
}

# Looked up by themselves, without a key.
PLAIN = {
    "rulebook.cited": "cited",
    "rulebook.status": "status",
    "rulebook.in_force": "in force",
    "rulebook.shadow": "not in force: it would run in shadow",
    "rulebook.then": "then",
    "rulebook.asks": "asks",
    "rulebook.why_not": "why not",
    "rulebook.declared": "declared",
    "rulebook.cure": "cure",
    "rulebook.business_days": "business days",
    "rulebook.days": "days",
    "rulebook.breach": "breach",
    "rulebook.confidence": "confidence",
    "rulebook.computed": "{judged} of {rules} rules computed",
}
