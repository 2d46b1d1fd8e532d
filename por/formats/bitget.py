"""Bitget: path files of a sum tree with hashes of 64 bits, in two versions of one layout."""

from dataclasses import replace

from por.commitments.amount_text import as_scaled, json_numbers, json_texts, plain
from por.commitments.text_merkle import TreeRule, Writing
from por.encoding.strict_json import Number
from por.formats.citations import OPEN_ROOT, PARENT_SUMS, SHARED_LEAF, SHORT_64, SIDES, SIGNS
from por.formats.document import Document, is_members
from por.formats.fields import word_or_nothing
from por.formats.format import Format
from por.formats.path_file import NO_COMMA, PathLayout, has_shape, read_path
from por.formats.times import packed_date
from por.model.published import Asked, Card, IdRule, LeafRule, Reading, SumRule

# The order in which the publisher's Java map gives them.
COINS = ("BTC", "ETH", "USDT", "USDC")
_BARE = Writing(as_scaled, json_numbers, COINS)
_QUOTED = Writing(plain, json_texts, COINS)


def _layout(writing: Writing, *, bare: bool) -> PathLayout:
    rule = TreeRule("{encryptUid},{nonce},{amounts}", "{left}{right},{sums},{level}", writing, writing, digits=16)
    return PathLayout(
        rule,
        ids=("encryptUid", "nonce"),
        hash="merkelLeaf",
        side="role",
        level="level",
        up=-1,
        padding=0,
        copies=True,
        bare=bare,
        forms={"encryptUid": NO_COMMA, "nonce": NO_COMMA},
    )


V1, V2 = _layout(_BARE, bare=True), _layout(_QUOTED, bare=False)

CARD_V2 = Card(
    name="bitget-v2",
    title="Bitget, path file since tool 1.0.4, 2025",
    publishers=("Bitget",),
    proves="your balances are in the tree under the root",
    sums=SumRule.PARENT,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=64,
    per_coin="BTC, ETH, USDT, USDC",
    weaknesses=(PARENT_SUMS, SIGNS, SHORT_64, SHARED_LEAF, SIDES, OPEN_ROOT),
    source="github.com/BitgetLimited/proof-of-reserves, commit 86209a91",
)
CARD_V1 = replace(
    CARD_V2,
    name="bitget-v1",
    title="Bitget, path file of 2022, amounts as bare numbers",
    per_coin="BTC, ETH, USDT",
    source="github.com/BitgetLimited/proof-of-reserves, commit c8a61864",
)


def _claims(document: Document, *, bare: bool) -> str | None:
    if not has_shape(document, V2, without=("parentMerkelLeaf",)):
        return None
    own = document.members["self"]
    amounts = own.get("balances") if is_members(own) else None
    written = list(amounts.values()) if is_members(amounts) else []
    as_numbers = bool(written) and isinstance(written[0], Number)
    return "path file" if as_numbers is bare else None


def claims_v1(document: Document) -> str | None:
    """Recognise amounts written as bare numbers."""
    return _claims(document, bare=True)


def claims_v2(document: Document) -> str | None:
    """Recognise amounts written as text."""
    return _claims(document, bare=False)


def read_v1(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a path file of 2022. Raises: FormatError, EvidenceError."""
    return Reading(
        CARD_V1,
        variant,
        (read_path(document, V1),),
        snapshot=_snapshot(document),
        instant=packed_date(_snapshot(document)),
    )


def read_v2(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a path file since 2025. Raises: FormatError, EvidenceError."""
    return Reading(
        CARD_V2,
        variant,
        (read_path(document, V2),),
        snapshot=_snapshot(document),
        instant=packed_date(_snapshot(document)),
    )


def _snapshot(document: Document) -> str:
    own = document.members["self"]
    return word_or_nothing(own, "auditId") if is_members(own) else ""


FORMAT_V1 = Format(CARD_V1, claims_v1, read_v1)
FORMAT_V2 = Format(CARD_V2, claims_v2, read_v2)
