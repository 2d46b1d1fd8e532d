"""Compute leaves, nodes and paths of published trees, whose hashes cover text (`por/spec/published-formats.md`).

A format is a choice among few parts: how an amount is written, how amounts are joined, a template for the leaf and one
for a node, how much of the digest is kept, and what stands in the place of a sibling that is not there. Numbers are
figures as the file writes them; nothing is rounded up. What is not established: that a node is a leaf, or that the root
is anybody's.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from string import Formatter

from por.errors import EvidenceError
from por.model.figures import ZERO, Amounts, Figure, added
from por.model.published import Node

MAX_STEPS = 128

Write = Callable[[Figure], str]
Join = Callable[[Sequence[tuple[str, str]]], str]


class Digest(StrEnum):
    """Name the hash function of a published tree."""

    SHA256 = "sha256"
    SHA1 = "sha1"


class Odd(StrEnum):
    """Say what stands beside a node whose sibling is not there."""

    COPY = "its own hash again"
    EMPTY = "empty text"
    PROMOTE = "it moves up unchanged"


@dataclass(frozen=True, slots=True)
class Writing:
    """Say how amounts become text: each by `write`, all by `join`, in `order` or else sorted or as in the file.

    Coins outside `order` follow in the file's order. With `drop_zero` a coin of zero is left out.
    """

    write: Write
    join: Join
    order: tuple[str, ...] = ()
    sort: bool = False
    drop_zero: bool = False

    def text(self, amounts: Amounts) -> str:
        """Write amounts as a hash covers them."""
        names: Iterable[str] = sorted(amounts) if self.sort else amounts
        if self.order:
            names = (*(name for name in self.order if name in amounts), *(n for n in amounts if n not in self.order))
        rows = [(name, self.write(amounts[name])) for name in names if not self.drop_zero or amounts[name].units]
        return self.join(rows)


@dataclass(frozen=True, slots=True)
class TreeRule:
    """Describe a tree: templates name what is hashed, such as `{left}{right},{sums},{level}`.

    `leaf` is None where no rule ties a leaf to its data. `digits` hexadecimal digits of a digest are kept. With `raw`
    child hashes enter as bytes, with `raw_sums` sums, written in hexadecimal, too.
    `places` is where each sum is cut, or None. `sums` None means: nodes carry none.
    Coins of `fill` are written as zero where they are absent and a sibling is there.
    """

    leaf: str | None
    node: str
    amounts: Writing | None = None
    sums: Writing | None = None
    digits: int = 64
    digest: Digest = Digest.SHA256
    raw: bool = False
    raw_sums: bool = False
    places: int | None = None
    fill: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Hold one level: the sibling, or what stands in its place; its side; what else the parent's hash covers."""

    sibling: Node | Odd
    on_left: bool = False
    labels: Mapping[str, str] | None = None


def leaf_hash(rule: TreeRule, values: Mapping[str, str], amounts: Amounts) -> str:
    """Hash a record as the rule says. Raises: EvidenceError where there is no rule."""
    if rule.leaf is None:
        raise EvidenceError("this format has no rule that ties a leaf to its balance")
    text = rule.amounts.text(amounts) if rule.amounts else ""
    return digest_text(rule, preimage(rule.leaf, {**values, "amounts": text}))


def node_hash(rule: TreeRule, left: Node, right: Node, sums: Amounts | None, labels: Mapping[str, str]) -> str:
    """Hash an inner node of two children and, where the rule says so, of sums. Raises: EvidenceError."""
    children: dict[str, str | bytes] = {
        "left": _bytes_of(left.hash) if rule.raw else left.hash,
        "right": _bytes_of(right.hash) if rule.raw else right.hash,
    }
    writing = rule.sums
    if writing is not None:
        named = {"sums": sums, "left_sums": left.sums, "right_sums": right.sums}
        for name in named.keys() & _names(rule.node):
            text = writing.text(named[name] or {})
            children[name] = _bytes_of(text) if rule.raw_sums else text
    return digest_text(rule, preimage(rule.node, {**labels, **children}))


def climb(rule: TreeRule, leaf: Node, steps: Sequence[Step]) -> tuple[Node, ...]:
    """Compute every node from a leaf's parent to the root. Raises: EvidenceError, also beyond 128 levels."""
    if len(steps) > MAX_STEPS:
        raise EvidenceError(f"{len(steps)} levels; at most {MAX_STEPS} are looked at")
    nodes = [leaf]
    for step in steps:
        nodes.append(parent(rule, nodes[-1], step))
    return tuple(nodes[1:])


def parent(rule: TreeRule, node: Node, step: Step) -> Node:
    """Compute the node above one node and its sibling. Raises: EvidenceError."""
    if step.sibling is Odd.PROMOTE:
        return node
    sums: Amounts | None = None
    if isinstance(step.sibling, Odd):
        other = Node(node.hash if step.sibling is Odd.COPY else "", None if rule.sums is None else {})
        sums = None if rule.sums is None else added(node.sums or {}, {}, rule.places)
    else:
        other = step.sibling
        if rule.sums is not None:
            sums = added(node.sums or {}, other.sums or dict.fromkeys(rule.fill, ZERO), rule.places)
            sums |= {name: ZERO for name in rule.fill if name not in sums}
    left, right = (other, node) if step.on_left else (node, other)
    return Node(node_hash(rule, left, right, sums, step.labels or {}), sums)


def digest_text(rule: TreeRule, data: bytes) -> str:
    """Hash bytes, and keep the digits that the rule keeps."""
    return hashlib.new(rule.digest, data, usedforsecurity=False).hexdigest()[: rule.digits]


def sha256_text(text: str) -> str:
    """Hash UTF-8 text to 64 lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def preimage(template: str, values: Mapping[str, str | bytes]) -> bytes:
    """Fill a template; text is UTF-8, bytes stand as they are. Raises: EvidenceError for a value that is not there."""
    parts: list[bytes] = []
    for literal, name in _parsed(template):
        parts.append(literal)
        if name is not None:
            value = values.get(name)
            if value is None:
                raise EvidenceError(f"{name} is not there, and the hash covers it")
            parts.append(value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass"))
    return b"".join(parts)


@lru_cache(maxsize=256)
def _parsed(template: str) -> tuple[tuple[bytes, str | None], ...]:
    return tuple((literal.encode(), name) for literal, name, _, _ in Formatter().parse(template))


@lru_cache(maxsize=256)
def _names(template: str) -> frozenset[str]:
    return frozenset(name for _, name in _parsed(template) if name is not None)


def _bytes_of(text: str) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError as error:
        raise EvidenceError("a hash that is no hexadecimal text") from error
    if len(text) != 2 * len(data):
        raise EvidenceError("a hash with spaces in it")
    return data
