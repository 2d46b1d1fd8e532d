"""Make the vectors of `por.commitments` and of inclusion (families liability-tree, merkletools).

Nothing of the code under test is used: the trees are those of tests/commitments/reference.py and of `merkletools`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.liability_vectors import accounts, commitments, folds, openings, plain, records, rows


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from accounts.account_cases()
    yield from rows.row_cases()
    yield from folds.fold_cases()
    yield from folds.recompute_cases()
    yield from records.record_cases()
    yield from commitments.commitment_cases()
    yield from openings.opening_cases()
    yield from openings.root_cases()
    yield from plain.plain_cases()
