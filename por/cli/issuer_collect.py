"""Run `por issuer collect`: take the signatures back, checking each before it is kept."""

import argparse
import sys
from pathlib import Path

from por.chains import open_source
from por.cli.sources import add_source_options, source_urls
from por.issuer.control import ask_contracts, collect, new_salts
from por.issuer.workspace import Workspace
from por.model import ControlScheme

EXAMPLE = "por issuer collect snapshot-2026-11 signatures.csv"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="what por issuer challenge wrote into")
    parser.add_argument(
        "signatures",
        metavar="FILE",
        type=Path,
        help=f"account,scheme,signature; scheme {', '.join(ControlScheme)}",
    )
    add_source_options(parser, record=False)


def run(args: argparse.Namespace) -> int:
    """Write control/ and salts/."""
    workspace = Workspace(args.directory)
    workspace.require_absent("control", "salts", "bundle")
    challenges, snapshot = workspace.files("challenges"), workspace.snapshot()
    files = collect(snapshot, challenges, args.signatures)
    sources = {chain: open_source(chain, urls) for chain, urls in source_urls(args.source).items()}
    unasked = ask_contracts(snapshot, files, sources)
    workspace.put("salts", new_salts(files))
    workspace.put("control", files)
    missing = sorted(set(challenges) - {*files, *(name.replace(".json", ".txt") for name in files)})
    held = f"control proofs that hold: {len(files) - len(unasked)} of {len(challenges) // 2}"
    print(f"{held}; next: por issuer bundle", file=sys.stderr)
    if unasked:
        chain = unasked[0].chain
        print(
            f"kept without being checked: {len(unasked)} signatures for contracts, such as {unasked[0]}; "
            f"with --source {chain}=URL those that are deployed are checked",
            file=sys.stderr,
        )
    if missing:
        print(f"without one, control stays inconclusive: {missing[0].removesuffix('.json')}", file=sys.stderr)
    return 0
