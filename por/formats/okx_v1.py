"""OKX, 2022-11 to 2023-03, and Okcoin: a path file of a sum tree."""

import re

from por.commitments.amount_text import concatenated, json_texts, plain_to
from por.commitments.text_merkle import TreeRule, Writing
from por.formats.citations import JOINED, OPEN_ROOT, PARENT_SUMS, SHARED_LEAF, SIDES, SIGNS
from por.formats.document import Document
from por.formats.fields import members_at, word_or_nothing
from por.formats.format import Format
from por.formats.path_file import PathLayout, has_shape, read_path
from por.model.published import Asked, Card, IdRule, LeafRule, Reading, SumRule

# Two hashes side by side are what a node hashes, and a brace would begin the balances (T08, T09).
NONCE = re.compile(r"(?![0-9a-f]{128}\Z)[^{}]{1,200}")
COINS = ("BTC", "ETH", "USDT")
RULE = TreeRule(
    leaf="{nonce}{amounts}",
    node="{left}{right}{sums}{level}",
    amounts=Writing(plain_to(8), json_texts, COINS),
    sums=Writing(plain_to(8), concatenated, COINS),
    places=8,
)
LAYOUT = PathLayout(RULE, ids=("nonce",), padding=4, copies=True, forms={"nonce": NONCE})
CARD = Card(
    name="okx-v1",
    title="OKX and Okcoin, path file, 2022-11 to 2023-03",
    publishers=("OKX", "Okcoin"),
    proves="your balances in BTC, ETH and USDT are in the tree under the root",
    sums=SumRule.PARENT,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=256,
    per_coin="BTC, ETH, USDT",
    weaknesses=(PARENT_SUMS, SIGNS, JOINED, SHARED_LEAF, SIDES, OPEN_ROOT),
    source="github.com/okx/proof-of-reserves, commit 2962a895",
)


def claims(document: Document) -> str | None:
    """Recognise the layout by its members."""
    shaped = has_shape(document, LAYOUT, without=("merkelLeaf", "merkleLeaf", "encryptUid", "userHash"))
    return "path file" if shaped else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a path file. Raises: FormatError, EvidenceError."""
    audit = word_or_nothing(members_at(document.members["self"], "/self"), "auditId")
    return Reading(CARD, variant, (read_path(document, LAYOUT),), snapshot=audit)


FORMAT = Format(CARD, claims, read)
