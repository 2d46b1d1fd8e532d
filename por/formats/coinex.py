"""CoinEx: a path file of a sum tree, with two rules for a node without sibling."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from por.commitments.amount_text import json_texts, plain
from por.commitments.text_merkle import Odd, Step, TreeRule, Writing, climb, leaf_hash
from por.errors import EvidenceError
from por.formats.citations import NODE_AS_LEAF, OPEN_ROOT, PARENT_SUMS, SHARED_LEAF, SIDES, SIGNS
from por.formats.document import Document, is_members
from por.formats.fields import amounts_at, hash_at, members_at, objects_at, text_at
from por.formats.format import Format
from por.formats.path_file import MAX_ENTRIES
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule

_SORTED = Writing(plain, json_texts, sort=True)
RULE = TreeRule("{nonce}{amounts}", "{left}{right}{sums}", _SORTED, _SORTED)
# What a node hashes begins with two hashes; a nonce of that form would be a node's (T09).
TWO_HASHES = re.compile(r"[0-9a-f]{128}")
ODD_RULES = {
    Odd.EMPTY: "a node without sibling is hashed alone",
    Odd.COPY: "a node without sibling is hashed twice",
}
CARD = Card(
    name="coinex",
    title="CoinEx, path file, 2022",
    publishers=("CoinEx",),
    proves="your balances are in the tree under the root",
    sums=SumRule.PARENT,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=256,
    per_coin="every coin, sorted",
    weaknesses=(PARENT_SUMS, SIGNS, NODE_AS_LEAF, SHARED_LEAF, SIDES, OPEN_ROOT),
    source="github.com/coinexcom/proof-of-reserves, commit 52c6cf45",
)


def claims(document: Document) -> str | None:
    """Recognise the layout by its members."""
    root, own = document.members.get("root"), document.members.get("self")
    if not is_members(root) or not is_members(own) or not isinstance(document.members.get("path"), list):
        return None
    return "path file" if {"balances", "hash"} <= set(root) and {"balances", "nonce"} == set(own) else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a path file; where siblings are missing, say which rule leads to its root.

    Raises: FormatError, EvidenceError.
    """
    root, own = (members_at(document.members[name], f"/{name}") for name in ("root", "self"))
    amounts, ids = amounts_at(own, "balances", "/self"), {"nonce": text_at(own, "nonce", "/self")}
    leaf = leaf_hash(RULE, ids, amounts)
    entries = list(objects_at(document.members["path"], "/path", MAX_ENTRIES))
    opened = Opened(
        tree="",
        ids=ids,
        amounts=amounts,
        stated_leaf=None,
        leaf=leaf,
        siblings=tuple(step.sibling for step in _steps(entries, Odd.COPY) if isinstance(step.sibling, Node)),
        ancestors=(),
        stated_root=hash_at(root, "hash", "/root", 64),
        stated_totals=amounts_at(root, "balances", "/root"),
        problems=("nonce has the form of two hashes: a node may stand here as a leaf",)
        if TWO_HASHES.fullmatch(ids["nonce"])
        else (),
    )
    ways = {odd: climb(RULE, Node(leaf, amounts), _steps(entries, odd)) for odd in ODD_RULES}
    missing = any(not entry for entry, _ in entries)
    odd = next((odd for odd, nodes in ways.items() if nodes and nodes[-1].hash == opened.stated_root), Odd.EMPTY)
    told = f"{variant}, {ODD_RULES[odd]}" if missing else variant
    return Reading(CARD, told, (replace(opened, ancestors=ways[odd]),))


def _steps(entries: Sequence[tuple[Mapping[str, object], str]], odd: Odd) -> list[Step]:
    return [_step(entry, place) if entry else Step(odd) for entry, place in entries]


def _step(entry: Mapping[str, object], place: str) -> Step:
    side = text_at(entry, "pos", place)
    if side not in {"left", "right"}:
        raise EvidenceError(f"{place}/pos: neither left nor right")
    node = Node(hash_at(entry, "hash", place, 64), amounts_at(entry, "balances", place))
    return Step(node, side == "left")


FORMAT = Format(CARD, claims, read)
