"""Run `por issuer challenge`: fix the snapshot's blocks and write what every account's key must sign."""

import argparse
import sys
from pathlib import Path

from por.chains import open_source
from por.cli.sources import add_source_options, source_urls
from por.errors import FormatError
from por.issuer.accounts import read_accounts
from por.issuer.assets import AssetTable
from por.issuer.control import challenge_files
from por.issuer.snapshot import take_snapshot, write_snapshot
from por.issuer.workspace import Workspace
from por.model import Instant
from por.proofs.control.challenge import MAX_PERIOD

EXAMPLE = "por issuer challenge snapshot-2026-11 --accounts accounts.csv --source eip155:1=https://node-a.example"

MAX_DAYS = MAX_PERIOD // 86_400


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="what por issuer commit wrote")
    parser.add_argument("--accounts", metavar="FILE", type=Path, required=True, help="account,role,custody,asset")
    parser.add_argument("--assets", metavar="FILE", type=Path, help="more assets, a TOML table")
    parser.add_argument(
        "--days", metavar="N", type=int, default=30, help=f"signatures may be anchored for N days, 1 to {MAX_DAYS}"
    )
    add_source_options(parser, record=False)


def run(args: argparse.Namespace) -> int:
    """Write snapshot/ and challenges/."""
    if not 1 <= args.days <= MAX_DAYS:
        raise FormatError(f"between 1 and {MAX_DAYS} days", "--days")
    workspace = Workspace(args.directory)
    workspace.require_absent("snapshot", "challenges", "control", "salts", "bundle")
    commitments = workspace.commitments()
    accounts = read_accounts(args.accounts, AssetTable.load(args.assets))
    expires = Instant(commitments.instant.seconds + args.days * 86_400)
    sources = {chain: open_source(chain, urls) for chain, urls in source_urls(args.source).items()}
    missing = sorted({str(row.account.chain) for row in accounts} - set(map(str, sources)))
    if missing:
        raise FormatError(f"accounts are on {missing[0]}; give --source {missing[0]}=URL", "--source")
    snapshot, headers = take_snapshot(commitments.issuer, commitments.instant, expires, sources.values())
    workspace.put("snapshot", {**headers, "snapshot.json": write_snapshot(snapshot)})
    challenges = workspace.put("challenges", challenge_files(snapshot, accounts))
    for block in snapshot.blocks:
        print(f"{block.chain} block {block.block.number} 0x{block.block.hash.hex()}")
    print(
        f"wrote {challenges}: for each account sign the .txt (EIP-191) or the .json (EIP-712), with its key or, for a "
        "contract, as its owners sign messages, then: por issuer collect",
        file=sys.stderr,
    )
    return 0
