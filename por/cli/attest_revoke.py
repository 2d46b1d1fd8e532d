"""Run `por attest revoke`: sign, as a member, that an attestation is taken back."""

import argparse
import sys
from pathlib import Path

from por.cli.attester_files import read_certificate, read_committee
from por.cli.output import write_once
from por.commitments.statements import committee_id, statement_digest
from por.encoding import attestation_v1
from por.encoding.reader import read_hex
from por.encoding.statement_v1 import MAX_REASON
from por.errors import FormatError
from por.model import Committee, Revocation, plain_text
from por.publish.attesting import require_member, revocation_of, signed_by
from por.publish.signers import open_signer

EXAMPLE = (
    'por attest revoke certificate.json --reason "an account was counted twice" --committee committee.json '
    "--signer file:key.json --output revocation.json"
)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "attestation", metavar="CERTIFICATE|DIGEST", help="its certificate, or its digest: 0x and 64 hexadecimal digits"
    )
    parser.add_argument("--reason", metavar="TEXT", required=True, help="why; everybody who is shown it reads this")
    parser.add_argument("--committee", metavar="FILE", type=Path, required=True, help="that attested")
    parser.add_argument("--signer", metavar="SPEC", required=True, help="where your key is: file:PATH, env:NAME, …")
    parser.add_argument("--output", metavar="FILE", type=Path, required=True, help="your signed revocation")


def run(args: argparse.Namespace) -> int:
    """Sign the revocation; por attest collect and submit take it as they take attestations."""
    committee = read_committee(args.committee)
    attested = _digest(args.attestation, committee)
    signer = open_signer(args.signer)
    require_member(signer, committee)
    signed = signed_by(signer, revocation_of(attested, _reason(args.reason)), committee, None, None)
    written = write_once(args.output, attestation_v1.write(signed))
    print(f"{'wrote' if written else 'there already:'} {args.output}", file=sys.stderr)
    print(f"{signer.name} revokes 0x{attested.hex()}; it counts once enough members do")
    return 0


def _digest(text: str, committee: Committee) -> bytes:
    if text.startswith("0x"):
        try:
            return read_hex(text[2:], 32, 32)
        except FormatError as error:
            raise error.within("CERTIFICATE|DIGEST") from error
    certificate = read_certificate(Path(text))
    if isinstance(certificate.statement.content, Revocation):
        raise FormatError("is of a revocation, which cannot be taken back", text)
    if committee_id(certificate.committee) != committee_id(committee):
        raise FormatError("is another committee's, which alone can take it back", text)
    return statement_digest(certificate.statement.content)


def _reason(text: str) -> str:
    try:
        if not text.strip():
            raise FormatError("a revocation gives its reason")
        return plain_text(text, MAX_REASON)
    except FormatError as error:
        raise error.within("--reason") from error
