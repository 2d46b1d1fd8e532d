"""Hold what an exchange's published proof states and what it implies, whatever its format, and what a format can show.

Hashes are text here, as published formats hash text: lower-case hexadecimal of the format's own length.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from por.model.figures import Amounts
from por.model.instant import Instant


class SumRule(StrEnum):
    """Say which sums the hash of a node covers; only `both` makes one root mean one total (T01)."""

    BOTH = "both children"
    PARENT = "parent alone"
    NONE = "none"
    WHOLE = "whole list"


class LeafRule(StrEnum):
    """Say what ties a leaf's hash to a balance."""

    RECOMPUTED = "recomputed from the balance"
    STATED = "taken as stated"


class IdRule(StrEnum):
    """Say what ties a leaf to one customer: an id that the customer knows, one of the exchange's choice, nothing."""

    KNOWN = "an id that you know"
    OPAQUE = "a value that the exchange chose"
    NONE = "nothing"


@dataclass(frozen=True, slots=True)
class Weakness:
    """Name a known weakness by its threat, such as T01, and where it was shown in public."""

    threat: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Card:
    """Grade a format: what it can prove, and what nothing in it can.

    `name` is for ever, such as okx-v1; `digest_bits` is what is kept of a hash; `setup` is the trusted set-up, or none.
    """

    name: str
    title: str
    publishers: tuple[str, ...]
    proves: str
    sums: SumRule
    leaf: LeafRule
    identity: IdRule
    digest_bits: int
    per_coin: str
    weaknesses: tuple[Weakness, ...]
    source: str
    setup: str = "none"


@dataclass(frozen=True, slots=True)
class Node:
    """Hold a node's hash and the sums that stand beside it, or None where the format has none."""

    hash: str
    sums: Amounts | None


@dataclass(frozen=True, slots=True)
class Opened:
    """Hold one customer's leaf in one tree, and what its path implies.

    `ids` are values that the leaf's hash covers; `stated_leaf` and `stated_root` are what the file says, or None;
    `leaf` is computed from the record, or None where the format has no rule for it. `ancestors` lead from the leaf's
    parent to the implied root. `problems` are ways in which the record breaks the format's rules. `unsettled` says
    what else the leaf's hash may stand for: nothing, `currency` or `amounts`.
    """

    tree: str
    ids: Mapping[str, str]
    amounts: Amounts
    stated_leaf: str | None
    leaf: str | None
    siblings: tuple[Node, ...]
    ancestors: tuple[Node, ...]
    stated_root: str | None
    stated_totals: Amounts | None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unsettled: str = ""

    @property
    def own(self) -> Node:
        """Return the leaf as computed, or else as stated; without a hash where there is neither."""
        return Node(self.leaf or self.stated_leaf or "", self.amounts)

    @property
    def root(self) -> Node:
        """Return the node that the path implies; of a tree with one leaf that leaf."""
        return self.ancestors[-1] if self.ancestors else self.own


@dataclass(frozen=True, slots=True)
class WholeTree:
    """Hold what all rows of a published list imply.

    `root` and `totals` are rebuilt from the leaves; `totals` is None where no amounts are published. `negatives` are
    the nodes below zero, at most a few; `nodes` counts what was looked at. `sums_bound` says that the root covers the
    amount of every row, because each leaf's hash was recomputed from it. `rows` is a digest of all leaves with their
    amounts, by which two lists are told apart, or nothing.
    """

    tree: str
    root: str
    totals: Amounts | None
    stated_root: str | None
    stated_totals: Amounts | None
    leaves: int
    nodes: int
    negatives: tuple[Node, ...] = ()
    problems: tuple[str, ...] = ()
    sums_bound: bool = False
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold what the customer brings beside the file: account id, holdings, the snapshot's name, a secret, files.

    A reader computes a leaf from them where the file gives none; it compares nothing with them.
    """

    account: str | None = None
    holdings: Amounts = field(default_factory=dict)
    snapshot: str | None = None
    secret: str | None = None
    companions: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold one published file as read.

    `variant` is the version that was detected. `commitment` is one value over all trees where the format has one.
    `is_part` says that its trees lie under a commitment that the file alone does not lead to.
    `instant` is when the snapshot was taken as the file says, `instant_bound` whether a leaf's hash covers that.
    """

    card: Card
    variant: str
    opened: tuple[Opened, ...] = ()
    trees: tuple[WholeTree, ...] = ()
    commitment: str | None = None
    is_part: bool = False
    snapshot: str = ""
    instant: Instant | None = None
    instant_bound: bool = False
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class PublishedRoot:
    """Hold a commitment that the customer brings: a root, and the totals that stand beside it, or None.

    `parts` are the roots of single trees that the commitment is over, by tree and coin.
    """

    root: str
    totals: Amounts | None = None
    parts: Mapping[tuple[str, str], str] = field(default_factory=dict)
