"""Run `por sample accounts`: draw reserve accounts from a bundle."""

import argparse
import re
import sys
from pathlib import Path

from por.checks.evidence import open_bundle
from por.checks.populations import accounts
from por.checks.sampling import draw
from por.cli.output import new_path, write_file
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.model import AssetId
from por.model.sample import Method, Population
from por.report.samples import sample_csv, sample_json

EXAMPLE = 'por sample accounts bundle/ --size 10 --seed "beacon 2026-11-02, round 4711"'

_SIZE = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="the bundle's directory, or its bundle.json")
    add_draw_options(parser)


def add_draw_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every drawing has."""
    parser.add_argument("--size", metavar="N", required=True, help="how many to draw; by amount: how many units")
    parser.add_argument(
        "--seed", metavar="TEXT", required=True, help="text that nobody could know before the bundle was signed"
    )
    parser.add_argument(
        "--by-amount", metavar="ASSET", help="draw in proportion to the amount of this asset (monetary units)"
    )
    parser.add_argument("--assets", metavar="FILE", type=Path, help="more asset symbols, a TOML table")
    parser.add_argument("--json", action="store_true", help="write JSON instead of CSV")
    parser.add_argument("--output", metavar="FILE", type=new_path, help="write to FILE instead of stdout")


def run(args: argparse.Namespace) -> int:
    """Draw and print."""
    return put_sample(args, accounts(open_bundle(args.bundle).bundle, weighed_asset(args)))


def weighed_asset(args: argparse.Namespace) -> AssetId | None:
    """Return the asset by whose amounts to draw. Raises: FormatError."""
    name = args.by_amount
    if name is None:
        return None
    try:
        return AssetId.parse(name) if "/" in name else AssetTable.load(args.assets).resolve(name).asset
    except FormatError as error:
        raise FormatError(error.reason, f"--by-amount {name}") from error


def put_sample(args: argparse.Namespace, population: Population) -> int:
    """Draw from a population and write what was drawn. Raises: FormatError."""
    if not _SIZE.fullmatch(args.size):
        raise FormatError("not a number of items such as 25", "--size")
    method = Method.RANDOM if args.by_amount is None else Method.MONETARY_UNIT
    sample = draw(population, method, args.seed, int(args.size))
    text = sample_json(sample) if args.json else sample_csv(sample)
    if args.output is None:
        sys.stdout.write(text)
    else:
        write_file(args.output, text.encode(), 0o600)
        print(f"wrote {args.output}: {len(sample.drawn)} of {sample.count}", file=sys.stderr)
    return 0
