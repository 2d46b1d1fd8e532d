"""BingX: a leaf over a hashed user id and amounts, in a tree without sums; hashes are joined as text."""

from por.commitments.amount_text import named_by_comma, with_point
from por.commitments.text_merkle import Step, TreeRule, Writing, climb, leaf_hash, sha256_text
from por.errors import EvidenceError, FormatError
from por.formats.citations import NO_SECRET, NO_SUMS, SIDES
from por.formats.document import Document
from por.formats.fields import hash_text, listed_amounts, text_at
from por.formats.format import Format
from por.formats.record_lines import Record, first_record, parts, records, stated_root
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule

RULE = TreeRule("{hashedUid},{amounts}", "{left}{right}", Writing(with_point, named_by_comma))
TOTAL = "Total"
CARD = Card(
    name="bingx",
    title="BingX, record and path, 2022",
    publishers=("BingX",),
    proves="a record of your user id and balances is among those under the root",
    sums=SumRule.NONE,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.KNOWN,
    digest_bits=256,
    per_coin="BTC, ETH, USDT, USDC and a total in USD",
    weaknesses=(NO_SUMS, NO_SECRET, SIDES),
    source="github.com/BingX-API/BingX-proof-of-reserves, commit 43ef338d",
)


def claims(document: Document) -> str | None:
    """Recognise a record's members and the path's form."""
    record = first_record(document)
    if not {"assets", "path"} <= set(record) or not {"uid", "hashedUid"} & set(record):
        return None
    return "record and path" if str(record["path"])[:2] in {"l:", "r:", ""} else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the records. Raises: FormatError, EvidenceError."""
    root = stated_root(document)
    return Reading(CARD, variant, tuple(_opened(record, root, asked.account) for record in records(document)))


def _opened(record: Record, root: str | None, account: str | None) -> Opened:
    members, place = record
    uid = text_at(members, "uid", place) if "uid" in members else None
    hashed = sha256_text(uid) if uid is not None else hash_text(text_at(members, "hashedUid", place), place, 64)
    if uid is not None and "hashedUid" in members and members["hashedUid"] != hashed:
        raise EvidenceError(f"{place}/hashedUid: not the hash of the uid beside it")
    if uid is None and account is not None and sha256_text(account) == hashed:
        uid = account
    amounts = listed_amounts(text_at(members, "assets", place), f"{place}/assets")
    if TOTAL not in amounts:
        raise FormatError("no Total", f"{place}/assets")
    leaf = leaf_hash(RULE, {"hashedUid": hashed}, amounts)
    steps = [_step(part, f"{place}/path") for part in parts(text_at(members, "path", place))]
    return Opened(
        tree="",
        ids={"uid": uid} if uid is not None else {"hashedUid": hashed},
        amounts=amounts,
        stated_leaf=hash_text(text_at(members, "leaf", place), place, 64) if "leaf" in members else None,
        leaf=leaf,
        siblings=tuple(step.sibling for step in steps if isinstance(step.sibling, Node)),
        ancestors=climb(RULE, Node(leaf, None), steps),
        stated_root=root,
        stated_totals=None,
    )


def _step(part: str, place: str) -> Step:
    side, _, text = part.partition(":")
    if side not in {"l", "r"}:
        raise EvidenceError(f"{place}: neither l: nor r:")
    return Step(Node(hash_text(text, place, 64), None), side == "l")


FORMAT = Format(CARD, claims, read)
