"""Say facts of a closed vocabulary, such as a role or a span of time, in the reader's language.

A verdict holds facts in English, whatever the language; what is no such word stays as it is, reasons foremost.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

from por.model import AssetKind, Custody, EncumbranceKind, Outcome, Role
from por.report.format_words import VARIANTS
from por.report.language import Translator
from por.report.rule_reasons import REASONS
from por.report.stablecoin_messages import ASSET_FORMS
from por.report.templates import GRADES, LABELS
from por.report.words import REPORT

WORDS = {
    **{f"role.{word}": str(word) for word in Role},
    **{f"custody.{word}": str(word) for word in Custody},
    **{f"kind.{word}": str(word) for word in AssetKind},
    **{f"encumbrance.{word}": str(word) for word in EncumbranceKind},
}

FORMS = {
    "fact.days": "{count} d",
    "fact.hours": "{count} h",
    "fact.minutes": "{count} min",
    "fact.seconds": "{count} s",
    "fact.at_most": "at most {span}",
    "fact.at_instant": "{coins} at the instant",
    "fact.before": "{coins} {span} before",
    "fact.after": "{coins} {span} after",
    "fact.decimals": "{count} decimals",
    "fact.either_decimals": "{count} or {other} decimals",
    "fact.unknown_decimals": "unknown decimals",
    "fact.base_units": "base units",
    "fact.of_base_units": "{coins} base units",
    "fact.coins": "coins",
    "fact.whole_coins": "whole coins",
    "fact.any_number": "any number",
    "fact.sources": "{count} sources: {names}",
    "fact.no_account": "no account",
    "fact.no_code": "no code",
    "fact.of_no_bundle": "correction of no bundle",
    "fact.of_bundle": "correction of {digest}",
    "fact.bundle_digest": "bundle digest {digest}",
    "fact.commitments_root": "commitments root {digest}",
    "fact.reserve_set_root": "reserve-set root {digest}",
    "fact.totals": "totals {digest}",
    "fact.for_instant": "instant {time}",
    "fact.snapshot_block": "snapshot block {number} of chain {chain} {digest}",
    "fact.chains_own": "the chain's own",
    "fact.nobody": "nobody",
    "fact.no_day": "no day",
    "fact.not_named": "not named",
    "fact.worth_guarantee": "the worth of the guarantee coins",
    "fact.worth_hot": "the worth of what is hot",
    "fact.worth_owed": "the worth of what is owed",
    "fact.amount": "the amount",
    "fact.address_in": "{address} in {contract}",
    "fact.also_listed": "{issuer} at {time} ({row}, {role}, bundle {digest})",
    "fact.comma": ", ",
    "fact.semicolon": "; ",
    "fact.and_more": "{listed} and {count} more",
    "fact.your_record": "your record",
    **ASSET_FORMS,
    "fact.creation": "; who created the registry could have filled it first: see por registry verify",
}

# What a fact's name says it to be; other facts are names and figures, or somebody's own words.
WORDED = {
    "role": "role",
    "roles": "role",
    "custody": "custody",
    "kind": "kind",
    "encumbrance": "encumbrance",
}
FORMED = frozenset(
    (
        "actual",
        "against",
        "age",
        "amounts",
        "breaches",
        "claimed",
        "covers",
        "creation",
        "dates",
        "delay",
        "differ",
        "excluded",
        "expected",
        "held",
        "holders",
        "lead",
        "limit",
        "node",
        "of",
        "others",
        "owed",
        "series",
        "sources",
        "undecided",
        "unit",
        "upper",
        "wanted",
    )
)
REASONED = frozenset(("what", "why"))
TOPICS = frozenset(("input", "weak"))
_SPAN = r"[0-9]+ (?:d|h|min|s)(?: [0-9]+ (?:h|min|s))*"
_PLACES = {
    "span": _SPAN,
    "count": "[0-9]+",
    "other": "[0-9]+",
    "coins": "[0-9./]+",
    "digest": "[0-9a-z:]+",
    "address": "[0-9a-z:]+",
    "contract": "[0-9a-z:]+",
    "scales": "[0-9/]+",
    "lowest": "[0-9]+",
    "highest": "[0-9]+",
}
_UNITS = {"d": "fact.days", "h": "fact.hours", "min": "fact.minutes", "s": "fact.seconds"}
_SEPARATORS = {"; ": "fact.semicolon", ", ": "fact.comma"}


def said(name: str, text: str, say: Translator) -> str:
    """Write the fact `name` in the reader's language, as far as it is made of known words."""
    if say.language == "en":
        return text
    if name in WORDED:
        return _listed(text, ", ", say, lambda part: _word(WORDED[name], part, say))
    if name in REASONED:
        return _matched(text, _reasons(), say) or _rulebooks_reason(text, say)
    if name in TOPICS:
        return _listed(text, ", ", say, lambda part: _topic(part, say))
    if name == "variant":
        return _listed(text, ", ", say, lambda part: _matched(part, _variants(), say) or part)
    if name == "title":
        return _title(text, say)
    return _form(text, say) if name in FORMED else text


