"""TopOne: a leaf over a hashed user id and a USDT amount, in a tree without sums; hashes are joined as bytes."""

from por.commitments.amount_text import as_written, named_by_comma
from por.commitments.text_merkle import Step, TreeRule, Writing, climb, leaf_hash, sha256_text
from por.errors import EvidenceError
from por.formats.citations import NO_SECRET, NO_SUMS, SIDES
from por.formats.document import Document
from por.formats.fields import hash_text, text_at
from por.formats.format import Format
from por.formats.record_lines import Record, first_record, parts, records, stated_root
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule

RULE = TreeRule("{hashedUid},{amounts}", "{left}{right}", Writing(as_written, named_by_comma), raw=True)
CARD = Card(
    name="topone",
    title="TopOne, leaf and path, 2025",
    publishers=("TopOne",),
    proves="a record of your user id and USDT balance is among those under the root",
    sums=SumRule.NONE,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.KNOWN,
    digest_bits=256,
    per_coin="USDT",
    weaknesses=(NO_SUMS, NO_SECRET, SIDES),
    source="github.com/TopOne-API/proof-of-reserves, commit a53ad81b",
)


def claims(document: Document) -> str | None:
    """Recognise a leaf and a path whose items begin with a digit for the side."""
    record = first_record(document)
    path = record.get("path")
    if not isinstance(path, str) or "leaf" not in record or {"assets", "proof"} & set(record):
        return None
    first = path.partition(",")[0]
    return "leaf and path" if len(first) == 65 and first[0] in "01" else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the records; a leaf is computed from the customer's id and USDT.

    Raises: FormatError, EvidenceError.
    """
    root = stated_root(document)
    known = _leaf(asked)
    found = [_opened(record, root, known, asked) for record in records(document)]
    own = [each for each in found if known is not None and each.stated_leaf == known]
    return Reading(CARD, variant, tuple(own or found))


def _leaf(asked: Asked) -> str | None:
    if asked.account is None or set(asked.holdings) != {"USDT"}:
        return None
    return leaf_hash(RULE, {"hashedUid": sha256_text(asked.account)}, asked.holdings)


def _opened(record: Record, root: str | None, known: str | None, asked: Asked) -> Opened:
    members, place = record
    stated = hash_text(text_at(members, "leaf", place), f"{place}/leaf", 64)
    steps = [_step(part, f"{place}/path") for part in parts(text_at(members, "path", place))]
    return Opened(
        tree="",
        ids={"uid": asked.account} if known is not None and asked.account is not None else {},
        amounts=asked.holdings if known is not None else {},
        stated_leaf=stated,
        leaf=known,
        siblings=tuple(step.sibling for step in steps if isinstance(step.sibling, Node)),
        ancestors=climb(RULE, Node(stated, None), steps),
        stated_root=root,
        stated_totals=None,
    )


def _step(part: str, place: str) -> Step:
    if part[:1] not in {"0", "1"}:
        raise EvidenceError(f"{place}: an item begins with 0 or 1, for the side")
    return Step(Node(hash_text(part[1:], place, 64), None), part[0] == "0")


FORMAT = Format(CARD, claims, read)
