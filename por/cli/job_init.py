"""Run `por job init`: a job's file to start from."""

import argparse
import sys

from por.cli.output import new_path, write_file

EXAMPLE = "por job init --policy policy.toml --bundle https://exchange.example/por/bundle/"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--policy", metavar="FILE", default="policy.toml", help="the policy, relative to the job's file"
    )
    parser.add_argument(
        "--bundle", metavar="WHERE", default="bundle", help="a directory, or an https URL without a key"
    )
    parser.add_argument("--output", metavar="FILE", type=new_path, default="job.toml", help="default: job.toml")


def run(args: argparse.Namespace) -> int:
    """Write the job's file, and say what is next."""
    from por.checks.policy import load_policy  # noqa: PLC0415
    from por.jobs.configuration import doubts  # noqa: PLC0415
    from por.jobs.starting_text import starting_job  # noqa: PLC0415

    path = args.output.parent / args.policy
    policy = load_policy(path) if path.exists() else None
    text = starting_job(args.policy, args.bundle, policy)
    write_file(args.output, text.encode())
    for doubt in () if policy is None else doubts(policy):
        print(f"warning: {doubt}", file=sys.stderr)
    missing = "" if policy else f"make a policy (por policy init --output {path}), "
    urls = "put each node's URL into the file that its [[source]] names (mode 600), "
    print(f"wrote {args.output}; read it, {missing}{urls}then: por job check {args.output}", file=sys.stderr)
    return 0
