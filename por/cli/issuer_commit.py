"""Run `por issuer commit`: from a ledger to commitments and a proof store."""

import argparse
import sys
from pathlib import Path

from por.cli.output import Progress
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.issuer.commit import commit
from por.issuer.keys import ensure_master_key
from por.model import MAX_DEPTH, CaseRule, Instant, format_coins, issuer_id

EXAMPLE = "por issuer commit ledger.csv --output snapshot-2026-11 --issuer exchange.example"
UNNAMED = "unnamed.invalid"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ledger", metavar="LEDGER.csv", type=Path, help="account_id,segment,asset,amount")
    parser.add_argument("--output", metavar="DIR", type=Path, required=True, help="must not be there yet")
    parser.add_argument("--issuer", metavar="DOMAIN", help=f"your issuer id (default {UNNAMED})")
    parser.add_argument("--instant", metavar="INSTANT", help="the snapshot's UTC instant (default: now)")
    parser.add_argument("--case", choices=[*CaseRule], default=CaseRule.LOWER, help="how account ids are written")
    parser.add_argument("--assets", metavar="FILE", type=Path, help="more assets, a TOML table")
    parser.add_argument("--depth", metavar="N", type=int, help="deepen every tree to N, to hide the number of records")
    parser.add_argument("--split", metavar="N", type=int, default=1, help="spread amounts over up to N records each")
    parser.add_argument("--master-key", metavar="FILE", type=Path, help="default: por-master.key beside DIR")


def run(args: argparse.Namespace) -> int:
    """Commit, and say what was taken for granted."""
    if args.depth is not None and not 0 <= args.depth <= MAX_DEPTH:
        raise FormatError(f"between 0 and {MAX_DEPTH}", "--depth")
    issuer, instant = _issuer(args.issuer), _instant(args.instant)
    _warn_of_future(instant)
    key_file = args.master_key or args.output.parent / "por-master.key"
    master_key, made = ensure_master_key(key_file)
    say = "made a new master key in" if made else "using the master key in"
    print(f"{say} {key_file}; keep it secret, and keep it: every snapshot uses it", file=sys.stderr)
    progress = Progress()
    result = commit(
        args.ledger,
        args.output,
        issuer=issuer,
        instant=instant,
        case_rule=CaseRule(args.case),
        master_key=master_key,
        assets=AssetTable.load(args.assets),
        depth=args.depth,
        split=args.split,
        progress=progress,
    )
    progress.done()
    for item in result.commitments.liabilities:
        print(f"{item.segment:<16}{format_coins(item.total, item.decimals):>24}  {item.asset}")
    print(f"commitments root {result.commitments.commitments_root.hex()}")
    counts = result.counts
    print(
        f"rows: {counts.rows:,}, accounts: {counts.accounts:,}, records: {counts.records:,}, "
        f"rows of amount zero, which have no record: {counts.zero_rows:,}",
        file=sys.stderr,
    )
    print(
        f"wrote {args.output}; publish commitments.json or the bundle, and nothing else in it; "
        "next: por issuer challenge, or por issuer prove",
        file=sys.stderr,
    )
    return 0


def _issuer(text: str | None) -> str:
    if text is not None:
        try:
            return issuer_id(text)
        except FormatError as error:
            raise error.within("--issuer") from error
    print(
        f"no --issuer given: committing as {UNNAMED}; customers check against your own domain",
        file=sys.stderr,
    )
    return UNNAMED


def _instant(text: str | None) -> Instant:
    if text is not None:
        try:
            return Instant.parse(text)
        except FormatError as error:
            raise error.within("--instant") from error
    now = Instant.now()
    print(f"no --instant given: the snapshot is of now, {now}", file=sys.stderr)
    return now


def _warn_of_future(instant: Instant) -> None:
    if instant > Instant.now():
        print(f"{instant} is in the future: until then every verdict on it fails", file=sys.stderr)
