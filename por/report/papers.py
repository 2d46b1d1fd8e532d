"""Gather what a report is made of: a verdict, and beside it what explains it; each finding with its anchor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from por.checks.catalogue import check
from por.encoding import verdict_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.model import Bundle, Digest, Finding, Grade, Outcome, Verdict
from por.model.declarations import Declarations
from por.model.policy import LawTrust
from por.model.remark import Observer, Register, Remark
from por.model.rulebook import Rulebook
from por.report.language import IN_ENGLISH, Translator
from por.report.register import by_ref
from por.report.safe_text import harmless
from por.report.sentence import first_sentence
from por.report.text import grade_text, message
from por.report.words import word

PUBLISHED = "published"
FROM_CHAIN = frozenset({Grade.SINGLE_SOURCE, Grade.QUORUM_VALUE, Grade.STATE_PROOF, Grade.LIGHT_CLIENT})


@dataclass(frozen=True)
class Papers:
    """Hold a verdict and what a report may show beside it; nothing of it changes the verdict.

    `declared` is what the bundle's issuer declares, None where the bundle was not given or its declarations not read.
    `law` is what the verifier's policy brings for rulebooks, None where the policy was not given.
    `history` are other verdicts about the same issuer, `rulebooks` those that the verdict names by digest. `recording`
    is the digest of the recording that was replayed, None where sources were asked or the recording was not given.
    """

    verdict: Verdict
    history: tuple[Verdict, ...] = ()
    bundle: Bundle | None = None
    declared: Declarations | None = None
    law: LawTrust | None = None
    rulebooks: tuple[Rulebook, ...] = ()
    register: Register = field(default_factory=Register)
    recording: Digest | None = None
    say: Translator = IN_ENGLISH

    @property
    def digest(self) -> Digest:
        """Return the digest of the verdict's document."""
        return digest_of(verdict_v1.write(self.verdict))

    @property
    def observer(self) -> Observer | None:
        """Say who made the recording that was replayed; None where nobody said, or where none was."""
        origin = None if self.recording is None else self.register.origin(self.recording)
        return None if origin is None else origin.observer


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one finding as reports show it: `anchor` is its address in the page, `number` its place in the verdict.

    `observed` says whose look it rests on where that was not the auditor's; empty otherwise.
    """

    finding: Finding
    number: int
    anchor: str
    text: str
    grade: str
    standing: str
    observed: str
    remarks: tuple[Remark, ...]

    @property
    def outcome(self) -> Outcome:
        """Return the finding's outcome."""
        return self.finding.outcome

    @property
    def exception(self) -> bool:
        """Tell whether it belongs in the exceptions register.

        What did not pass is an exception, unless it counts for nothing: is for information, or of a rule that does not
        bind.
        """
        finding = self.finding
        if finding.outcome is Outcome.PASS:
            return False
        if finding.rule is not None and not finding.required:
            return finding.waived is not None or finding.facts.get("state") == "in-force"
        return finding.outcome is Outcome.FAIL or finding.required or finding.waived is not None


def require_renderable(papers: Papers) -> None:
    """Make sure that this release can say all that a verdict holds, and that all is about one issuer.

    Raises: FormatError for a verdict whose checks, messages or facts this release does not know, for a rulebook, bundle
    or history that is not this verdict's.
    """
    for verdict in (papers.verdict, *papers.history):
        try:
            first_sentence(verdict, papers.say)
            for finding in verdict.findings:
                check(finding.check)
                message(finding, papers.say)
        except (KeyError, ValueError) as error:
            what = harmless(str(error))[:100]
            raise FormatError(f"this release cannot say what the verdict holds: nothing is known as {what}") from error
        if subject(verdict) != subject(papers.verdict):
            raise FormatError(f"about {subject(verdict)}, and not about {subject(papers.verdict)}", "--history")
    if papers.bundle is not None and papers.bundle.snapshot != papers.verdict.snapshot:
        raise FormatError(f"of {papers.bundle.snapshot}, and not of {papers.verdict.snapshot}", "--bundle")
    for book in papers.rulebooks:
        if book.digest not in papers.verdict.rulebooks:
            raise FormatError(f"{book.id} is not the rulebook that the verdict names, or not its version", "--rulebook")


def entries(papers: Papers) -> tuple[Entry, ...]:
    """Return every finding as an entry, in the verdict's order; anchors are made of refs, and are unique."""
    remarks = by_ref(papers.register, papers.verdict)
    seen: dict[str, int] = {}
    made = []
    for number, finding in enumerate(papers.verdict.findings, 1):
        anchor = "f-" + sha256(finding.ref.encode()).hexdigest()[:20]
        seen[anchor] = seen.get(anchor, 0) + 1
        unique = anchor if seen[anchor] == 1 else f"{anchor}-{seen[anchor]}"
        made.append(_entry(papers, finding, number, unique, remarks))
    return tuple(made)


def by_check(rows: Sequence[Entry]) -> Mapping[str, tuple[Entry, ...]]:
    """Gather the entries that answer no rule, by check."""
    found: dict[str, list[Entry]] = {}
    for row in rows:
        if row.finding.rule is None:
            found.setdefault(row.finding.check, []).append(row)
    return {name: tuple(group) for name, group in found.items()}


def with_history(papers: Papers, verdicts: Sequence[Verdict]) -> Papers:
    """Put other verdicts beside this one, oldest first, each once, and not itself."""
    others = {verdict_v1.write(verdict): verdict for verdict in verdicts}
    others.pop(verdict_v1.write(papers.verdict), None)
    ordered = sorted(others.values(), key=lambda row: (row.as_of or row.checked_at, row.checked_at))
    return replace(papers, history=tuple(ordered))


def _entry(
    papers: Papers, finding: Finding, number: int, anchor: str, remarks: Mapping[str, tuple[Remark, ...]]
) -> Entry:
    return Entry(
        finding=finding,
        number=number,
        anchor=anchor,
        text=message(finding, papers.say),
        grade=grade_text(finding.grade, papers.say) if finding.grade else "",
        standing=_standing(finding, papers.say),
        observed=_observed(papers, finding),
        remarks=remarks.get(finding.ref, ()),
    )


def _standing(finding: Finding, say: Translator) -> str:
    if finding.waived is not None:
        return word("standing.waived", say, reason=finding.waived)
    return word("standing.required" if finding.required else "standing.information", say)


def _observed(papers: Papers, finding: Finding) -> str:
    if papers.recording is None or finding.grade not in FROM_CHAIN or papers.observer is Observer.AUDITOR:
        return ""
    return word(f"observed.mark.{papers.observer or 'unknown'}", papers.say)


def subject(verdict: Verdict) -> str:
    """Name what a verdict is about: the issuer, or the format of a published proof, which names no issuer."""
    return verdict.snapshot.partition(":" if verdict.profile == PUBLISHED else "@")[0]
