"""Run `por claims`: estimate what comes first to customers, from what a bundle is shown to hold."""

import argparse
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from por.checks.claims import Estimate, estimate
from por.checks.evidence import OpenBundle, open_bundle, read_document
from por.checks.observation import Broken, Missing
from por.checks.own_claim import own_records, require_basis, require_records
from por.checks.payouts import payouts
from por.checks.pins import Pins
from por.checks.policy import load_policy
from por.checks.verify import examination_of, verdict_on
from por.cli.output import Progress, add_language_option, clock, new_path, put_json, write_file
from por.cli.sources import add_source_options, opened_sources
from por.encoding import claim_v1, inclusion_proof_v1, records_v1, verdict_v1
from por.encoding.csv_rows import write_field
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.model import AssetId, CaseRule, Digest, InclusionProof, LiabilityCommitment, Verdict, parse_decimal
from por.model.claims import Claim, Judged, Loss
from por.report.claims import CLAIMS, render_claim
from por.report.safe_text import cell

EXAMPLE = "por claims bundle/ proof.json --policy policy.toml --account alice@example.com --replay answers.json"

PAYOUTS = ("account_id", "kind", "decimals", "owed", "paid")

Owed = tuple[tuple[LiabilityCommitment, int], ...]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="the bundle's directory, or its bundle.json")
    parser.add_argument(
        "proofs", metavar="PROOF", nargs="*", type=Path, help="your inclusion proof; without it: all customers together"
    )
    parser.add_argument("--policy", metavar="FILE", type=Path, required=True, help="what you trust and require")
    parser.add_argument("--account", metavar="ID", help="your account id with the issuer; needed with PROOF")
    parser.add_argument("--ledger", metavar="RECORDS", type=Path, help="the record list, to recompute every tree from")
    parser.add_argument(
        "--lost",
        metavar="ASSET=COINS",
        action="append",
        default=[],
        help="assume that so many whole coins kept for customers are gone; repeat for each asset",
    )
    parser.add_argument("--lost-hot", action="store_true", help="assume that all coins of hot accounts are gone")
    parser.add_argument("--assets", metavar="FILE", type=Path, help="more asset symbols, a TOML table")
    add_source_options(parser)
    parser.add_argument("--json", action="store_true", help="print the claim file instead of text")
    parser.add_argument("--output", metavar="FILE", type=new_path, help="also write the claim file to FILE")
    parser.add_argument(
        "--payouts",
        metavar="CSV",
        type=new_path,
        help="write what each customer of --ledger gets in coins, where each kind pays for itself",
    )
    parser.add_argument("--now", metavar="INSTANT", help="judge ages at this UTC instant, not at the machine's clock")
    add_language_option(parser)


def run(args: argparse.Namespace) -> int:
    """Estimate; 0 when something was computed, 3 when nothing was, 1 when what it would rest on is refuted."""
    if bool(args.proofs) != (args.account is not None):
        raise FormatError("PROOF and --account come together", "--account")
    if args.payouts and not args.ledger:
        raise FormatError("give the record list that is paid by too, with --ledger", "--payouts")
    policy, opened, now, progress = load_policy(args.policy), open_bundle(args.bundle), clock(args), Progress()
    table = AssetTable.load(args.assets)
    loss = Loss(args.lost_hot, tuple(sorted((_lost(text, table) for text in args.lost), key=lambda row: str(row[0]))))
    proofs = {_digest(path): _proof(path) for path in args.proofs}
    with opened_sources(args, policy) as sources:
        examination = examination_of(opened, policy, sources, now=now, records=args.ledger, progress=progress)
    progress.done()
    verdict = verdict_on(examination)
    require_basis(verdict)
    if isinstance(examination.declared, Missing | Broken):
        print(f"the issuer's declarations were not read: {examination.declared.reason}", file=sys.stderr)
    found, inclusion = estimate(examination, loss), None
    owed: Owed = tuple((item, item.total) for item in opened.bundle.liabilities)
    if proofs:
        pins = Pins(policy=policy, bundle=opened)
        inclusion, owed = own_records(list(proofs.values()), args.account, pins, now=now)
    if args.payouts:
        require_records(verdict)
        write_file(args.payouts, _payouts_csv(args.ledger, found, opened.bundle.case_rule), 0o600)
    claim = _claim(opened, verdict, inclusion, sorted(proofs), found, owed, loss)
    return _put(claim, args, {row.asset: name for name, row in table.names.items() if "/" not in name})


def _claim(
    opened: OpenBundle,
    verdict: Verdict,
    inclusion: Verdict | None,
    proofs: list[Digest],
    found: Estimate,
    owed: Owed,
    loss: Loss,
) -> Claim:
    return Claim(
        issuer=opened.bundle.issuer,
        instant=opened.bundle.instant,
        bundle=opened.digest,
        policy=verdict.policy or digest_of(b""),
        examined=_judged(verdict),
        inclusion=None if inclusion is None else _judged(inclusion),
        proofs=tuple(proofs),
        computed_at=verdict.checked_at,
        currency=found.currency,
        loss=loss,
        money=found.money,
        coins=found.of([item for item, _ in owed], [units for _, units in owed]),
        missing=found.missing,
    )


def _judged(verdict: Verdict) -> Judged:
    return Judged(digest_of(verdict_v1.write(verdict)), verdict.outcome)


def _put(claim: Claim, args: argparse.Namespace, names: Mapping[AssetId, str]) -> int:
    if not claim.coins:
        print("nothing is owed here that an estimate could be made of", file=sys.stderr)
        return 3
    document = claim_v1.write(claim)
    shown = any(row.proven.per_kind.preferential for row in claim.coins)
    listed = any(row.claimed.per_kind.preferential != 0 for row in claim.coins)
    if listed and not shown:
        print(args.lang.pgettext("claim.nothing", CLAIMS["claim.nothing"]), file=sys.stderr)
        return 3
    if args.output:
        write_file(args.output, document, 0o600 if claim.proofs else 0o644)
    if args.json:
        put_json(document)
    else:
        sys.stdout.write(render_claim(claim, names, args.lang))
    return 0


def _payouts_csv(ledger: Path, found: Estimate, case_rule: CaseRule) -> bytes:
    with ledger.open(encoding="utf-8", newline="") as lines:
        rows = payouts(records_v1.read_records(lines, str(ledger)), found, case_rule)
        told = ((row.account_id, str(row.kind), row.decimals, row.owed, row.paid) for row in rows)
        table = [",".join(write_field(_cell(str(field))) for field in row) + "\n" for row in told]
    return (",".join(PAYOUTS) + "\n" + "".join(table)).encode()


def _cell(text: str) -> str:
    """Escape an apostrophe at the beginning too: no two account ids are written alike."""
    return f"'{cell(text)}" if text.startswith("'") else cell(text)


def _digest(path: Path) -> Digest:
    return digest_of(read_document(path, inclusion_proof_v1.MAX_BYTES))


def _proof(path: Path) -> InclusionProof:
    data = read_document(path, inclusion_proof_v1.MAX_BYTES)
    try:
        return inclusion_proof_v1.read(data)
    except FormatError as error:
        raise error.within(f"{path}:") from error


def _lost(text: str, table: AssetTable) -> tuple[AssetId, Fraction]:
    name, _, coins = text.rpartition("=")
    try:
        asset = AssetId.parse(name) if "/" in name else table.resolve(name).asset
        return asset, parse_decimal(coins)
    except FormatError as error:
        raise FormatError(error.reason, f"--lost {text}") from error
