"""Write the published formats' declarative parts, for an engine that is not this one's: the customer's page.

Templates, writings of amounts, orders of coins, cuts of digests and grade cards are data, and stand in Python alone.
Whoever reads them brings readers and an engine of their own, so that the two can disagree.
"""

import inspect
from collections.abc import Callable, Mapping

import rfc8785

from por.commitments.text_merkle import TreeRule, Writing
from por.formats import (
    bifinance,
    bingx,
    bitbase,
    bitget,
    bitunix,
    bybit,
    chainpoint,
    coinex,
    ethereum_research,
    htx_v1,
    lemon,
    mexc,
    okx_v1,
    olalonde,
    pionex,
    renrenbit,
    topone,
)
from por.formats.bybit_orders import ORDERS
from por.formats.path_file import PathLayout
from por.formats.proofs import FORMATS
from por.model.published import Card, Weakness

LAYOUTS: Mapping[str, PathLayout] = {
    "okx-v1": okx_v1.LAYOUT,
    "bybit": bybit.layout(()),
    "bitget-v1": bitget.V1,
    "bitget-v2": bitget.V2,
    "bitunix": bitunix.LAYOUT,
    "mexc": mexc.LAYOUT,
}
RULES: Mapping[str, TreeRule] = {
    **{name: layout.rule for name, layout in LAYOUTS.items()},
    "coinex": coinex.RULE,
    "htx-merkle-v1": htx_v1.RULE,
    "lemon": lemon.RULE,
    "bingx": bingx.RULE,
    "pionex": pionex.RULE,
    "topone": topone.RULE,
    "bifinance": bifinance.RULE,
    "bitbase": bitbase.RULE,
    "renrenbit": renrenbit.RULE,
    "olalonde": olalonde.RULE,
    "ethereum-research": ethereum_research.RULE,
    "chainpoint-v2": chainpoint.RULE,
}

Row = dict[str, object]


def format_tables() -> Row:
    """Return `formats`, in the order in which they are looked at, and the `weaknesses` that their cards number."""
    weaknesses = list(dict.fromkeys(each for found in FORMATS for each in found.card.weaknesses))
    return {
        "formats": [_format(found.card, weaknesses) for found in FORMATS],
        "weaknesses": [_weakness(w) for w in weaknesses],
    }


def tables_json() -> bytes:
    """Write the tables canonically (RFC 8785)."""
    return rfc8785.dumps(format_tables())  # type: ignore[arg-type]


def _format(card: Card, weaknesses: list[Weakness]) -> Row:
    row: Row = {"card": _card(card, weaknesses)}
    if card.name in RULES:
        row["rule"] = _rule(RULES[card.name])
    if card.name in LAYOUTS:
        row["layout"] = _layout(LAYOUTS[card.name])
    if card.name == bybit.CARD.name:
        row |= {"orders": {name: list(coins) for name, coins in ORDERS.items()}, "four_places": bybit.FOUR_PLACES}
    return row


def _card(card: Card, weaknesses: list[Weakness]) -> Row:
    return {
        "name": card.name,
        "title": card.title,
        "publishers": list(card.publishers),
        "proves": card.proves,
        "sums": card.sums.name.lower(),
        "leaf": card.leaf.name.lower(),
        "identity": card.identity.name.lower(),
        "digest_bits": card.digest_bits,
        "per_coin": card.per_coin,
        "weaknesses": [weaknesses.index(each) for each in card.weaknesses],
        "source": card.source,
        "setup": card.setup,
    }


def _weakness(weakness: Weakness) -> Row:
    return {"threat": weakness.threat, "text": weakness.text, "source": weakness.source}


def _rule(rule: TreeRule) -> Row:
    return {
        "leaf": rule.leaf,
        "node": rule.node,
        "amounts": _writing(rule.amounts),
        "sums": _writing(rule.sums),
        "digits": rule.digits,
        "digest": rule.digest.value,
        "raw": rule.raw,
        "raw_sums": rule.raw_sums,
        "places": rule.places,
        "fill": list(rule.fill),
    }


def _writing(writing: Writing | None) -> Row | None:
    if writing is None:
        return None
    return {
        "write": _called(writing.write),
        "join": _called(writing.join)[0],
        "order": list(writing.order),
        "sort": writing.sort,
        "drop_zero": writing.drop_zero,
    }


def _called(function: Callable[..., str]) -> list[object]:
    """Name a writer, and what it was made with: plain_to and 8."""
    name = function.__qualname__.partition(".")[0].lstrip("_")
    made_with = inspect.getclosurevars(function).nonlocals
    return [name, *(made_with[each] for each in sorted(made_with) if isinstance(made_with[each], int))]


def _layout(layout: PathLayout) -> Row:
    return {
        "ids": list(layout.ids),
        "path": layout.path,
        "hash": layout.hash,
        "amounts": layout.amounts,
        "side": layout.side,
        "level": layout.level,
        "up": layout.up,
        "padding": layout.padding,
        "copies": layout.copies,
        "empty_hash": layout.empty_hash,
        "gaps": layout.gaps,
        "bare": layout.bare,
        # The end of a text has another name in the patterns of JavaScript.
        "forms": {name: form.pattern.replace(r"\Z", "$") for name, form in layout.forms.items()},
        "shared": list(layout.shared),
    }
