"""Ask whether what was published for an instant is the only thing published for it (`por/spec/registry.md`, T35)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from por.checks.observation import Observation, Seen
from por.checks.registry_view import RegistryView, judge_view
from por.model import Anchor, Digest, Finding, Outcome, printable

CHECK = "publication.unequivocal"
COPIED = f"{CHECK}.copied"
OTHERS_UNREAD = f"{CHECK}.others_unread"

_NAMED_COPIES = 3


@dataclass(frozen=True, slots=True)
class Published:
    """Name what was published: by its bundle's digest, or by its commitments root where only that is known.

    `supersedes` is the bundle that this one says it corrects.
    """

    subject: str
    root: bytes
    bundle: Digest | None = None
    supersedes: Digest | None = None

    def named_by(self, anchor: Anchor) -> str:
        """Name what an entry is of, in the terms in which this is known."""
        return _named(anchor.bundle if self.bundle is not None else None, anchor.commitments_root)

    @property
    def name(self) -> str:
        """Name this in the same terms."""
        return _named(self.bundle, self.root)


def unequivocal(published: Published, view: Observation[RegistryView]) -> Iterator[Finding]:
    """Ask: is exactly one thing published for this instant?

    That others anchored the same, or that this could not be looked at, is told beside the answer, and changes nothing:
    any address may anchor anything.
    """
    yield judge_view(CHECK, published.subject, view, partial(_judged, published))
    if isinstance(view, Seen):
        yield from _copied(published, view.value)
        yield from _unread(view.value)


def _judged(published: Published, view: RegistryView) -> Finding:
    newest = view.newest
    own = [found for found in view.entries if published.named_by(found.entry.anchor) == published.name]
    facts = {"account": str(view.account), "registry": str(view.pin.contract)}
    if newest is None or (not own and _waits(published, newest.entry.anchor)):
        return Finding(CHECK, published.subject, Outcome.INCONCLUSIVE, f"{CHECK}.not_anchored", facts=facts)
    last_other = next((found for found in reversed(view.entries) if found not in own), None)
    outcome, message, told = Outcome.PASS, f"{CHECK}.only", newest
    if not own:
        outcome, message = Outcome.FAIL, f"{CHECK}.two_bundles"
    elif newest not in own:
        outcome, message, told = Outcome.FAIL, f"{CHECK}.superseded", own[-1]
    elif last_other is not None and not _may_correct(published, last_other.entry.anchor):
        outcome, message = Outcome.FAIL, f"{CHECK}.two_bundles"
    elif len(view.entries) > 1:
        message = f"{CHECK}.correction"
    other = last_other or newest
    corrected = [str(found.entry.sequence) for found in view.entries[:-1]]
    return Finding(
        CHECK,
        published.subject,
        outcome,
        message,
        grade=view.grade(told),
        expected=published.name,
        actual=published.named_by(other.entry.anchor),
        facts={
            **view.facts(told),
            "other": str(other.entry.sequence),
            "corrected": ", ".join(corrected) or "none",
        },
    )


def _waits(published: Published, anchor: Anchor) -> bool:
    """Tell whether an entry is of the bundle that this one corrects, and whose correction is not anchored yet."""
    return published.supersedes is not None and anchor.bundle == published.supersedes


def _may_correct(published: Published, anchor: Anchor) -> bool:
    """Tell whether this may correct an entry: a bundle says which one it supersedes, and a root alone does not."""
    return published.bundle is None or anchor.bundle == published.supersedes


def _copied(published: Published, view: RegistryView) -> Iterator[Finding]:
    same = [
        entry.issuer
        for entry in view.others
        if entry.anchor.commitments_root == published.root or entry.anchor.bundle == published.bundle
    ]
    addresses = list(dict.fromkeys(same))
    if addresses:
        more = len(addresses) - _NAMED_COPIES
        named = ", ".join(addresses[:_NAMED_COPIES]) + (f" and {more} more" if more > 0 else "")
        facts = {"addresses": named, "account": str(view.account)}
        yield Finding(CHECK, str(view.pin.contract), Outcome.INCONCLUSIVE, COPIED, facts=facts, required=False)


def _unread(view: RegistryView) -> Iterator[Finding]:
    if view.others_unread:
        facts = {"account": str(view.account), "reason": printable(view.others_unread)[:1000]}
        yield Finding(CHECK, str(view.pin.contract), Outcome.INCONCLUSIVE, OTHERS_UNREAD, facts=facts, required=False)


def _named(bundle: Digest | None, root: bytes) -> str:
    return f"commitments root {root.hex()}" if bundle is None else str(bundle)
