"""Bitbase, 2026: a record and a path; the leaf's text is named field by field, no sum is hashed."""

import re

from por.commitments.amount_text import equated_by_bar, fixed
from por.commitments.text_merkle import Step, TreeRule, Writing, climb, leaf_hash
from por.encoding.strict_json import Number
from por.errors import EvidenceError, UnsupportedEvidenceError
from por.formats.citations import NO_SUMS, SHARED_LEAF, SIDES
from por.formats.document import Document
from por.formats.fields import amounts_at, hash_at, objects_at, text_at, word_at
from por.formats.format import Format
from por.formats.path_file import MAX_ENTRIES
from por.formats.times import milliseconds
from por.model.figures import rescaled
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule, Weakness

VERSION = "POR_V1"
COINS = ("BTC", "ETH", "USDT", "USDC")
PLACES = 8
RULE = TreeRule(
    f"{VERSION}|auditId={{auditId}}|recordId={{recordId}}|{{amounts}}",
    "{left}{right}",
    Writing(fixed(PLACES), equated_by_bar, COINS),
)
_AUDIT = re.compile(r"[1-9][0-9]{0,30}", re.ASCII)
CARD = Card(
    name="bitbase",
    title="Bitbase, record and path, 2026",
    publishers=("Bitbase",),
    proves="a record of your balances is among those under the root",
    sums=SumRule.NONE,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=256,
    per_coin="BTC, ETH, USDT, USDC",
    weaknesses=(
        NO_SUMS,
        Weakness("T03", "the publisher allows negative balances by design", "see source"),
        SHARED_LEAF,
        SIDES,
    ),
    source="github.com/BitbaseGlobal/proof-of-reserves-verifier, commit 771ea1a6",
)


def claims(document: Document) -> str | None:
    """Recognise a record with the text of its leaf."""
    there = {"version", "auditId", "recordId", "balances", "leafPayload", "proof"} <= set(document.members)
    return "record and path" if there else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a record. Raises: FormatError, EvidenceError; UnsupportedEvidenceError for another version."""
    members = document.members
    version = text_at(members, "version", "")
    if version != VERSION:
        raise UnsupportedEvidenceError(f"version {version[:40]}: only {VERSION} is known here")
    audit, record = word_at(members, "auditId", ""), hash_at(members, "recordId", "", 64)
    if not _AUDIT.fullmatch(audit):
        raise EvidenceError("/auditId: not a positive whole number (T08)")
    amounts = rescaled(amounts_at(members, "balances", ""), {}, PLACES)
    if set(amounts) != set(COINS):
        raise EvidenceError(f"/balances: not the coins that are hashed: {', '.join(COINS)}")
    ids = {"auditId": audit, "recordId": record}
    leaf = leaf_hash(RULE, ids, amounts)
    steps = [
        Step(Node(hash_at(each, "hash", place, 64), None), _left(text_at(each, "position", place), place))
        for each, place in objects_at(members["proof"], "/proof", MAX_ENTRIES)
    ]
    shown = text_at(members, "leafPayload", "") == _payload(ids, RULE.amounts.text(amounts) if RULE.amounts else "")
    opened = Opened(
        tree="",
        ids={"recordId": record},
        amounts=amounts,
        stated_leaf=hash_at(members, "leafHash", "", 64),
        leaf=leaf,
        siblings=tuple(step.sibling for step in steps if isinstance(step.sibling, Node)),
        ancestors=climb(RULE, Node(leaf, None), steps),
        stated_root=hash_at(members, "rootHash", "", 64),
        stated_totals=None,
        problems=() if shown else ("/leafPayload: not the text of this record (T16)",),
    )
    taken = members.get("snapshotTime")
    instant = milliseconds(int(taken)) if isinstance(taken, Number) and taken.isdigit() else None
    return Reading(CARD, variant, (opened,), snapshot=audit, instant=instant)


def _payload(ids: dict[str, str], amounts: str) -> str:
    return f"{VERSION}|auditId={ids['auditId']}|recordId={ids['recordId']}|{amounts}"


def _left(position: str, place: str) -> bool:
    if position not in {"LEFT", "RIGHT"}:
        raise EvidenceError(f"{place}/position: neither LEFT nor RIGHT")
    return position == "LEFT"


FORMAT = Format(CARD, claims, read)
