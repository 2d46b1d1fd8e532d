"""Pionex: a leaf over a keyed record id and sorted amounts, in a tree without sums; hashes are joined as bytes."""

import hmac
import re
from itertools import pairwise

from por.commitments.amount_text import as_written, named_by_comma
from por.commitments.text_merkle import Step, TreeRule, Writing, climb, leaf_hash
from por.errors import EvidenceError, FormatError
from por.formats.citations import NO_SUMS
from por.formats.document import Document
from por.formats.fields import hash_text, listed_amounts, text_at
from por.formats.format import Format
from por.formats.record_lines import Record, first_record, parts, records, stated_root
from por.model.figures import Amounts
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule

TOTAL = "Total"
_INDEX = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


RULE = TreeRule("{recordId},{amounts}", "{left}{right}", Writing(as_written, named_by_comma), raw=True)
CARD = Card(
    name="pionex",
    title="Pionex, record and path, 2022",
    publishers=("Pionex",),
    proves="a record of your user id and balances is among those under the root",
    sums=SumRule.NONE,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=256,
    per_coin="every coin, sorted, and a total in USD",
    weaknesses=(NO_SUMS,),
    source="github.com/pionex-official/proof-of-reserves, commit 7ef31bed",
)


def claims(document: Document) -> str | None:
    """Recognise a record's members."""
    there = set(first_record(document))
    full, short = {"proofId", "userId", "nonce", "assets", "path"}, {"recordId", "assets", "path"}
    return "record and path" if full <= there else "record id and path" if short <= there else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the records. Raises: FormatError, EvidenceError."""
    root = stated_root(document)
    snapshot = str(first_record(document).get("proofId", ""))
    opened = tuple(_opened(record, root) for record in records(document))
    return Reading(CARD, variant, opened, snapshot=snapshot)


def _opened(record: Record, root: str | None) -> Opened:
    members, place = record
    amounts = _hashed_order(listed_amounts(text_at(members, "assets", place), f"{place}/assets"), place)
    ids, record_id = _ids(record)
    leaf = leaf_hash(RULE, {"recordId": record_id}, amounts)
    steps = _steps(parts(text_at(members, "path", place)), f"{place}/path")
    return Opened(
        tree="",
        ids=ids,
        amounts=amounts,
        stated_leaf=hash_text(text_at(members, "leaf", place), place, 64) if "leaf" in members else None,
        leaf=leaf,
        siblings=tuple(step.sibling for step in steps if isinstance(step.sibling, Node)),
        ancestors=climb(RULE, Node(leaf, None), steps),
        stated_root=root,
        stated_totals=None,
    )


def _ids(record: Record) -> tuple[dict[str, str], str]:
    members, place = record
    if "userId" not in members:
        record_id = hash_text(text_at(members, "recordId", place), f"{place}/recordId", 64)
        return {"recordId": record_id}, record_id
    proof, user, nonce = (text_at(members, name, place) for name in ("proofId", "userId", "nonce"))
    if "," in proof + user:
        raise EvidenceError(f"{place}: a comma inside an id: it could be read as another id (T08)")
    record_id = hmac.digest(nonce.encode(), f"{proof},{user}".encode(), "sha256").hex()
    if members.get("recordId", record_id) != record_id:
        raise EvidenceError(f"{place}/recordId: not that of the ids and the nonce beside it")
    return {"userId": user}, record_id


def _hashed_order(amounts: Amounts, place: str) -> Amounts:
    if TOTAL not in amounts:
        raise FormatError("no Total", f"{place}/assets")
    coins = sorted(name for name in amounts if name != TOTAL)
    return {name: amounts[name] for name in (*coins, TOTAL)}


def _steps(items: list[str], place: str) -> list[Step]:
    found: dict[int, Step] = {}
    for item in items:
        index, colon, text = item.partition(":")
        if not colon or not _INDEX.fullmatch(index) or int(index) in found:
            raise EvidenceError(f"{place}: not index:hash, each index once")
        found[int(index)] = Step(Node(hash_text(text, place, 64), None), on_left=int(index) % 2 == 0)
    indexes = sorted(found, reverse=True)
    for below, above in pairwise(indexes):
        if (below // 2) ^ 1 != above:
            raise EvidenceError(f"{place}: the indexes {below} and {above} are not on one path")
    if indexes and indexes[-1] not in {2, 3}:
        raise EvidenceError(f"{place}: the path does not reach the root")
    return [found[index] for index in indexes]


FORMAT = Format(CARD, claims, read)
