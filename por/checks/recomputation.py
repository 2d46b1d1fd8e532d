"""Rebuild every tree from the issuer's record list, with the verifier's own tree code."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from por.checks.observation import Observation, observe
from por.commitments.account_ids import account_id_bytes
from por.commitments.hashes import committed_root, context, id_digest, record_tag
from por.commitments.sum_tree import recompute
from por.errors import EvidenceError
from por.model import Bundle, LiabilityCommitment
from por.model.record import LedgerRecord


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Hold what the records of one (segment, asset) imply: committed root, total in base units, number of records."""

    root: bytes
    total: int
    records: int


@dataclass(frozen=True, slots=True)
class Recomputation:
    """Hold the rebuilt trees by commitment; `strangers` are (segment, asset) pairs not committed to."""

    trees: Mapping[str, Observation[Rebuilt]]
    strangers: tuple[str, ...]


def rebuild(bundle: Bundle, records: Iterable[LedgerRecord], progress: Callable[[str], None]) -> Recomputation:
    """Rebuild from records sorted by (segment, asset, tag), one pass and little memory.

    Raises: FormatError from the records' reader. A disorder or a duplicate inside one tree breaks that tree alone.
    """
    commitments = {item.ref: item for item in bundle.liabilities}
    trees: dict[str, Observation[Rebuilt]] = {}
    strangers: list[str] = []
    for ref, group in groupby(records, key=lambda record: f"{record.segment}/{record.asset}"):
        progress(f"rebuilding {ref}")
        if ref in trees or ref not in commitments:
            strangers.append(ref)
            for _ in group:
                pass
            continue
        rows = list(group)
        trees[ref] = observe(lambda item=commitments[ref], rows=rows: _rebuilt(bundle, item, rows))  # type: ignore[misc]
    for ref, commitment in commitments.items():
        if ref not in trees:
            trees[ref] = observe(lambda item=commitment: _rebuilt(bundle, item, []))  # type: ignore[misc]
    return Recomputation(trees, tuple(strangers))


def _rebuilt(bundle: Bundle, commitment: LiabilityCommitment, rows: list[LedgerRecord]) -> Rebuilt:
    tree = context(
        commitment.scheme,
        bundle.issuer,
        bundle.snapshot,
        commitment.segment,
        str(commitment.asset),
        commitment.decimals,
    )
    _require_one_record_each(rows)
    fold = recompute(_leaves(bundle, tree, rows), commitment.depth)
    return Rebuilt(committed_root(tree, fold.depth, fold.total, fold.top), fold.total, len(rows))


def _leaves(bundle: Bundle, tree: bytes, rows: list[LedgerRecord]) -> Iterator[tuple[bytes, int]]:
    for row in rows:
        digest = id_digest(account_id_bytes(row.account_id, bundle.case_rule))
        yield record_tag(row.record_key, tree, digest), row.amount


def _require_one_record_each(rows: list[LedgerRecord]) -> None:
    seen: set[tuple[str, int]] = set()
    for row in rows:
        if (row.account_id, row.part) in seen:
            raise EvidenceError("an account has two records with the same part number")
        seen.add((row.account_id, row.part))