def _title(text: str, say: Translator) -> str:
    """Say the title of a format of published proofs."""
    # Only a verdict on a published proof, in another language, needs the formats.
    from por.report.format_texts import title_said  # noqa: PLC0415

    return title_said(text, say)


def _topic(text: str, say: Translator) -> str:
    """Say a part of the issuer's declarations as reports have it."""
    key = f"report.topic.{text}"
    return say.pgettext(key, REPORT[key]) if key in REPORT else _form(text, say)


def _word(group: str, text: str, say: Translator) -> str:
    return say.pgettext(f"{group}.{text}", text)


def _form(text: str, say: Translator) -> str:
    if re.fullmatch(_SPAN, text):
        return _span(text, say)
    # A place may hold anything, so that a list is taken apart first.
    if text not in FORMS.values() and "; " in text:
        return _listed(text, "; ", say, lambda part: _form(part, say))
    if known := _matched(text, _forms(), say):
        return known
    return _listed(text, ", ", say, lambda part: _form(part, say)) if ", " in text else text


def _listed(text: str, separator: str, say: Translator, translate: Callable[[str], str]) -> str:
    """Translate a list; one of which nothing is known keeps its separators too."""
    parts = text.split(separator)
    told = [translate(part) for part in parts]
    return text if told == parts else say.pgettext(_SEPARATORS[separator], separator).join(told)


def _place(name: str, text: str, say: Translator) -> str:
    if name == "span":
        return _span(text, say)
    return _word(name, text, say) if name == "role" else text


def _span(text: str, say: Translator) -> str:
    counts = re.findall(r"([0-9]+) (d|h|min|s)", text)
    return " ".join(say.pgettext(_UNITS[unit], FORMS[_UNITS[unit]]).format(count=count) for count, unit in counts)


Patterns = tuple[tuple[str, str, re.Pattern[str]], ...]


def _matched(text: str, patterns: Patterns, say: Translator) -> str:
    for key, template, pattern in patterns:
        found = pattern.fullmatch(text)
        if found:
            places = {name: _place(name, part, say) for name, part in found.groupdict().items()}
            return say.pgettext(key, template).format_map(places)
    return ""


@cache
def _forms() -> Patterns:
    words = {key: word for key, word in WORDS.items() if key.startswith(("role.", "custody."))}
    labels = (*(f"label.outcome.{outcome}" for outcome in Outcome), "label.waived", "label.information")
    return _compiled({**GRADES, **FORMS, **words, **{key: LABELS[key] for key in labels}})


@cache
def _variants() -> Patterns:
    return _compiled(VARIANTS)


@cache
def _reasons() -> Patterns:
    return _compiled(REASONS)


def _compiled(texts: Mapping[str, str]) -> Patterns:
    """Compile templates to match with, those that say the most first."""
    told = sorted(texts.items(), key=lambda row: len(re.sub(r"\{[a-z_]+\}", "", row[1])), reverse=True)
    return tuple((key, text, re.compile(_pattern(text), re.ASCII)) for key, text in told)


def _rulebooks_reason(text: str, say: Translator) -> str:
    """Say why nothing can compute a rule, as its shipped rulebook has it in the reader's language."""
    # Only a verdict under a rulebook, in another language, needs the rulebooks once more.
    from por.checks.rulebooks import load_rulebook, shipped_ids  # noqa: PLC0415

    rules = (rule for name in shipped_ids() for rule in load_rulebook(name).rules)
    reasons = (rule.reason for rule in rules if rule.reason.get("en") == text)
    return next((reason[say.language] for reason in reasons if say.language in reason), text)


def _pattern(template: str) -> str:
    parts = re.split(r"\{([a-z_]+)\}", template)
    texts, names = parts[::2], parts[1::2]
    places = (f"(?P<{name}>{_PLACES.get(name, '.+')})" for name in names)
    return "".join(re.escape(text) + place for text, place in zip(texts, [*places, ""], strict=True))
