"""HTX (Huobi), before its zero-knowledge proofs: a path of a sum tree whose leaves nothing ties to a balance."""

from collections.abc import Mapping, Sequence

from por.commitments.amount_text import concatenated, plain_to
from por.commitments.text_merkle import Step, TreeRule, Writing, climb
from por.errors import EvidenceError
from por.formats.citations import JOINED, LEAF_UNBOUND, NODE_AS_LEAF, OPEN_ROOT, PARENT_SUMS, SIDES, SIGNS
from por.formats.document import Document, is_items, is_members
from por.formats.fields import hash_at, integer_at, listed_amounts, objects_at, text_at
from por.formats.format import Format
from por.formats.path_file import MAX_ENTRIES
from por.model.figures import Amounts
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule

_SUMS = Writing(plain_to(8), concatenated)
RULE = TreeRule(None, "{left}{right}{sums}", None, _SUMS, places=8)
CARD = Card(
    name="htx-merkle-v1",
    title="HTX (Huobi), Merkle path, before 2023-06",
    publishers=("HTX",),
    proves="a hash that the exchange says is yours is in the tree under the root",
    sums=SumRule.PARENT,
    leaf=LeafRule.STATED,
    identity=IdRule.NONE,
    digest_bits=256,
    per_coin="as the file lists them; names are not hashed",
    weaknesses=(LEAF_UNBOUND, PARENT_SUMS, SIGNS, JOINED, NODE_AS_LEAF, SIDES, OPEN_ROOT),
    source="github.com/huobiapi/Tool-Go-MerkleVerify, commit bc0adce0",
)
_MEMBERS = {"type", "hash", "uhash", "depth", "r", "balances"}


def claims(document: Document) -> str | None:
    """Recognise the layout by its members."""
    data = document.members.get("data")
    if not is_items(data) or not data or not is_members(data[0]):
        return None
    return "path" if set(data[0]) >= _MEMBERS else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a path. Raises: FormatError, EvidenceError."""
    entries = list(objects_at(document.members["data"], "/data", MAX_ENTRIES + 1))
    if len(entries) < 3:
        raise EvidenceError("/data: root, leaf, its sibling: fewer than three entries")
    (top, top_place), (own, own_place) = entries[0], entries[-1]
    amounts = listed_amounts(text_at(own, "balances", own_place), f"{own_place}/balances")
    leaf = Node(hash_at(own, "hash", own_place, 64), amounts)
    steps = [_step(entry, place, amounts) for entry, place in entries[1:-1]]
    opened = Opened(
        tree="",
        ids={},
        amounts=amounts,
        stated_leaf=leaf.hash,
        leaf=None,
        siblings=tuple(step.sibling for step in steps if isinstance(step.sibling, Node)),
        ancestors=climb(RULE, leaf, steps),
        stated_root=hash_at(top, "hash", top_place, 64),
        stated_totals=listed_amounts(text_at(top, "balances", top_place), f"{top_place}/balances"),
        problems=tuple(_problems(own, entries[1:-1])),
    )
    return Reading(CARD, variant, (opened,))


def _step(entry: Mapping[str, object], place: str, own: Amounts) -> Step:
    sums = listed_amounts(text_at(entry, "balances", place), f"{place}/balances")
    if tuple(sums) != tuple(own):
        raise EvidenceError(f"{place}/balances: other coins than in your record, or in another order: none is hashed")
    return Step(Node(hash_at(entry, "hash", place, 64), sums), on_left=_on_right(entry, place) == 0)


def _on_right(entry: Mapping[str, object], place: str) -> int:
    side = integer_at(entry, "r", place)
    if side not in {0, 1}:
        raise EvidenceError(f"{place}/r: neither 0 nor 1")
    return side


def _problems(own: Mapping[str, object], siblings: Sequence[tuple[Mapping[str, object], str]]) -> list[str]:
    found = []
    if _on_right(own, "/data") == _on_right(*siblings[0]):
        found.append("the record and its sibling say that they stand on the same side (r)")
    levels = [integer_at(entry, "depth", place) for entry, place in siblings]
    if levels != list(range(len(siblings), 0, -1)) or integer_at(own, "depth", "/data") != levels[0]:
        found.append("the levels (depth) do not lead from the leaf to the root one by one")
    return found


FORMAT = Format(CARD, claims, read)
