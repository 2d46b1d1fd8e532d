"""Run `por attest check`: what a certificate is worth under a policy of one's own, without asking anybody."""

import argparse
from pathlib import Path

from por.checks.certificate import Given, check_certificate
from por.checks.evidence import open_bundle
from por.checks.policy import load_policy
from por.cli.attester_files import read_certificate
from por.cli.output import add_verdict_options, clock, put_verdict
from por.encoding.reader import read_hex
from por.errors import FormatError

EXAMPLE = "por attest check certificate.json --policy policy.toml --bundle bundle/"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("certificate", metavar="CERTIFICATE", type=Path, help="what attesters signed and collected")
    parser.add_argument(
        "--policy", metavar="FILE", type=Path, required=True, help="what you trust: the committees by their ids"
    )
    parser.add_argument("--bundle", metavar="BUNDLE", type=Path, help="the issuer's bundle, to compare with")
    parser.add_argument("--entry", metavar="ID", help="the id of the issuer's anchored entry, to compare with")
    parser.add_argument(
        "--revocation", metavar="FILE", type=Path, action="append", default=[], help="a certificate of a revocation"
    )
    add_verdict_options(parser)


def run(args: argparse.Namespace) -> int:
    """Judge the certificate, and return the verdict's exit status."""
    policy, certificate = load_policy(args.policy), read_certificate(args.certificate)
    given = Given(
        bundle=open_bundle(args.bundle) if args.bundle else None,
        entry=None if args.entry is None else _entry(args.entry),
        revocations=tuple(read_certificate(path) for path in args.revocation),
    )
    return put_verdict(check_certificate(certificate, policy, given, now=clock(args)), args)


def _entry(text: str) -> bytes:
    try:
        return read_hex(text.removeprefix("0x"), 32, 32)
    except FormatError as error:
        raise error.within("--entry") from error
