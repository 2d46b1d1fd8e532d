"""Say an estimate of what comes first to customers, in the reader's language; figures are rounded toward zero."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.model import AssetId, format_coins, printable
from por.model.claims import Claim, CoinClaim, Lacking, Payment, Shares, Span
from por.report.language import IN_ENGLISH, Translator
from por.report.text import percent

CLAIMS = {
    "claim.head": "Estimate of what comes first to customers of {issuer}, from what was shown for {instant}. "
    "It is not legal advice.",
    "claim.lost_hot": "Assumed lost: all coins of hot accounts.",
    "claim.lost_coins": "Assumed lost: {amount} {asset}.",
    "claim.own_between": "Of your {amount} {asset} the segregated assets shown would cover between {low} and {high} "
    "{asset} ({low_share} to {high_share}).",
    "claim.own_same": "Of your {amount} {asset} the segregated assets shown would cover {low} {asset} ({low_share}) by "
    "both models.",
    "claim.own_alone": "Of your {amount} {asset} the segregated assets shown would cover {low} {asset} ({low_share}), "
    "where each kind of coin pays for itself; for one pool of all kinds an input is missing.",
    "claim.all_between": "Of the {amount} {asset} owed to customers the segregated assets shown would cover between "
    "{low} and {high} {asset} ({low_share} to {high_share}).",
    "claim.all_same": "Of the {amount} {asset} owed to customers the segregated assets shown would cover {low} {asset} "
    "({low_share}) by both models.",
    "claim.all_alone": "Of the {amount} {asset} owed to customers the segregated assets shown would cover {low} "
    "{asset} ({low_share}), where each kind of coin pays for itself; for one pool of all kinds an input is missing.",
    "claim.per_kind": "each kind for itself: {preferential} {asset} in coins, and out of the general estate {general} "
    "{asset} worth of money",
    "claim.single_pool": "one pool of all kinds, sold: {preferential} {asset} worth of money, and out of the general "
    "estate {general} {asset} worth of money",
    "claim.unknown": "an unknown amount of",
    "claim.with_estate": "with the general estate: between {low} and {high} {asset} ({low_share} to {high_share})",
    "claim.if_claimed": "if everything listed and not refuted were there too, the segregated assets would cover "
    "between {low} and {high} {asset} ({low_share} to {high_share})",
    "claim.if_claimed_alone": "if everything listed and not refuted were there too, the segregated assets would cover "
    "{low} {asset} ({low_share}), where each kind of coin pays for itself",
    "claim.money": "Of {owed} {currency} of money owed to customers, {held} is said to be in trust for them ({share}); "
    "that is outside the estate.",
    "claim.missing": "Missing; what needs it is left out, and not taken for zero:",
    "claim.lack.worth": "how much a listed holding of {subject} stands for",
    "claim.lack.price": "a price of {subject} at the snapshot",
    "claim.lack.currency": "the currency to reckon in: no estate is declared, nor prices in one currency",
    "claim.lack.money": "what customers are owed in money, and what is in trust for them",
    "claim.lack.rate": "what the money short in {subject} is worth in the estate's currency",
    "claim.lack.estate": "what else the entity owns and owes",
    "claim.limits": "This estimate does not say:",
    "claim.limit.procedure": "what the procedure itself costs, and who bears that",
    "claim.limit.tax": "what taxes are due, and which of them come first",
    "claim.limit.prices": "how prices move after the snapshot",
    "claim.limit.setoff": "what is set off against a customer's own debts to the issuer",
    "claim.limit.clawback": "what earlier payments are clawed back",
    "claim.limit.allocation": "how coins are divided between kinds, which the law does not state: hence two models",
    "claim.limit.later": "what was there after the snapshot, or is owed and stands in no list",
    "claim.limit.advice": "what the law gives to anybody: it is no legal advice",
    "claim.rests": "It rests on bundle {bundle}, policy {policy}, and the verdict {verdict} ({outcome}).",
    "claim.declared": "Money and the estate are the issuer's word, and prices too unless your policy brings its own.",
    "claim.nothing": "Nothing that is kept for customers was proven; give --source or --replay to look.",
}
LIMITS = tuple(key for key in CLAIMS if key.startswith("claim.limit."))


def render_claim(claim: Claim, names: Mapping[AssetId, str], say: Translator = IN_ENGLISH) -> str:
    """Write an estimate as plain text; `names` are symbols of assets, for those that have one."""
    told = _Told(names, say)
    lines = [told("head", issuer=claim.issuer, instant=str(claim.instant))]
    lines += [told("lost_hot")] if claim.loss.hot else []
    lines += [told("lost_coins", amount=exact_text(coins), asset=told.name(asset)) for asset, coins in claim.loss.coins]
    for row in claim.coins:
        lines += ["", *_row_lines(row, "own" if claim.proofs else "all", told)]
    lines += [""] if claim.money else []
    for money in claim.money:
        share = _percent(money.share, say)
        owed, held = exact_text(money.owed), exact_text(money.held)
        lines.append(told("money", owed=owed, held=held, currency=money.currency, share=share))
    if claim.missing:
        lines += ["", told("missing"), *(f"  - {_lack(row, told)}" for row in claim.missing)]
    lines += ["", told("limits"), *(f"  - {told(key.removeprefix('claim.'))}" for key in LIMITS), ""]
    examined = {"verdict": str(claim.examined.verdict), "outcome": str(claim.examined.outcome)}
    lines += [told("rests", bundle=str(claim.bundle), policy=str(claim.policy), **examined), told("declared")]
    return "\n".join(lines) + "\n"


class _Told:
    """Say the templates of this module in one language."""

    def __init__(self, names: Mapping[AssetId, str], say: Translator) -> None:
        self.names = names
        self.say = say

    def __call__(self, key: str, **places: str) -> str:
        """Fill a template."""
        text = self.say.pgettext(f"claim.{key}", CLAIMS[f"claim.{key}"])
        return printable(text.format_map(places))

    def name(self, asset: AssetId) -> str:
        """Return an asset's symbol, or its id."""
        return self.names.get(asset, str(asset))


