"""Run `por policy check`: can it be used, and what does it leave open?"""

import argparse
from pathlib import Path

from por.checks.policy import load_policy
from por.checks.policy_text import open_points

EXAMPLE = "por policy check policy.toml"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("policy", metavar="FILE", type=Path)


def run(args: argparse.Namespace) -> int:
    """Print what the policy leaves open; unusable ones raise."""
    policy = load_policy(args.policy)
    print(f"usable: {policy.digest}")
    for point in open_points(policy):
        print(f"  - {point}")
    return 0
