"""Examine a bundle and give the verdict."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from por.checks import (
    code_change,
    control,
    liabilities,
    movement,
    publication,
    reserves,
    rolled,
    snapshot,
    solvency,
    totals,
    unshared,
)
from por.checks.asset_classes import classes_by_asset, own_class
from por.checks.chain_view import Sources
from por.checks.evidence import OpenBundle, open_bundle
from por.checks.examination import Beside, Examination, Progress, examine
from por.checks.identity import CHECK as BOUND
from por.checks.observation import Missing, Observation, Seen
from por.checks.policy import require_usable
from por.checks.recomputation import Recomputation, rebuild
from por.checks.requirements import answered, required_checks, with_waivers
from por.checks.rulebooks import load_rulebooks
from por.checks.rules.judging import require_known_rules, rule_findings
from por.encoding import records_v1
from por.errors import FormatError
from por.model import Bundle, Finding, Instant, Policy, Verdict
from por.model.identity import Identity
from por.model.rulebook import Rulebook

Run = Callable[[Examination], Iterable[Finding]]

RUN: tuple[tuple[str, Run], ...] = (
    ("snapshot.complete", snapshot.complete),
    ("snapshot.canonical", snapshot.canonical),
    ("snapshot.simultaneous", snapshot.simultaneous),
    ("snapshot.fresh", snapshot.fresh),
    ("liabilities.scheme", liabilities.scheme),
    ("liabilities.nonnegative", liabilities.nonnegative),
    ("liabilities.recomputed", liabilities.recomputed),
    ("liabilities.rolled", rolled.rolled),
    ("reserves.control", control.control),
    ("reserves.balance", reserves.balance),
    ("reserves.eligible", reserves.eligible),
    ("reserves.distinct", reserves.distinct),
    ("reserves.totals", totals.totals),
    ("reserves.movement", movement.movement),
    ("reserves.code", code_change.code),
    ("reserves.unshared", unshared.unshared),
    ("solvency.coverage", solvency.coverage),
    ("publication.identified", publication.identified),
    ("publication.anchored", publication.anchored),
    ("publication.unequivocal", publication.unequivocal),
    ("publication.bound", publication.bound),
)


def _quiet(message: str) -> None:
    del message


def verify(
    bundle: OpenBundle | Path,
    policy: Policy,
    sources: Sources | None = None,
    *,
    now: Instant,
    records: Path | None = None,
    identity: Observation[Identity] | None = None,
    beside: Beside | None = None,
    rulebooks: Sequence[Rulebook] | None = None,
    progress: Progress = _quiet,
) -> Verdict:
    """Examine a bundle under a policy; the verdict depends on nothing else than the arguments.

    `records` is the record list the issuer hands the auditor, `identity` what the issuer's domain says of it, `beside`
    other bundles and openings. What a PASS does not show is in `por/spec/verdict.md`. `rulebooks` are judged as of the
    snapshot's day, after everything else; where None are given, those that the policy names.
    Raises: FormatError for a bundle, record list or rulebook that cannot be read, PolicyError for a policy that cannot
    be used; nothing for evidence or sources.
    """
    books = load_rulebooks(policy.law.rulebooks) if rulebooks is None else rulebooks
    require_known_rules(policy.waivers, books)
    examination = examination_of(
        bundle, policy, sources, now=now, records=records, identity=identity, beside=beside, progress=progress
    )
    return verdict_on(examination, books)


def examination_of(
    bundle: OpenBundle | Path,
    policy: Policy,
    sources: Sources | None = None,
    *,
    now: Instant,
    records: Path | None = None,
    identity: Observation[Identity] | None = None,
    beside: Beside | None = None,
    progress: Progress = _quiet,
) -> Examination:
    """Look at everything that `verify` judges, for those who need what was seen beside the verdict.

    Raises: as `verify`.
    """
    require_usable(policy)
    opened = bundle if isinstance(bundle, OpenBundle) else open_bundle(bundle)
    _require_one_commitment_a_class(opened.bundle, policy)
    recomputation = _recomputation(opened.bundle, records, progress)
    return examine(opened, policy, sources or Sources({}), recomputation, now, progress, identity, beside)


def verdict_on(examination: Examination, rulebooks: Sequence[Rulebook] = ()) -> Verdict:
    """Judge what was looked at. Raises: FormatError for a rulebook whose parameters cannot be used."""
    opened, policy = examination.opened, examination.policy
    findings = list(_findings(examination))
    findings += rule_findings(examination, findings, rulebooks)
    return Verdict(
        profile=policy.profile,
        snapshot=opened.bundle.snapshot,
        bundle=opened.digest,
        policy=policy.digest,
        as_of=opened.bundle.instant,
        checked_at=examination.now,
        findings=with_waivers(findings, policy),
        rulebooks=tuple(book.digest for book in rulebooks),
    )


def _findings(examination: Examination) -> Iterator[Finding]:
    required = set(required_checks(examination.policy))
    if not isinstance(examination.recomputation, Missing):
        required |= {"liabilities.nonnegative", "liabilities.recomputed"}
    required |= set(_asked_for(examination))
    for check, run in RUN:
        if check in required or check == BOUND:
            yield from answered(check, examination.bundle.snapshot, run(examination))
    for check in sorted(required - {name for name, _ in RUN}):
        yield from answered(check, examination.bundle.snapshot, ())


def _asked_for(examination: Examination) -> Iterator[str]:
    """Name what is required since the policy or the verifier brought what it looks at."""
    if examination.movement is not None:
        yield "reserves.movement"
    if examination.previous is not None:
        yield "reserves.code"
    if examination.movements is not None:
        yield "liabilities.rolled"
    if examination.others:
        yield "reserves.unshared"


def _recomputation(bundle: Bundle, records: Path | None, progress: Progress) -> Observation[Recomputation]:
    if records is None:
        return Missing("no record list was given; ask the issuer for it and give --ledger FILE")
    try:
        with records.open(encoding="utf-8", newline="") as lines:
            bounded = iter(partial(lines.readline, records_v1.MAX_LINE + 1), "")
            return Seen(rebuild(bundle, records_v1.read_records(bounded, str(records)), progress))
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", str(records)) from error
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8", str(records)) from error


def _require_one_commitment_a_class(bundle: Bundle, policy: Policy) -> None:
    groups = classes_by_asset(policy.classes)
    seen: dict[tuple[str, str], str] = {}
    for commitment in bundle.liabilities:
        group = groups.get(commitment.asset) or own_class(commitment)
        key = (commitment.segment, str(group.canonical))
        if key in seen:
            raise FormatError(f"{commitment.asset} and {seen[key]} are one asset class in one segment", "/liabilities")
        seen[key] = str(commitment.asset)
