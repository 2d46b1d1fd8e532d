"""Run `por verify`: the auditor's command."""

import argparse
from pathlib import Path

from por.checks.evidence import open_bundle
from por.checks.policy import load_policy
from por.checks.verify import verify
from por.cli.identity import add_identity_options, given_identity
from por.cli.output import Progress, add_verdict_options, clock, put_verdict
from por.cli.sources import add_source_options, opened_sources

EXAMPLE = "por verify bundle/ --policy policy.toml --source eip155:1=https://node-a.example --ledger records.csv"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="the bundle's directory, or its bundle.json")
    parser.add_argument("--policy", metavar="FILE", type=Path, required=True, help="what you trust and require")
    parser.add_argument("--ledger", metavar="RECORDS", type=Path, help="the record list, to recompute every tree from")
    add_source_options(parser)
    add_identity_options(parser)
    add_verdict_options(parser)


def run(args: argparse.Namespace) -> int:
    """Verify and return the verdict's exit status."""
    policy = load_policy(args.policy)
    opened = open_bundle(args.bundle)
    now = clock(args)
    progress = Progress()
    identity = given_identity(args, policy)
    with opened_sources(args, policy) as sources:
        verdict = verify(opened, policy, sources, now=now, records=args.ledger, identity=identity, progress=progress)
    progress.done()
    return put_verdict(verdict, args)
