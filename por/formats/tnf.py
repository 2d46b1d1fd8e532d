"""The Network Firm, formerly Armanino: a public list of cut leaves, in two leaf rules."""

from por.commitments.amount_text import named_by_comma, with_point
from por.commitments.text_merkle import sha256_text
from por.formats.citations import BROKEN, JOINED, NO_SECRET, NO_SUMS, NODE_AS_LEAF, SHORT_64
from por.formats.document import Document
from por.formats.format import Format
from por.formats.leaf_list import DIGITS, claims, read_list
from por.model.figures import Amounts
from por.model.published import Asked, Card, IdRule, LeafRule, Reading, SumRule, Weakness

_SOURCE = "github.com/thenetworkfirm/proof-of-reserves-merkle-tree-tool, commit a824ed23"
_PROVES = "the hash of your user id and balances is in the public list under the root"
_NEGATIVE = Weakness("T03", "the publisher's tool adds negative balances to the total", f"{_SOURCE}, issue 5 of 2022")
_DUMMIES = Weakness("T24", "whoever makes the list can add accounts of nobody, or of less than nothing", BROKEN)
_SHARED = (NO_SUMS, _NEGATIVE, SHORT_64, NODE_AS_LEAF, NO_SECRET, _DUMMIES)


def _card(name: str, title: str, weaknesses: tuple[Weakness, ...]) -> Card:
    return Card(
        name=name,
        title=title,
        publishers=("The Network Firm", "Armanino"),
        proves=_PROVES,
        sums=SumRule.NONE,
        leaf=LeafRule.RECOMPUTED,
        identity=IdRule.KNOWN,
        digest_bits=64,
        per_coin="every coin, in the published order",
        weaknesses=weaknesses,
        source=_SOURCE,
    )


CARD = _card("tnf", "The Network Firm and Armanino, list of leaves, 2021", (*_SHARED, JOINED))
CARD_NAMED = _card("tnf-c", "The Network Firm and Armanino, list of leaves made with the option -c, 2021", _SHARED)


def leaf(uid: str, amounts: Amounts) -> str:
    """Hash the hash of the id beside the hash of the balances, as written, without separators."""
    return sha256_text(sha256_text(uid) + sha256_text("".join(value.text for value in amounts.values())))[:DIGITS]


def leaf_named(uid: str, amounts: Amounts) -> str:
    """Hash id and COIN:amount with commas; whole numbers end in .0."""
    rows = [(coin, with_point(value)) for coin, value in amounts.items()]
    return sha256_text(f"{uid},{named_by_comma(rows)}")[:DIGITS]


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a list under the rule without names. Raises: FormatError, EvidenceError."""
    return read_list(CARD, leaf, document, variant, asked, alike=len(asked.holdings) > 1)


def read_named(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a list under the rule with names. Raises: FormatError, EvidenceError."""
    return read_list(CARD_NAMED, leaf_named, document, variant, asked)


FORMAT = Format(CARD, claims, read)
FORMAT_NAMED = Format(CARD_NAMED, claims, read_named)
