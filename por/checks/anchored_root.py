"""Authenticate a commitments root by what an address anchored for its instant (`por/spec/registry.md`, verifying)."""

from collections.abc import Sequence

from por.checks.observation import Missing, Observation, unseen
from por.checks.registry_view import RegistryView, judge_view
from por.model import AnchoredEntry, Finding, Outcome

CHECK = "publication.identified"


def root_by_registry(subject: str, root: bytes, view: Observation[RegistryView]) -> Finding:
    """Ask: is this the commitments root that the registry's address anchored for the instant, and last?"""
    return judge_view(CHECK, subject, view, lambda seen: _by_registry(subject, root, seen))


def _by_registry(subject: str, root: bytes, view: RegistryView) -> Finding:
    newest = view.newest
    here = [found for found in view.entries if found.entry.anchor.commitments_root == root]
    elsewhere = [entry for entry in view.history if entry.anchor.commitments_root == root]
    if newest is None or (elsewhere and not here):
        return _not_here(subject, view, elsewhere)
    outcome, message = Outcome.FAIL, f"{CHECK}.root_superseded"
    if newest in here:
        outcome, message = Outcome.PASS, f"{CHECK}.root_anchored"
    elif not here:
        message = f"{CHECK}.other_root_anchored"
    return Finding(
        CHECK,
        subject,
        outcome,
        message,
        grade=view.grade(newest),
        expected=newest.entry.anchor.commitments_root.hex(),
        actual=root.hex(),
        facts=view.facts(newest),
    )


def _not_here(subject: str, view: RegistryView, elsewhere: Sequence[AnchoredEntry]) -> Finding:
    if not elsewhere:
        why = f"{view.account} has anchored nothing for this instant, as far as {view.final_at}"
        return unseen(CHECK, subject, Missing(why))
    return Finding(
        CHECK,
        subject,
        Outcome.FAIL,
        f"{CHECK}.other_instant",
        expected=str(view.instant),
        actual=str(elsewhere[-1].anchor.instant),
        facts={"account": str(view.account), "sequence": str(elsewhere[-1].sequence)},
    )
