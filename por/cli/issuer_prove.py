"""Run `por issuer prove`: one customer's inclusion proof."""

import argparse
import sys
from pathlib import Path

from por.cli.output import new_path, write_file
from por.encoding import inclusion_proof_v1
from por.issuer.prove import prove
from por.issuer.store import ProofStore
from por.issuer.workspace import Workspace

EXAMPLE = "por issuer prove snapshot-2026-11 alice@example.com --output alice.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("store", metavar="STORE", type=Path, help="what por issuer commit wrote, or its store/")
    parser.add_argument("account", metavar="ACCOUNT", help="the customer's account id; - reads it from stdin")
    parser.add_argument("--output", metavar="FILE", type=new_path, help="write to FILE instead of stdout")


def run(args: argparse.Namespace) -> int:
    """Write the proof, with the bundle's signed note when there is one."""
    account = sys.stdin.readline().rstrip("\n") if args.account == "-" else args.account
    inside = (args.store / "store").is_dir()
    workspace = Workspace(args.store if inside else args.store.parent)
    note = workspace.note()
    with ProofStore.open(args.store / "store" if inside else args.store) as store:
        document = inclusion_proof_v1.write(prove(store, account, note))
    if not note:
        print("no bundle is signed yet: the proof carries no signature", file=sys.stderr)
    if args.output:
        write_file(args.output, document)
    else:
        sys.stdout.write(document.decode())
    return 0
