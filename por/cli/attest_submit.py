"""Run `por attest submit`: record a certificate, of an attestation or a revocation, on a chain."""

import argparse
from pathlib import Path

from por.cli.attester_files import read_certificate
from por.cli.publishing import add_node_options, add_payer_options, contract, nodes_of, opened_wallet
from por.model import Certificate, Revocation
from por.publish.attestations import Attestations

EXAMPLE = (
    "por attest submit certificate.json --attestations eip155:1:0x… --source eip155:1=https://node.example "
    "--payer env:PAYER"
)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("certificate", metavar="CERTIFICATE", type=Path, help="what was signed and collected")
    parser.add_argument("--attestations", metavar="CONTRACT", required=True, help="the registry of attestations")
    add_node_options(parser)
    add_payer_options(parser)


def run(args: argparse.Namespace) -> int:
    """Record it, unless it is recorded, and wait until that is final."""
    print(recorded(args, read_certificate(args.certificate), args.attestations, "--attestations"))
    return 0


def recorded(args: argparse.Namespace, certificate: Certificate, registry: str, option: str) -> str:
    """Record a certificate in a registry named by CAIP-10, and say what stands there now.

    `args` are those of `add_node_options` and `add_payer_options`. Raises: FormatError, PublishError, SourceError;
    EvidenceError for signatures that do not hold.
    """
    place = contract(registry, option)
    with opened_wallet(args, nodes_of(args, place.chain)) as wallet:
        done = Attestations(wallet, place.address).submit(certificate)
    what = "revocation" if isinstance(certificate.statement.content, Revocation) else "attestation"
    how = "recorded already; nothing was sent" if done.was_there else "recorded, final"
    return f"{what} {how}: 0x{done.digest.hex()} of committee 0x{done.committee.hex()} at {done.at}"
