"""Run `por attest`: verify, sign what was found whatever it is, collect, record."""

import argparse
import sys
from pathlib import Path

from por.checks.chain_view import Sources
from por.checks.evidence import OpenBundle, open_bundle
from por.checks.observation import Seen
from por.checks.policy import load_policy
from por.checks.registry_reading import entry_with
from por.checks.rulebooks import load_rulebooks
from por.checks.verify import verify
from por.cli.attest_submit import recorded
from por.cli.attester_files import put_certificate, read_committee, read_statement
from por.cli.identity import add_identity_options, given_identity
from por.cli.output import Progress, add_rendering_options, clock, print_verdict, write_once
from por.cli.publishing import add_payer_options, opened_member
from por.cli.sources import add_source_options, opened_sources
from por.encoding import attestation_v1, verdict_v1
from por.encoding.digests import digest_of
from por.errors import FormatError, PolicyError, PublishError
from por.model import (
    AnchoredEntry,
    Committee,
    Instant,
    Policy,
    SignatureScheme,
    SignedStatement,
    Statement,
    Verdict,
)
from por.publish.attesting import DAY, Tolerance, require_same, statement_of
from por.publish.collecting import collected, require_proven, require_signed, signed_by
from por.publish.signers import Signer

EXAMPLE = (
    "por attest bundle/ --policy policy.toml --source eip155:1=https://node.example --committee committee.json "
    "--signer file:key.json --output signed.json"
)
MAX_SECONDS = 366 * DAY


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="the bundle's directory, or its bundle.json")
    parser.add_argument("--policy", metavar="FILE", type=Path, required=True, help="what you trust and require")
    parser.add_argument("--ledger", metavar="RECORDS", type=Path, help="the record list, to recompute every tree from")
    parser.add_argument("--committee", metavar="FILE", type=Path, required=True, help="of which you are a member")
    parser.add_argument(
        "--signer", metavar="SPEC", required=True, help="where your key is: file:PATH, env:NAME, contract:… and others"
    )
    parser.add_argument("--output", metavar="FILE", type=Path, required=True, help="your signed statement")
    parser.add_argument("--report", metavar="FILE", type=Path, help="also write the verdict JSON, your report, to FILE")
    _add_times(parser)
    parser.add_argument(
        "--signature", metavar="FILE", type=Path, action="append", default=[], help="another member's signed statement"
    )
    parser.add_argument("--certificate", metavar="FILE", type=Path, help="collect the signatures into FILE")
    parser.add_argument("--submit", metavar="CONTRACT", help="record the certificate in this registry of attestations")
    add_payer_options(parser)
    add_source_options(parser)
    add_identity_options(parser)
    add_rendering_options(parser)


