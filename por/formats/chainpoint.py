"""Chainpoint v2 and merkletools: a path of a plain SHA-256 tree from a document's hash to a root."""

from por.commitments.merkletools_tree import MAX_DEPTH, leaf_hash
from por.commitments.text_merkle import Step, TreeRule, climb
from por.errors import EvidenceError
from por.formats.citations import NO_SUMS, NODE_AS_LEAF, SIDES
from por.formats.document import Document, is_items
from por.formats.fields import hash_at, objects_at
from por.formats.format import Format
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule

RULE = TreeRule(None, "{left}{right}", raw=True)
CARD = Card(
    name="chainpoint-v2",
    title="Chainpoint v2 and merkletools proofs, SHA-256",
    publishers=("Chainpoint", "merkletools"),
    proves="a document that you have (--with) is among those under the root",
    sums=SumRule.NONE,
    leaf=LeafRule.STATED,
    identity=IdRule.NONE,
    digest_bits=256,
    per_coin="none: there are no balances",
    weaknesses=(NO_SUMS, NODE_AS_LEAF, SIDES),
    source="github.com/chainpoint, version 2 of the proof format; the Python package merkletools",
)


def claims(document: Document) -> str | None:
    """Recognise the members of a proof."""
    members = document.members
    shaped = {"targetHash", "merkleRoot"} <= set(members) and is_items(members.get("proof"))
    return str(members.get("type", "merkletools"))[:64] if shaped else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a proof; a document given beside it is hashed. Raises: FormatError, EvidenceError, also for other hashes."""
    members = document.members
    if members.get("type", "ChainpointSHA256v2") != "ChainpointSHA256v2":
        raise EvidenceError("/type: another hash function than SHA-256")
    stated = hash_at(members, "targetHash", "", 64)
    data = asked.companions[0] if asked.companions else None
    steps = [_step(entry, place) for entry, place in objects_at(members["proof"], "/proof", MAX_DEPTH)]
    opened = Opened(
        tree="",
        ids={},
        amounts={},
        stated_leaf=stated,
        leaf=None if data is None else leaf_hash(data).hex(),
        siblings=tuple(step.sibling for step in steps if isinstance(step.sibling, Node)),
        ancestors=climb(RULE, Node(stated, None), steps),
        stated_root=hash_at(members, "merkleRoot", "", 64),
        stated_totals=None,
    )
    return Reading(CARD, variant, (opened,))


def _step(entry: object, place: str) -> Step:
    if not isinstance(entry, dict) or len(entry) != 1 or not set(entry) <= {"left", "right"}:
        raise EvidenceError(f"{place}: a step has one member, left or right (T17)")
    side = next(iter(entry))
    return Step(Node(hash_at(entry, side, place, 64), None), side == "left")


FORMAT = Format(CARD, claims, read)
