"""MEXC: a path file of a sum tree with hashes of 128 bits."""

import re

from por.commitments.amount_text import named_by_comma, plain
from por.commitments.text_merkle import TreeRule, Writing
from por.formats.citations import NODE_AS_LEAF, OPEN_ROOT, PARENT_SUMS, SHARED_LEAF, SHORT_128, SIDES, SIGNS
from por.formats.document import Document
from por.formats.fields import members_at
from por.formats.format import Format
from por.formats.path_file import PathLayout, has_shape, read_path
from por.model.published import Asked, Card, IdRule, LeafRule, Reading, SumRule, Weakness

_NAMED = Writing(plain, named_by_comma, sort=True)
RULE = TreeRule(
    leaf="{proofId},{accountId},{amounts}",
    node="{left},{right},{sums}",
    amounts=_NAMED,
    sums=_NAMED,
    digits=32,
    fill=("BTC", "USDT", "ETH", "USDC"),
)
# A node's hash has 32 hexadecimal digits, and separators would let one id pass for two.
_ID = re.compile(r"(?![0-9a-f]{32}\Z)[^,:]{1,128}")
LAYOUT = PathLayout(
    RULE,
    ids=("proofId", "accountId"),
    path="pathList",
    level="level",
    up=0,
    empty_hash=True,
    gaps=True,
    forms={"proofId": _ID, "accountId": _ID},
    shared=("proofId",),
)
CARD = Card(
    name="mexc",
    title="MEXC, path file, 2025",
    publishers=("MEXC",),
    proves="your balances are in the tree under the root",
    sums=SumRule.PARENT,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=128,
    per_coin="every coin, sorted",
    weaknesses=(
        PARENT_SUMS,
        SIGNS,
        NODE_AS_LEAF,
        SHORT_128,
        SHARED_LEAF,
        Weakness("T16", "the publisher's verifier does not compare the total that it shows", "see source"),
        Weakness("T20", "a level without hash is taken for an empty sibling", "see source"),
        SIDES,
        OPEN_ROOT,
    ),
    source="github.com/mexcmerkle/mexc-proof-of-reserves, commit a1a4f495",
)


def claims(document: Document) -> str | None:
    """Recognise the layout by its members."""
    return "path file" if has_shape(document, LAYOUT) else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a path file. Raises: FormatError, EvidenceError."""
    opened = read_path(document, LAYOUT)
    return Reading(CARD, variant, (opened,), snapshot=str(members_at(document.members["self"], "/self")["proofId"]))


FORMAT = Format(CARD, claims, read)
