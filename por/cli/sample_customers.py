"""Run `por sample customers`: draw customers from the record list that a bundle commits to."""

import argparse
from functools import partial
from pathlib import Path

from por.checks.evidence import open_bundle
from por.checks.populations import customers
from por.cli.output import Progress
from por.cli.sample_accounts import add_draw_options, put_sample, weighed_asset
from por.encoding import records_v1
from por.errors import FormatError

EXAMPLE = 'por sample customers bundle/ --ledger records.csv --size 25 --seed "beacon 2026-11-02, round 4711"'


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="the bundle's directory, or its bundle.json")
    parser.add_argument(
        "--ledger", metavar="RECORDS", type=Path, required=True, help="the record list, which must be the bundle's"
    )
    add_draw_options(parser)


def run(args: argparse.Namespace) -> int:
    """Draw and print; 1 when the record list is not the bundle's."""
    bundle, progress = open_bundle(args.bundle).bundle, Progress()
    try:
        with args.ledger.open(encoding="utf-8", newline="") as lines:
            bounded = iter(partial(lines.readline, records_v1.MAX_LINE + 1), "")
            records = records_v1.read_records(bounded, str(args.ledger))
            population = customers(bundle, records, weighed_asset(args), progress)
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", str(args.ledger)) from error
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8", str(args.ledger)) from error
    progress.done()
    return put_sample(args, population)
