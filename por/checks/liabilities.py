"""Ask whether each commitment is of a known form, and whether the records behind it imply it."""

from collections.abc import Iterator
from functools import partial

from por.checks.examination import Examination
from por.checks.observation import Seen, judge, unseen
from por.checks.recomputation import Rebuilt, Recomputation
from por.checks.scheme import scheme_finding
from por.commitments import rfc6962
from por.model import Finding, LiabilityCommitment, Outcome


def scheme(examination: Examination) -> Iterator[Finding]:
    """Ask: is each commitment of a known scheme, bound by its root, in its asset's decimals, and under one root?"""
    bundle = examination.bundle
    for commitment in bundle.liabilities:
        yield scheme_finding(commitment, examination.policy.classes, bundle.issuer, bundle.snapshot)
    if bundle.liabilities:
        implied = rfc6962.root([commitment.root for commitment in bundle.liabilities])
        good = implied == bundle.commitments_root
        yield Finding(
            "liabilities.scheme",
            bundle.snapshot,
            Outcome.PASS if good else Outcome.FAIL,
            "liabilities.scheme.one_root" if good else "liabilities.scheme.other_root",
            expected=bundle.commitments_root.hex(),
            actual=implied.hex(),
        )


def recomputed(examination: Examination) -> Iterator[Finding]:
    """Ask: do the records of the whole ledger imply each committed root and total?"""
    seen = examination.recomputation
    if not isinstance(seen, Seen):
        yield unseen("liabilities.recomputed", examination.bundle.snapshot, seen)
        return
    for stranger in seen.value.strangers:
        yield Finding("liabilities.recomputed", stranger, Outcome.FAIL, "liabilities.recomputed.not_committed")
    for commitment in examination.bundle.liabilities:
        rebuilt = seen.value.trees[commitment.ref]
        yield judge("liabilities.recomputed", commitment.ref, rebuilt, partial(_recomputed, commitment))


def _recomputed(commitment: LiabilityCommitment, rebuilt: Rebuilt) -> Finding:
    outcome, message = Outcome.PASS, "liabilities.recomputed.same"
    if rebuilt.total != commitment.total:
        outcome, message = Outcome.FAIL, "liabilities.recomputed.other_total"
    elif rebuilt.root != commitment.root:
        outcome, message = Outcome.FAIL, "liabilities.recomputed.other_root"
    facts = {"records": str(rebuilt.records), "total": str(rebuilt.total), "committed": str(commitment.total)}
    return Finding(
        "liabilities.recomputed",
        commitment.ref,
        outcome,
        message,
        expected=commitment.root.hex(),
        actual=rebuilt.root.hex(),
        facts=facts,
    )


def nonnegative(examination: Examination) -> Iterator[Finding]:
    """Ask: are all amounts and sums unsigned and below 2^128, as far as anybody folded them?"""
    seen = examination.recomputation
    if not isinstance(seen, Seen):
        yield unseen("liabilities.nonnegative", examination.bundle.snapshot, seen)
        return
    yield from _nonnegative(examination, seen.value)


def _nonnegative(examination: Examination, recomputation: Recomputation) -> Iterator[Finding]:
    for commitment in examination.bundle.liabilities:
        rebuilt = recomputation.trees[commitment.ref]
        yield judge("liabilities.nonnegative", commitment.ref, rebuilt, partial(_all_records, commitment))


def _all_records(commitment: LiabilityCommitment, rebuilt: Rebuilt) -> Finding:
    facts = {"records": str(rebuilt.records)}
    good = rebuilt.root == commitment.root
    return Finding(
        "liabilities.nonnegative",
        commitment.ref,
        Outcome.PASS if good else Outcome.INCONCLUSIVE,
        "liabilities.nonnegative.all_records" if good else "liabilities.nonnegative.other_tree",
        facts=facts,
    )
