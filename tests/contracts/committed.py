"""A liability tree for tests that can record false sums, the roots over it, and claims of a reserve set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.commitments import reference
from tests.commitments.reference import Leaf, Row, lp, sha, u128
from tests.contracts.folds import Step

Node = tuple[bytes, int, bytes, int]
Opening = tuple[int, int, list[bytes]]
Descent = tuple[list[Node], int, int, bytes, int]

END_NODE, END_LEAF, END_EMPTY = range(3)
EMPTY: Row = (sha(b"\x02"), 0)


@dataclass(frozen=True)
class SumTree:
    """Hold a tree of 2^depth leaves; `lies` gives false sums to rows named by (height, place), leaves at height 0."""

    context: bytes
    depth: int
    leaves: Sequence[Leaf]
    lies: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = [self._row(0, place, *self._leaf(place)) for place in range(2**self.depth)]
        levels = [rows]
        for height in range(1, self.depth + 1):
            below = levels[-1]
            pairs = [(*below[2 * place], *below[2 * place + 1]) for place in range(len(below) // 2)]
            levels.append([self._row(height, place, *node_row(pair)) for place, pair in enumerate(pairs)])
        object.__setattr__(self, "levels", levels)

    levels: list[list[Row]] = field(init=False, repr=False)

    @property
    def preimage(self) -> tuple[bytes, int, int, bytes]:
        """Return what contracts take as CommittedTree."""
        top, total = self.levels[self.depth][0]
        return (self.context, self.depth, total, top)

    @property
    def root(self) -> bytes:
        context, depth, total, top = self.preimage
        return reference.committed_root(context, depth, total, top)

    def path(self, place: int) -> list[Step]:
        """Return a leaf's siblings as they are recorded."""
        return [self.levels[height][place >> height ^ 1] for height in range(self.depth)]

    def descent(self, height: int, place: int) -> Descent:
        """Return the preimages from the top down to a row."""
        inner = range(self.depth, max(height, 1) - 1, -1)
        nodes = [self._node(each, place << height >> each) for each in inner]
        sides = sum((place << height >> (each - 1) & 1) << step for step, each in enumerate(inner))
        if height:
            return (nodes, sides, END_NODE, bytes(32), 0)
        if place < len(self.leaves):
            return (nodes, sides, END_LEAF, *self.leaves[place])
        return (nodes, sides, END_EMPTY, bytes(32), 0)

    def _node(self, height: int, place: int) -> Node:
        below = self.levels[height - 1]
        return (*below[2 * place], *below[2 * place + 1])

    def _leaf(self, place: int) -> Row:
        if place >= len(self.leaves):
            return EMPTY
        tag, amount = self.leaves[place]
        return sha(b"\x00", tag, u128(amount)), amount

    def _row(self, height: int, place: int, hashed: bytes, own: int) -> Row:
        return hashed, self.lies.get((height, place), own)


def node_row(node: Node) -> Row:
    left, left_sum, right, right_sum = node
    return sha(b"\x01", left, u128(left_sum), right, u128(right_sum)), left_sum + right_sum


def opening(entries: Sequence[bytes], position: int) -> Opening:
    """Return what contracts take as Opening."""
    return (position, len(entries), reference.audit_path(position, entries))


@dataclass(frozen=True)
class Claim:
    """Hold what an issuer claims to hold."""

    account: str
    asset: str
    amount: int

    @property
    def hash(self) -> bytes:
        return sha(b"\x08", lp(self.account), lp(self.asset), u128(self.amount))


@dataclass(frozen=True)
class ReserveSet:
    """Hold an issuer's claims."""

    claims: Sequence[Claim]

    @property
    def root(self) -> bytes:
        return reference.mth([claim.hash for claim in self.claims])

    def opening(self, position: int) -> Opening:
        return opening([claim.hash for claim in self.claims], position)

    def shown(self, position: int) -> tuple[bytes, bytes, int, Opening]:
        """Return what LiabilityProofs takes as ReserveClaim."""
        claim = self.claims[position]
        return (claim.account.encode(), claim.asset.encode(), claim.amount, self.opening(position))
