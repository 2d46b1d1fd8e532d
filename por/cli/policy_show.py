"""Run `por policy show`: what a policy trusts, requires and waives."""

import argparse
import sys
from pathlib import Path

from por.checks.policy import load_policy
from por.checks.policy_text import described
from por.cli.output import put_json
from por.encoding.policy_v1 import canonical_bytes

EXAMPLE = "por policy show policy.toml"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("policy", metavar="FILE", type=Path)
    parser.add_argument("--json", action="store_true", help="print the canonical JSON that the policy's digest covers")


def run(args: argparse.Namespace) -> int:
    """Print the explanation."""
    policy = load_policy(args.policy)
    if args.json:
        put_json(canonical_bytes(policy))
    else:
        sys.stdout.write("\n".join(described(policy)) + "\n")
    return 0
