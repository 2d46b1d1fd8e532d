"""Rebuild every tree from the issuer's record list, with the verifier's own tree code."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from por.checks.observation import Broken, Observation, Seen
from por.commitments.account_ids import account_id_bytes
from por.commitments.binding import tree_context
from por.commitments.hashes import committed_root, id_digest, record_tag
from por.commitments.sum_tree import recompute
from por.errors import EvidenceError
from por.model import Bundle, LiabilityCommitment
from por.model.record import LedgerRecord


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Hold what the records of one (segment, asset) imply: committed root, total in base units, number of records.

    `accounts` are the digests of the account ids of an intermediary's segment; for every other it is empty.
    """

    root: bytes
    total: int
    records: int
    accounts: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Recomputation:
    """Hold the rebuilt trees by commitment; `strangers` are (segment, asset) pairs not committed to."""

    trees: Mapping[str, Observation[Rebuilt]]
    strangers: tuple[str, ...]


def rebuild(bundle: Bundle, records: Iterable[LedgerRecord], progress: Callable[[str], None]) -> Recomputation:
    """Rebuild from records sorted by (segment, asset, tag), in one pass.

    Raises: FormatError from the records' reader. A disorder or a duplicate inside one tree breaks that tree alone.
    """
    commitments = {item.ref: item for item in bundle.liabilities}
    trees: dict[str, Observation[Rebuilt]] = {}
    strangers: list[str] = []
    for ref, rows in groupby(records, key=lambda record: f"{record.segment}/{record.asset}"):
        progress(f"rebuilding {ref}")
        if ref in trees or ref not in commitments:
            strangers.append(ref)
        else:
            trees[ref] = _observed(bundle, commitments[ref], rows)
    for ref in commitments.keys() - trees.keys():
        trees[ref] = _observed(bundle, commitments[ref], ())
    return Recomputation(trees, tuple(strangers))


def _observed(bundle: Bundle, commitment: LiabilityCommitment, rows: Iterable[LedgerRecord]) -> Observation[Rebuilt]:
    try:
        return Seen(_rebuilt(bundle, commitment, rows))
    except EvidenceError as error:
        return Broken(str(error))


def _rebuilt(bundle: Bundle, commitment: LiabilityCommitment, rows: Iterable[LedgerRecord]) -> Rebuilt:
    tree = tree_context(commitment, bundle.issuer, bundle.snapshot)
    seen: set[tuple[bytes, int]] = set()
    fold = recompute(_leaves(bundle, tree, rows, seen), commitment.depth)
    accounts = frozenset(digest for digest, _ in seen) if commitment.intermediary is not None else frozenset()
    return Rebuilt(committed_root(tree, fold.depth, fold.total, fold.top), fold.total, len(seen), accounts)


def _leaves(
    bundle: Bundle, tree: bytes, rows: Iterable[LedgerRecord], seen: set[tuple[bytes, int]]
) -> Iterator[tuple[bytes, int]]:
    for row in rows:
        digest = id_digest(account_id_bytes(row.account_id, bundle.case_rule))
        if (digest, row.part) in seen:
            raise EvidenceError("one account has two records with the same part number")
        seen.add((digest, row.part))
        yield record_tag(row.record_key, tree, digest), row.amount