def _add_times(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--draft", metavar="FILE", type=Path, help="sign this statement of the proposer's, or refuse")
    group.add_argument(
        "--expires-in", metavar="SECONDS", type=int, default=30 * DAY, help="how long yours is good (default 30 days)"
    )
    parser.add_argument("--max-draft-age", metavar="SECONDS", type=int, default=Tolerance().age, help="default one day")
    parser.add_argument(
        "--max-validity", metavar="SECONDS", type=int, default=Tolerance().validity, help="of drafts; default 35 days"
    )


def run(args: argparse.Namespace) -> int:
    """Attest, and return the verdict's exit status."""
    if not 1 <= args.expires_in <= MAX_SECONDS:
        raise FormatError(f"between 1 and {MAX_SECONDS} seconds", "--expires-in")
    policy, committee = load_policy(args.policy), read_committee(args.committee)
    if policy.registry is None:
        raise PolicyError(f"{args.policy}: names no [registry]; an attestation is about an entry that stands in one")
    opened, now = open_bundle(args.bundle), clock(args)
    signer = opened_member(args, committee)
    verdict, entry = _examined(args, policy, opened, now)
    status = print_verdict(verdict, args, load_rulebooks(policy.law.rulebooks))
    sys.stdout.flush()
    own = statement_of(verdict, Instant(now.seconds + args.expires_in), entry)
    signed = _kept(args, signer, own, now)
    if signed is None:
        said = own if args.draft is None else _drafted(args, own, committee, now)
        report = digest_of(verdict_v1.write(verdict))
        signed = signed_by(signer, said, committee, report, _issuer(policy, opened))
        write_once(args.output, attestation_v1.write(signed))
        print(f"wrote {args.output}: {signer.name} attests {verdict.outcome}", file=sys.stderr)
    _report(args.report, verdict, signed)
    _collect(args, signed, committee)
    return status


def _examined(
    args: argparse.Namespace, policy: Policy, opened: OpenBundle, now: Instant
) -> tuple[Verdict, AnchoredEntry | None]:
    """Verify, and find the entry that readers may compare with."""
    progress, identity = Progress(), given_identity(args, policy)
    with opened_sources(args, policy) as sources:
        verdict = verify(opened, policy, sources, now=now, records=args.ledger, identity=identity, progress=progress)
        entry = _entry(policy, opened, sources, verdict)
    progress.done()
    return verdict, entry


def _entry(policy: Policy, opened: OpenBundle, sources: Sources, verdict: Verdict) -> AnchoredEntry | None:
    wanted = next((f.facts["entry"] for f in verdict.of("publication.anchored") if "entry" in f.facts), "")
    if not wanted:
        return None
    found = entry_with(policy, sources, opened.bundle.instant, bytes.fromhex(wanted.removeprefix("0x")))
    return found.value if isinstance(found, Seen) else None


def _kept(args: argparse.Namespace, signer: Signer, own: Statement, now: Instant) -> SignedStatement | None:
    """Return what an earlier run signed, if it is there and still says what was found now.

    Raises: PublishError, FormatError: nothing is written over.
    """
    if not args.output.exists():
        return None
    signed = read_statement(args.output)
    if signed.member != signer.member:
        raise FormatError(f"is there already, and not signed by {signer.name}; choose another name", str(args.output))
    _same(args, args.output, own, now)
    if args.draft is not None and read_statement(args.draft).statement.content != signed.statement.content:
        raise FormatError("is there already, and not of this draft; choose another name", str(args.output))
    require_signed(signed)
    print(f"there already: {args.output}, which says the same; nothing was signed", file=sys.stderr)
    return signed


def _drafted(args: argparse.Namespace, own: Statement, committee: Committee, now: Instant) -> Statement:
    """Return the proposer's statement; a contract's signature is its committee's to accept, at the latest on chain."""
    said, draft = _same(args, args.draft, own, now), read_statement(args.draft)
    try:
        if draft.scheme is not SignatureScheme.CONTRACT:
            require_proven(draft, committee, None)
    except PublishError as error:
        raise PublishError(f"{args.draft}: {error}") from error
    return said


def _same(args: argparse.Namespace, path: Path, own: Statement, now: Instant) -> Statement:
    try:
        return require_same(read_statement(path).statement, own, now, Tolerance(args.max_draft_age, args.max_validity))
    except PublishError as error:
        raise PublishError(f"{path}: {error}") from error


def _issuer(policy: Policy, opened: OpenBundle) -> str | None:
    if policy.registry is not None:
        return policy.registry.issuer
    return None if opened.bundle.anchored_by is None else opened.bundle.anchored_by.address


def _report(path: Path | None, verdict: Verdict, signed: SignedStatement) -> None:
    document = verdict_v1.write(verdict)
    if path is None:
        return
    if digest_of(document) == signed.report:
        write_once(path, document)
    else:
        print(f"not written: {path}; the report signed for is an earlier run's, {signed.report}", file=sys.stderr)


def _collect(args: argparse.Namespace, signed: SignedStatement, committee: Committee) -> None:
    if not (args.signature or args.certificate or args.submit):
        return
    certificate = collected([signed, *map(read_statement, args.signature)], committee)
    if args.certificate:
        put_certificate(args.certificate, certificate)
    if args.submit:
        print(recorded(args, certificate, args.submit, "--submit"), file=sys.stderr)
