"""OKX and Okcoin until 2023: the whole sum tree as lines of hash, height and sums, and a customer's file of parts."""

import re
from collections.abc import Mapping

from por.commitments.text_merkle import TreeRule, leaf_hash
from por.commitments.text_tree import Levels, differences, grow, unlike
from por.encoding import strict_json
from por.errors import EvidenceError, FormatError
from por.formats.citations import JOINED, OPEN_ROOT, PARENT_SUMS, SHARED_LEAF, SIGNS
from por.formats.document import Document
from por.formats.fields import amounts_at, hash_at, hash_text, members_at, objects_at, text_at
from por.formats.format import Format
from por.formats.okx_v1 import NONCE, RULE
from por.formats.whole_list import opened_at, rows_of, total_of, whole
from por.model.figures import ZERO, Amounts, rescaled
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule, Weakness

PLACES = 8
PLACE = "--with"
NODES = "--with/nodes"
PART = TreeRule("{owner}{amounts}", RULE.node, RULE.sums, RULE.sums)
_ROW = re.compile(r"(?P<hash>[0-9a-f]{1,128}),(?P<height>[1-9][0-9]?),(?P<sums>\{.*\})", re.ASCII)
CARD = Card(
    name="okx-v1-fulltree",
    title="OKX and Okcoin, whole tree and a customer's parts, 2022-11 to 2023-03",
    publishers=("OKX", "Okcoin"),
    proves="the parts of your balances in BTC, ETH and USDT are leaves of the tree, and what all leaves sum to",
    sums=SumRule.PARENT,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=256,
    per_coin="BTC, ETH, USDT",
    weaknesses=(
        PARENT_SUMS,
        SIGNS,
        JOINED,
        SHARED_LEAF,
        Weakness("T19", "the publisher's verifier never rebuilds the tree, and skips unreadable lines", "see source"),
        OPEN_ROOT,
    ),
    source="github.com/okx/proof-of-reserves, commit 2962a895",
)


def claims(document: Document) -> str | None:
    """Recognise a first line of hash, height and sums."""
    match = _ROW.fullmatch(document.lines[0])
    return "whole tree" if match and len(match["hash"]) == RULE.digits else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the tree; the customer's file of parts (--with) finds their leaves. Raises: FormatError, EvidenceError."""
    stated = _levels(document)
    computed = grow(RULE, stated[0], labels=lambda level: {"level": str(level + 1)}, pad=_padding, stated=stated)
    problems = [
        f"height {level + 1}, node {place + 1}: hash or sums are not those of the two below"
        for level, place in differences(stated, computed)
        if level + 1 < len(computed)
    ]
    top = stated[-1][0]
    opened: list[Opened] = []
    for data in asked.companions:
        mine, missing = _own(data, computed, top)
        opened += mine
        problems += missing
    totals = total_of(node.sums or {} for node in stated[0])
    tree = whole(computed, totals, stated=top, problems=[*problems, *_copies(stated)])
    return Reading(CARD, variant, tuple(opened), (tree,))


def _levels(document: Document) -> Levels:
    """Return the levels from the leaves up; the file has the root first, and each level from right to left."""
    levels: list[list[Node]] = []
    heights: list[int] = []
    for number, line in rows_of(document):
        match = _ROW.fullmatch(line)
        if match is None:
            raise FormatError("not hash,height,{coins}", f"line {number}")
        height = int(match["height"])
        if not heights or height == heights[-1] - 1:
            heights.append(height)
            levels.append([])
        elif height != heights[-1]:
            raise EvidenceError(f"line {number}: height {height} under {heights[-1]}")
        levels[-1].append(
            Node(hash_text(match["hash"], f"line {number}", RULE.digits), _amounts(match["sums"], number))
        )
    if heights[-1] != 1 or len(levels[0]) != 1:
        raise EvidenceError("the heights do not lead from one root down to 1")
    return [row[::-1] for row in levels[::-1]]


def _amounts(text: str, number: int) -> Amounts:
    value = strict_json.load(text.encode(), max_bytes=4096, max_depth=2, max_items=64, keep_numbers=True)
    return rescaled(amounts_at({"sums": value}, "sums", f"line {number}"), {}, PLACES)


def _padding(node: Node) -> Node:
    return Node(node.hash, dict.fromkeys(node.sums or {}, ZERO))


def _copies(levels: Levels) -> list[str]:
    """Find a node beside its own copy with a balance: only padding stands there (T12)."""
    return [
        f"height {level}: a copy of the node beside it has a balance"
        for level, row in enumerate(levels, 1)
        for left, right in zip(row[::2], row[1::2], strict=False)
        if left.hash == right.hash and any(value.units for value in (right.sums or {}).values())
    ]


def _own(data: bytes, levels: Levels, root: Node) -> tuple[list[Opened], list[str]]:
    """Open a customer's parts, and say what is wrong with their file."""
    own = members_at(Document(data).json, PLACE)
    total = _scaled(own, "totalBalances", PLACE)
    nonce = text_at(own, "nonce", PLACE)
    owner = leaf_hash(RULE, {"nonce": nonce}, total)
    problems = [] if NONCE.fullmatch(nonce) else [f"{PLACE}/nonce: not in the form of one (T09)"]
    if owner != hash_at(own, "hash", PLACE, 64):
        problems.append(f"{PLACE}/hash: not the hash of nonce and total")
    parts = [
        (part, place, _scaled(part, "balances", place)) for part, place in objects_at(own.get("nodes"), NODES, 1000)
    ]
    if unlike(total_of(amounts for _, _, amounts in parts), total):
        problems.append(f"{NODES}: the parts do not sum to the total")
    free = _places(levels)
    opened = []
    for part, place, amounts in parts:
        leaf = leaf_hash(PART, {"owner": owner}, amounts)
        if not free.get(leaf):
            problems.append(f"{place}: no leaf of the list is its hash; is the list of the same day?")
            continue
        if hash_at(part, "hash", place, 64) != leaf:
            problems.append(f"{place}/hash: not the hash of the balances beside it")
        # A padding copy without amounts stands beside the last leaf of a level.
        if all(unlike(levels[0][place_of].sums or {}, amounts) for place_of in free[leaf]):
            problems.append(f"{place}: the list has other amounts beside this leaf, which are written alike (T08)")
        opened.append(opened_at(levels, free[leaf].pop(), {"nonce": nonce}, amounts, leaf=leaf, stated=root))
    return opened, problems


def _scaled(members: Mapping[str, object], name: str, place: str) -> Amounts:
    return rescaled(amounts_at(members, name, place), {}, PLACES)


def _places(levels: Levels) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, node in enumerate(levels[0]):
        found.setdefault(node.hash, []).append(index)
    return found


FORMAT = Format(CARD, claims, read)
