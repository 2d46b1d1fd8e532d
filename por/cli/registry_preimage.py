"""Run `por registry preimage`: print what contracts take to know an entry by."""

import argparse
import json
from pathlib import Path

from por.cli.publishing import require_address, whole_number
from por.publish.history import entry_at, preimage
from por.publish.index_schema import opened_to_read

EXAMPLE = "por registry preimage --database history.sqlite --issuer 0x5aae…beaed --sequence 12"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--database", metavar="FILE", type=Path, required=True, help="what por registry index made")
    parser.add_argument("--issuer", metavar="ADDRESS", required=True, help="the issuer's address")
    parser.add_argument("--sequence", metavar="N", required=True, help="the entry's number, from 1")


def run(args: argparse.Namespace) -> int:
    """Print the AnchorPreimage as JSON."""
    require_address(args.issuer, "--issuer")
    sequence = whole_number(args.sequence, "--sequence")
    with opened_to_read(args.database) as index:
        print(json.dumps(preimage(entry_at(index, args.issuer, sequence)), indent=2))
    return 0
