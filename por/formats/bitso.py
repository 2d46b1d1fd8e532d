"""Bitso, 2022: a public list of cut leaves over an account's code and the hash of each balance."""

import re

from por.commitments.text_merkle import sha256_text
from por.formats.citations import BROKEN, NO_SECRET, NO_SUMS, NODE_AS_LEAF, SHORT_64
from por.formats.document import Document
from por.formats.format import Format
from por.formats.leaf_list import DIGITS, claims, read_list
from por.model.figures import Amounts
from por.model.published import Asked, Card, IdRule, LeafRule, Reading, SumRule, Weakness

# The publisher's rule, as it is: it takes the last zero of a whole number, too, and keeps those behind a point.
_ZEROS = re.compile(r"([0-9]+(?:\.[0-9]+[1-9])?)(?:\.?0+\Z)", re.ASCII)
CARD = Card(
    name="bitso",
    title="Bitso, list of leaves, 2022",
    publishers=("Bitso",),
    proves="the hash of your account's code and balances is in the public list under the root",
    sums=SumRule.NONE,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.KNOWN,
    digest_bits=64,
    per_coin="every coin, without its name, sorted by it",
    weaknesses=(
        NO_SUMS,
        Weakness("T08", "1 and 10 whole coins have one hash; coins are not named", "see source"),
        SHORT_64,
        NODE_AS_LEAF,
        NO_SECRET,
        Weakness("T24", "whoever makes the list can add accounts of nobody", BROKEN),
        Weakness("T68", "the publisher's verifier ends with success when the leaf is not found", "see source"),
    ),
    source="github.com/bitsoex/proof-of-solvency-verification, commit a0ec0e67",
)


def leaf(code: str, amounts: Amounts) -> str:
    """Hash the account's code beside the hash of each balance, sorted as COIN=amount."""
    rows = sorted((f"{coin}={value.text}", value.text) for coin, value in amounts.items())
    return sha256_text(code + "".join(sha256_text(_ZEROS.sub(r"\1", text, count=1)) for _, text in rows))[:DIGITS]


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a list. Raises: FormatError, EvidenceError."""
    alike = any(value.units and "." not in value.text for value in asked.holdings.values())
    return read_list(CARD, leaf, document, variant, asked, alike=alike)


FORMAT = Format(CARD, claims, read)
