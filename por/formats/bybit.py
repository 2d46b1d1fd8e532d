"""Bybit: a path file of a sum tree, amounts in an order of coins that changes by version and is not hashed."""

import re
from functools import partial

from por.commitments.amount_text import as_scaled, concatenated
from por.commitments.text_merkle import TreeRule, Writing
from por.errors import UnsupportedEvidenceError
from por.formats.bybit_orders import ORDERS
from por.formats.citations import JOINED, OPEN_ROOT, PARENT_SUMS, SHARED_LEAF, SIDES, SIGNS
from por.formats.document import Document, is_members
from por.formats.fields import amounts_at, members_at, word_or_nothing
from por.formats.format import Format
from por.formats.path_file import PathLayout, has_shape, read_path
from por.formats.times import packed_date
from por.model.figures import rescaled
from por.model.published import Asked, Card, IdRule, LeafRule, Reading, SumRule

FOUR = "4 coins"
FOUR_PLACES = {"USDT": 4, "USDC": 4}
CARD = Card(
    name="bybit",
    title="Bybit, path file, 4 to 50 coins, 2022 to 2026",
    publishers=("Bybit",),
    proves="your balances are in the tree under the root",
    sums=SumRule.PARENT,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=256,
    per_coin="4, 20, 32, 40 or 50 coins, in an order that this release knows",
    weaknesses=(PARENT_SUMS, SIGNS, JOINED, SHARED_LEAF, SIDES, OPEN_ROOT),
    source="github.com/bybit-exchange/merkle-proof, commit 3f0e2da6",
)


def layout(order: tuple[str, ...]) -> PathLayout:
    """Make the layout of one order of coins."""
    writing = Writing(as_scaled, concatenated, order)
    rule = TreeRule("{userHash}{amounts}", "{left}{right}{sums}{level}", writing, writing)
    return PathLayout(rule, ids=("userHash",), amounts="balance", forms={"userHash": re.compile("[0-9a-f]{64}")})


def claims(document: Document) -> str | None:
    """Recognise the layout by its members, and the version by the order of the coins."""
    if not has_shape(document, layout(())):
        return None
    own = document.members["self"]
    coins = own.get("balance") if is_members(own) else None
    order = tuple(coins) if is_members(coins) else ()
    return next((name for name, known in ORDERS.items() if known == order), f"unknown order of {len(order)} coins")


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a path file. Raises: FormatError, EvidenceError, UnsupportedEvidenceError for an order not known."""
    own = members_at(document.members["self"], "/self")
    order = tuple(amounts_at(own, "balance", "/self"))
    if order not in ORDERS.values():
        raise UnsupportedEvidenceError(
            f"the {len(order)} coins stand in no order that this release knows, and their names are not hashed: "
            "which amount is of which coin cannot be told"
        )
    places = FOUR_PLACES if variant == FOUR else {}
    opened = read_path(document, layout(order), partial(rescaled, places=places, default=8))
    audit = word_or_nothing(own, "auditId")
    return Reading(CARD, variant, (opened,), snapshot=audit, instant=packed_date(audit))


FORMAT = Format(CARD, claims, read)
