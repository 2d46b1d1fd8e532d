"""Make the vectors of `por.model` and `por.encoding` (families strict-json, identifiers, amounts, and the documents).

Nothing of the code under test is used: documents are written by `json`, and digests by `hashlib`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.document_vectors import (
    bundles,
    claims,
    declarations,
    identities,
    inclusion,
    json_texts,
    names,
    policies,
    receipts,
    verdicts,
)


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from json_texts.strict_json_cases()
    yield from names.identifier_cases()
    yield from names.amount_cases()
    yield from bundles.bundle_cases()
    yield from claims.claim_cases()
    yield from declarations.declarations_cases()
    yield from identities.identity_cases()
    yield from inclusion.inclusion_cases()
    yield from policies.policy_cases()
    yield from receipts.receipt_cases()
    yield from verdicts.verdict_cases()
