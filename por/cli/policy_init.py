"""Run `por policy init`: a policy to start from."""

import argparse
import sys

from por.checks.policy_text import starting_policy
from por.cli.output import new_path, write_file
from por.cli.sources import add_registry_options, registry_pin
from por.encoding.policy_v1 import PROFILES
from por.model import issuer_id

MAX_DELAY = 7 * 86_400
EXAMPLE = "por policy init --issuer exchange.example --key exchange.example+… --output policy.toml"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--issuer", metavar="DOMAIN", required=True, type=issuer_id, help="whose bundles it is for")
    parser.add_argument("--key", metavar="VKEY", action="append", default=[], help="the issuer's verifier key")
    parser.add_argument("--profile", choices=PROFILES, default="auditor")
    parser.add_argument("--chain", metavar="CHAIN=N", action="append", default=[], help="N sources must agree on CHAIN")
    add_registry_options(parser)
    parser.add_argument("--output", metavar="FILE", type=new_path, help="write to FILE instead of stdout")


def run(args: argparse.Namespace) -> int:
    """Write the policy."""
    text = starting_policy(args.issuer, args.key, args.profile, args.chain, registry_pin(args, MAX_DELAY))
    if args.output:
        write_file(args.output, text.encode())
        print(f"wrote {args.output}; read it, then: por policy check {args.output}", file=sys.stderr)
    else:
        sys.stdout.write(text)
    return 0
