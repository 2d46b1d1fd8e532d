"""Run `por issuer collect`: take the signatures back, checking each before it is kept."""

import argparse
import sys
from pathlib import Path

from por.issuer.control import collect
from por.issuer.workspace import Workspace

EXAMPLE = "por issuer collect snapshot-2026-11 signatures.csv"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="what por issuer challenge wrote into")
    parser.add_argument(
        "signatures", metavar="FILE", type=Path, help="account,scheme,signature; scheme eip191 or eip712"
    )


def run(args: argparse.Namespace) -> int:
    """Write control/."""
    workspace = Workspace(args.directory)
    challenges = workspace.files("challenges")
    files = collect(workspace.snapshot(), challenges, args.signatures)
    workspace.put("control", files)
    missing = sorted(set(challenges) - {*files, *(name.replace(".json", ".txt") for name in files)})
    print(f"control proofs that hold: {len(files)} of {len(challenges) // 2}; next: por issuer bundle", file=sys.stderr)
    if missing:
        print(f"without one, control stays inconclusive: {missing[0].removesuffix('.json')}", file=sys.stderr)
    return 0