def _row_lines(row: CoinClaim, whose: str, told: _Told) -> Iterator[str]:
    span = row.proven.preferential
    places = {"amount": format_coins(row.units, row.decimals), "asset": told.name(row.asset)}
    if span is None:
        yield told(f"{whose}_alone", **places, **_alone(row, row.proven, told))
    else:
        yield told(f"{whose}_{'same' if span.low == span.high else 'between'}", **places, **_ends(row, span, told))
    if span is None or span.low < 1:
        yield from _models(row, told)
    if row.claimed != row.proven:
        yield from _claimed(row, told)


def _models(row: CoinClaim, told: _Told) -> Iterator[str]:
    asset = told.name(row.asset)
    for key, payment in (("per_kind", row.proven.per_kind), ("single_pool", row.proven.single_pool)):
        if payment.preferential is not None:
            yield "  " + told(key, asset=asset, **_parts(row, payment, told))
    if row.proven.total is not None:
        yield "  " + told("with_estate", asset=asset, **_ends(row, row.proven.total, told))


def _claimed(row: CoinClaim, told: _Told) -> Iterator[str]:
    asset = told.name(row.asset)
    if row.claimed.preferential is not None:
        yield "  " + told("if_claimed", asset=asset, **_ends(row, row.claimed.preferential, told))
    elif row.claimed.per_kind.preferential is not None:
        yield "  " + told("if_claimed_alone", asset=asset, **_alone(row, row.claimed, told))


def _ends(row: CoinClaim, span: Span, told: _Told) -> dict[str, str]:
    return {
        "low": _coins(row, span.low),
        "high": _coins(row, span.high),
        "low_share": _percent(span.low, told.say),
        "high_share": _percent(span.high, told.say),
    }


def _alone(row: CoinClaim, shares: Shares, told: _Told) -> dict[str, str]:
    share = shares.per_kind.preferential or Fraction(0)
    return {"low": _coins(row, share), "low_share": _percent(share, told.say)}


def _parts(row: CoinClaim, payment: Payment, told: _Told) -> dict[str, str]:
    parts = {"preferential": payment.preferential, "general": payment.general}
    return {name: told("unknown") if share is None else _coins(row, share) for name, share in parts.items()}


def _coins(row: CoinClaim, share: Fraction) -> str:
    return format_coins(int(row.units * share), row.decimals)


def _percent(share: Fraction, say: Translator) -> str:
    return percent(f"{int(share * 10_000)}/10000", say)


def _lack(row: Lacking, told: _Told) -> str:
    # The subject is an asset where the asset is what is missing something.
    known = {str(asset): name for asset, name in told.names.items()}
    return told(f"lack.{row.what}", subject=known.get(row.subject, row.subject))
