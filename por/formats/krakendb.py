"""krakendb, Kraken 2014: a whole tree of salted values as its program prints it, taken as JSON; sums are not hashed."""

import hmac
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from por.commitments.text_merkle import TreeRule, digest_text
from por.commitments.text_tree import Levels, differences, grow
from por.encoding.strict_json import Number
from por.errors import EvidenceError, FormatError
from por.formats.citations import BROKEN, SHARED_LEAF
from por.formats.document import Document, is_items
from por.formats.fields import hash_at, hash_text, items_at, text_at
from por.formats.format import Format
from por.formats.whole_list import MAX_OPENED, opened_at, total_of, whole
from por.model.figures import Amounts, figure
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule, Weakness

COIN = "value"
CODE_DIGITS = 16
MAX_LEAVES = 1 << 18
RULE = TreeRule(leaf=None, node="{left}{right}", raw=True)
_VALUE = re.compile(r"0|-?[1-9][0-9]{0,18}", re.ASCII)
CARD = Card(
    name="krakendb",
    title="krakendb of Kraken, whole tree, 2014",
    publishers=("Kraken",),
    proves="your code and value are in the list under the root, and what the list sums to",
    sums=SumRule.NONE,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=256,
    per_coin="one value a tree",
    weaknesses=(
        Weakness("T02", "sums stand beside the hashes, and no hash covers them", "see source"),
        Weakness("T03", "negative values are printed as a notice, and lower the total", "see source"),
        Weakness("T10", "a code has 64 bits", "see source"),
        SHARED_LEAF,
        Weakness("T23", "whoever sees the root alone cannot tell who was left out", BROKEN),
    ),
    source="github.com/krakenfx/krakendb, commit b63dd3ba",
)


def claims(document: Document) -> str | None:
    """Recognise values, codes and leaves side by side."""
    members = document.members
    listed = all(is_items(members.get(name)) for name in ("values", "codes", "leaves"))
    return "whole tree" if listed and "root" in members else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the tree; --account is the customer's code. Raises: FormatError, EvidenceError."""
    members = document.members
    values, codes = _values(members), _hashes(members, "codes", CODE_DIGITS)
    stated = _hashes(members, "leaves", RULE.digits)
    if not len(values) == len(codes) == len(stated):
        raise EvidenceError(f"{len(values)} values, {len(codes)} codes and {len(stated)} leaves")
    if len(values) & (len(values) - 1):
        raise EvidenceError(f"{len(values)} leaves: a tree here has 2, 4, 8 and so on (T13)")
    records = [Node(_leaf(code, value), value) for code, value in zip(codes, values, strict=True)]
    levels = grow(RULE, [Node(record.hash, None) for record in records])
    top = Node(hash_at(members, "root", "", RULE.digits), _total(members))
    problems = [] if len(set(codes)) == len(codes) else ["one code stands beside several values (T14)"]
    problems += [*_wrong_leaves(records, stated), *_wrong_nodes(members, levels), *_wrong_codes(members, codes)]
    tree = whole(levels, total_of(values), stated=top, records=records, problems=problems, sums_bound=not problems)
    return Reading(CARD, variant, tuple(_own(asked.account, codes, records, levels, top)), (tree,))


def _values(members: Mapping[str, object]) -> list[Amounts]:
    return [_value(item, f"/values/{at}") for at, item in enumerate(items_at(members["values"], "/values", MAX_LEAVES))]


def _value(item: object, place: str) -> Amounts:
    if not isinstance(item, Number) or not _VALUE.fullmatch(item) or not -(2**63) <= int(item) < 2**63:
        raise FormatError("not a whole number of 64 bits", place)
    return {COIN: figure(int(item), 0)}


def _hashes(members: Mapping[str, object], name: str, digits: int, limit: int = MAX_LEAVES) -> Sequence[str]:
    found = items_at(members[name], f"/{name}", limit)
    return [hash_text(item if isinstance(item, str) else "", f"/{name}/{at}", digits) for at, item in enumerate(found)]


def _total(members: Mapping[str, object]) -> Amounts | None:
    return _value(members["rootTotal"], "/rootTotal") if "rootTotal" in members else None


def _leaf(code: str, value: Amounts) -> str:
    return digest_text(RULE, sha256(f"{code}:{value[COIN].units}".encode()).digest())


def _wrong_leaves(records: Sequence[Node], stated: Sequence[str]) -> list[str]:
    pairs = enumerate(zip(records, stated, strict=True))
    return [f"/leaves/{at}: not the hash of code and value (T15)" for at, (made, said) in pairs if made.hash != said]


def _wrong_nodes(members: Mapping[str, object], levels: Levels) -> list[str]:
    """Compare all nodes, where the file has them: the leaves first, the root last."""
    if "allNodesDumpOrder" not in members:
        return []
    rest = list(_hashes(members, "allNodesDumpOrder", RULE.digits, 2 * MAX_LEAVES))
    if len(rest) != sum(map(len, levels)):
        raise EvidenceError(f"{len(rest)} nodes above {len(levels[0])} leaves (T13)")
    stated = []
    for row in levels:
        stated.append([Node(text, None) for text in rest[: len(row)]])
        rest = rest[len(row) :]
    return [f"level {level}, node {at}: not the hash of the two below" for level, at in differences(stated, levels)]


def _wrong_codes(members: Mapping[str, object], codes: Sequence[str]) -> list[str]:
    """Derive every code, where the key that they were made with was published, too."""
    if "verifierKey" not in members:
        return []
    key = text_at(members, "verifierKey", "").encode()
    return [f"/codes/{at}: not made with the key" for at, code in enumerate(codes) if code != _code(key, at)]


def _code(key: bytes, position: int) -> str:
    word = hmac.digest(key, position.to_bytes(4, "little"), "sha256")[8:16]
    return f"{int.from_bytes(word, 'little'):016x}"


def _own(
    account: str | None, codes: Sequence[str], records: Sequence[Node], levels: Levels, root: Node
) -> Sequence[Opened]:
    found = [at for at, code in enumerate(codes) if code == account][:MAX_OPENED]
    stated = Node(root.hash, None)
    return [
        opened_at(levels, at, {"code": codes[at]}, records[at].sums or {}, leaf=records[at].hash, stated=stated)
        for at in found
    ]


FORMAT = Format(CARD, claims, read)
