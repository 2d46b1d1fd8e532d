"""Cake DeFi, 2022: the whole sum tree as nested JSON; a node's hash covers its own sums and its children's hashes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from por.commitments.amount_text import json_texts
from por.commitments.text_merkle import Digest, TreeRule, digest_text
from por.commitments.text_tree import unlike
from por.encoding.strict_json import Number
from por.errors import EvidenceError
from por.formats.citations import BROKEN, LEAF_UNBOUND, PARENT_SUMS, SIGNS
from por.formats.document import Document, is_members
from por.formats.fields import amounts_at, coin_name, hash_at, members_at
from por.formats.format import Format
from por.formats.times import milliseconds
from por.formats.whole_list import below_zero, digest_of, total_of
from por.model.figures import Amounts, Figure
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule, Weakness, WholeTree

DIGITS = 40
RULE = TreeRule(leaf=None, node="", digits=DIGITS, digest=Digest.SHA1)
MAX_TOLD = 5
CARD = Card(
    name="cakedefi",
    title="Cake DeFi, whole tree as nested JSON, 2022",
    publishers=("Cake DeFi",),
    proves="a leaf's hash is in the tree, and what all leaves sum to; not that the balance beside it was hashed",
    sums=SumRule.PARENT,
    leaf=LeafRule.STATED,
    identity=IdRule.NONE,
    digest_bits=160,
    per_coin="every coin, by class: lending.BTC, wallet.BTC",
    weaknesses=(
        LEAF_UNBOUND,
        PARENT_SUMS,
        SIGNS,
        Weakness(
            "T11",
            "SHA-1: two texts with one hash are known to be within reach",
            "Leurent, Peyrin, SHA-1 is a Shambles, 2020",
        ),
        Weakness("T14", "one leaf can be handed to several customers", BROKEN),
    ),
    source="github.com/cakedefi/merkle-proof-tool, commit 29711b73",
)


@dataclass(frozen=True, slots=True)
class _Part:
    """Hold a node as the file states it, the hash that it implies, the nodes below, and where it stands."""

    stated: Node
    hash: str
    below: tuple["_Part", ...]
    place: str


def claims(document: Document) -> str | None:
    """Recognise a node with sums by class and two nodes below."""
    members = document.members
    assets = members.get("assets")
    shaped = {"hash", "left", "right"} <= set(members) and is_members(assets)
    classed = is_members(assets) and all(is_members(inner) for inner in assets.values())
    return "whole tree" if shaped and classed and is_members(members["left"]) else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the tree; --account is the hash of the customer's leaf. Raises: FormatError, EvidenceError."""
    root = _part(document.members, "")
    parts = list(_all(root))
    leaves = [part for part in parts if not part.below]
    tree = WholeTree(
        tree="",
        root=root.hash,
        totals=total_of(leaf.stated.sums or {} for leaf in leaves),
        stated_root=root.stated.hash,
        stated_totals=root.stated.sums,
        leaves=len(leaves),
        nodes=len(parts),
        negatives=below_zero(part.stated for part in parts),
        problems=tuple(problem for part in parts for problem in _problems(part, root))[:MAX_TOLD],
        rows=digest_of(leaf.stated for leaf in leaves),
    )
    taken = document.members.get("timeOfSnapshot")
    instant = milliseconds(int(taken)) if isinstance(taken, Number) and taken.isdigit() else None
    opened = tuple(_opened(way) for way in _ways((root,), asked.account)) if asked.account else ()
    return Reading(CARD, variant, opened, (tree,), instant=instant)


def _part(members: Mapping[str, object], place: str) -> _Part:
    sums, texts = _sums(members, f"{place}/assets")
    stated = Node(hash_at(members, "hash", place, DIGITS), sums)
    sides = [members.get("left"), members.get("right")]
    if sides == [None, None]:
        return _Part(stated, stated.hash, (), place)
    if None in sides:
        raise EvidenceError(f"{place or '/'}: one node below it is missing (T20)")
    left, right = (
        _part(members_at(side, f"{place}/{name}"), f"{place}/{name}")
        for side, name in zip(sides, ("left", "right"), strict=True)
    )
    text = f'[{texts},"{left.stated.hash}","{right.stated.hash}"]'
    return _Part(stated, digest_text(RULE, text.encode()), (left, right), place)


def _sums(members: Mapping[str, object], place: str) -> tuple[Amounts, str]:
    """Return sums under class.COIN, and the JSON text that is hashed."""
    classes = members_at(members.get("assets"), place)
    sums: dict[str, Figure] = {}
    texts = []
    for name in classes:
        held = amounts_at(classes, coin_name(name, place), place)
        texts.append(f'"{name}":' + json_texts([(coin, value.text) for coin, value in held.items()]))
        sums |= {f"{name}.{coin}": value for coin, value in held.items()}
    return sums, "{" + ",".join(texts) + "}"


def _all(part: _Part) -> Iterator[_Part]:
    yield part
    for below in part.below:
        yield from _all(below)


def _problems(part: _Part, root: _Part) -> Iterator[str]:
    if part.below and part is not root and part.hash != part.stated.hash:
        yield f"{part.place}/hash: not that of its sums and of the two below"
    if part.below:
        summed = total_of(below.stated.sums or {} for below in part.below)
        wrong = unlike(summed, part.stated.sums or {})
        if wrong and part is not root:
            yield f"{part.place}/assets: {wrong[0]} is not the sum of the two below"


def _ways(way: Sequence[_Part], wanted: str) -> Iterator[Sequence[_Part]]:
    if not way[-1].below and way[-1].stated.hash == wanted:
        yield way
    for below in way[-1].below:
        yield from _ways((*way, below), wanted)


def _opened(way: Sequence[_Part]) -> Opened:
    root, leaf = way[0].stated, way[-1].stated
    pairs = pairwise(way)
    siblings = [next(other for other in upper.below if other is not own).stated for upper, own in pairs]
    return Opened(
        tree="",
        ids={},
        amounts=leaf.sums or {},
        stated_leaf=leaf.hash,
        leaf=None,
        siblings=tuple(siblings[::-1]),
        ancestors=tuple(Node(part.hash, part.stated.sums) for part in way[-2::-1]),
        stated_root=root.hash,
        stated_totals=root.sums,
    )


FORMAT = Format(CARD, claims, read)
