"""Hotcoin, 2026: domain bytes, canonical JSON, sides from the leaf's index; the root stands in an anchor file."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from por.errors import EvidenceError, FormatError
from por.formats.citations import PARENT_SUMS, SHARED_LEAF
from por.formats.document import Document
from por.formats.fields import amounts_at, coin_name, hash_at, integer_at, members_at, objects_at, text_at
from por.formats.format import Format
from por.formats.path_file import MAX_ENTRIES
from por.formats.times import utc_instant
from por.model.figures import Amounts, added, rescaled
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, PublishedRoot, Reading, SumRule

PROTOCOL = "HOTCOIN-POR-SUM"
LEAF, PARENT, CONFIG = b"\x00", b"\x01", b"\x03"
MAX_PLACES = 18
MAX_LEAVES = 1 << 40
CARD = Card(
    name="hotcoin-por-sum",
    title="Hotcoin, proof and anchor, 2026",
    publishers=("Hotcoin",),
    proves="your balances are in the tree under the root, at a place that follows from your index",
    sums=SumRule.PARENT,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=256,
    per_coin="every coin that the file lists, with its decimals",
    weaknesses=(PARENT_SUMS, SHARED_LEAF),
    source="github.com/hotcoinexchange/proof-of-reserves, commit 75e9098c",
)


def claims(document: Document) -> str | None:
    """Recognise the protocol's name beside a record and a path."""
    named = document.members.get("protocol") == PROTOCOL
    return "sum tree" if named and {"self", "path"} <= set(document.members) else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a proof. Raises: FormatError, EvidenceError."""
    places = _places(document)
    config = tagged(CONFIG, [PROTOCOL, *(text for coin, count in places.items() for text in (coin, str(count)))])
    own = members_at(document.members["self"], "/self")
    snapshot, nonce = (text_at(own, name, "/self") for name in ("snapshotId", "nonce"))
    ids = {"accountId": text_at(own, "accountId", "/self"), "nonce": nonce}
    amounts = _amounts(own, "/self", places)
    leaf = tagged(LEAF, [PROTOCOL, snapshot, config, *ids.values(), *_texts(amounts)])
    entries = list(objects_at(document.members["path"], "/path", MAX_ENTRIES))
    index, count = integer_at(own, "leafIndex", "/self"), integer_at(own, "leafCount", "/self")
    siblings = tuple(Node(hash_at(each, "hash", at, 64), _amounts(each, at, places)) for each, at in entries)
    opened = Opened(
        tree="",
        ids=ids,
        amounts=amounts,
        stated_leaf=hash_at(own, "leafHash", "/self", 64),
        leaf=leaf,
        siblings=siblings,
        ancestors=tuple(_climb(config, Node(leaf, amounts), index, siblings)),
        stated_root=None,
        stated_totals=None,
        problems=tuple(_problems(index, count, entries)),
        notes=(f"leaf {index} of {count}, as the file says",),
    )
    return Reading(CARD, variant, (opened,), snapshot=snapshot, instant=utc_instant(snapshot), instant_bound=True)


def read_root(document: Document) -> PublishedRoot | None:
    """Read an anchor file. Raises: FormatError, EvidenceError."""
    members = document.members
    if members.get("protocol") != PROTOCOL or not {"root", "userTotals"} <= set(members) or "path" in members:
        return None
    return PublishedRoot(hash_at(members, "root", "", 64), amounts_at(members, "userTotals", ""))


def tagged(tag: bytes, texts: Sequence[str]) -> str:
    """Hash a domain byte and a compact JSON list of texts."""
    listed = json.dumps(list(texts), separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(tag + listed.encode()).hexdigest()


def _places(document: Document) -> dict[str, int]:
    places: dict[str, int] = {}
    for entry, place in objects_at(document.members.get("assets"), "/assets", 1000):
        coin, count = coin_name(text_at(entry, "coin", place), place), integer_at(entry, "decimals", place)
        if coin in places or not 0 <= count <= MAX_PLACES:
            raise FormatError(f"a coin twice, or not 0 to {MAX_PLACES} decimals", place)
        places[coin] = count
    return places


def _amounts(members: Mapping[str, object], place: str, places: Mapping[str, int]) -> Amounts:
    found = rescaled(amounts_at(members, "balances", place), places, 0)
    if tuple(found) != tuple(places):
        raise EvidenceError(f"{place}/balances: not the coins of the file's assets, in their order")
    for coin, value in found.items():
        if value.text != value.plain:
            raise EvidenceError(f"{place}/balances/{coin}: not written in its shortest form")
    return found


def _texts(amounts: Amounts) -> list[str]:
    return [value.plain for value in amounts.values()]


def _climb(config: str, leaf: Node, index: int, siblings: Sequence[Node]) -> list[Node]:
    nodes = [leaf]
    for level, sibling in enumerate(siblings):
        pair = (sibling, nodes[-1]) if index >> level & 1 else (nodes[-1], sibling)
        sums = added(nodes[-1].sums or {}, sibling.sums or {})
        nodes.append(Node(tagged(PARENT, [PROTOCOL, config, *(node.hash for node in pair), *_texts(sums)]), sums))
    return nodes[1:]


def _problems(index: int, count: int, entries: Sequence[tuple[Mapping[str, object], str]]) -> list[str]:
    found = []
    if not 0 <= index < count <= MAX_LEAVES:
        found.append(f"there is no leaf {index} among {count}")
    elif len(entries) != (count - 1).bit_length():
        found.append(f"{len(entries)} levels; a tree of {count} leaves has {(count - 1).bit_length()}")
    for level, (entry, place) in enumerate(entries):
        if text_at(entry, "position", place) != ("LEFT" if index >> level & 1 else "RIGHT"):
            found.append(f"{place}/position: not the side that follows from the leaf's index")
    return found


FORMAT = Format(CARD, claims, read, read_root)
