"""Run `por web export`: a copy of the customer's page, to hand on or to put on a web site."""

import argparse
import sys

from por.cli.output import new_path, write_file
from por.web.shipped import FILE, digest

EXAMPLE = "por web export verify.html"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", type=new_path, help="where to write it; nothing is written over")


def run(args: argparse.Namespace) -> int:
    """Write the copy."""
    document = FILE.read_bytes()
    write_file(args.file, document)
    print(f"wrote {args.file}, SHA-256 {digest(document)}", file=sys.stderr)
    return 0
