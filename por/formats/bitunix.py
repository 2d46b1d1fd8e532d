"""Bitunix: a path file of a sum tree, amounts in fixed places that the file names."""

from functools import partial

from por.commitments.amount_text import as_scaled, json_texts
from por.commitments.text_merkle import TreeRule, Writing
from por.errors import FormatError
from por.formats.citations import OPEN_ROOT, PARENT_SUMS, SHARED_LEAF, SIDES, SIGNS
from por.formats.document import Document, is_members
from por.formats.fields import integer_at, members_at
from por.formats.format import Format
from por.formats.path_file import NO_COMMA, PathLayout, has_shape, read_path
from por.model.figures import rescaled
from por.model.published import Asked, Card, IdRule, LeafRule, Reading, SumRule, Weakness

COINS = ("BTC", "ETH", "USDT")
_FIXED = Writing(as_scaled, json_texts, COINS)
RULE = TreeRule("{encryptUid},{nonce},{amounts}", "{left}{right},{sums},{level}", _FIXED, _FIXED)
LAYOUT = PathLayout(
    RULE,
    ids=("encryptUid", "nonce"),
    hash="merkleLeaf",
    up=-1,
    padding=0,
    copies=True,
    forms=dict.fromkeys(("encryptUid", "nonce"), NO_COMMA),
)
MAX_PLACES = 18
CARD = Card(
    name="bitunix",
    title="Bitunix, path file, 2024",
    publishers=("Bitunix",),
    proves="your balances are in the tree under the root",
    sums=SumRule.PARENT,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=256,
    per_coin="BTC, ETH, USDT, in places that the file names",
    weaknesses=(
        PARENT_SUMS,
        SIGNS,
        SHARED_LEAF,
        Weakness("T16", "the publisher's verifier does not compare the total that it shows", "see source"),
        SIDES,
        OPEN_ROOT,
    ),
    source="github.com/BitunixOfficial/proof-of-reserves, commit 5a00ad8",
)


def claims(document: Document) -> str | None:
    """Recognise the layout by its members."""
    return "path file" if has_shape(document, LAYOUT) else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a path file. Raises: FormatError, EvidenceError."""
    places = _places(document)
    told = "/".join(str(count) for count in places.values()) or "8"
    opened = read_path(document, LAYOUT, partial(rescaled, places=places, default=8))
    return Reading(CARD, f"{variant}, places {told}", (opened,))


def _places(document: Document) -> dict[str, int]:
    own = members_at(document.members["self"], "/self")
    given = own.get("precisions", {})
    if not is_members(given):
        raise FormatError("not an object", "/self/precisions")
    found = {coin: integer_at(given, coin, "/self/precisions") for coin in given}
    for coin, count in found.items():
        if not 0 <= count <= MAX_PLACES:
            raise FormatError(f"not 0 to {MAX_PLACES} places", f"/self/precisions/{coin}")
    return found


FORMAT = Format(CARD, claims, read)
