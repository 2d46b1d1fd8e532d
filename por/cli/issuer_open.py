"""Run `por issuer open`: open single accounts' control proofs, which the bundle commits to, to an auditor."""

import argparse
import sys
from pathlib import Path

from por.errors import FormatError
from por.issuer.accounts import written_account
from por.issuer.openings import open_accounts
from por.issuer.workspace import Workspace
from por.model import ChainAccount

EXAMPLE = "por issuer open snapshot-2026-11 eip155:1:0x5db4b426662a4f77adae28f4028466261e3cab30 --out for-auditor"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="what por issuer bundle wrote into")
    parser.add_argument("accounts", metavar="ACCOUNT", nargs="+", help="an account, such as eip155:1:0x…")
    parser.add_argument(
        "--out", metavar="FOLDER", type=Path, required=True, help="a new folder for the openings, one file an account"
    )


def run(args: argparse.Namespace) -> int:
    """Write the folder."""
    accounts = [_account(number, text) for number, text in enumerate(args.accounts, 1)]
    openings = open_accounts(Workspace(args.directory), accounts)
    folder = args.out.resolve()
    if not folder.parent.is_dir():
        raise FormatError("is not there: make it first", str(folder.parent))
    Workspace(folder.parent).put(folder.name, openings)
    print(f"wrote {args.out}: {len(openings)} openings; hand them over, for: por verify --opening", file=sys.stderr)
    return 0


def _account(number: int, text: str) -> ChainAccount:
    try:
        return written_account(text)
    except FormatError as error:
        raise FormatError(error.reason, f"ACCOUNT number {number}") from error
