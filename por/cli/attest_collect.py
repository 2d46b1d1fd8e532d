"""Run `por attest collect`: join what members of a committee signed into a certificate."""

import argparse
from pathlib import Path

from por.cli.attester_files import put_certificate, read_committee, read_statement
from por.publish.collecting import collected

EXAMPLE = "por attest collect mine.json theirs.json --committee committee.json --output certificate.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "statements", metavar="STATEMENT", nargs="+", type=Path, help="a member's signed attestation or revocation"
    )
    parser.add_argument("--committee", metavar="FILE", type=Path, required=True, help="whose members signed")
    parser.add_argument("--output", metavar="CERTIFICATE", type=Path, required=True, help="where the certificate goes")


def run(args: argparse.Namespace) -> int:
    """Check every signature, and write the certificate."""
    statements = [read_statement(path) for path in args.statements]
    put_certificate(args.output, collected(statements, read_committee(args.committee)))
    return 0
