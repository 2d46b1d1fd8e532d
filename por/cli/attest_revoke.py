"""Run `por attest revoke`: sign, as a member, that an attestation is taken back."""

import argparse
import sys
from pathlib import Path

from por.cli.attester_files import read_certificate, read_committee
from por.cli.output import write_once
from por.cli.publishing import opened_member
from por.commitments.statements import committee_id, statement_digest
from por.encoding import attestation_v1
from por.encoding.reader import read_hex
from por.encoding.statement_v1 import MAX_REASON
from por.errors import EvidenceError, FormatError
from por.model import Attestation, Certificate, Committee, Revocation, SignatureScheme, plain_text
from por.proofs.attestation import require_preimages, signers
from por.publish.attesting import revocation_of
from por.publish.collecting import signed_by

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
    signer = opened_member(args, committee)
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
    said = certificate.statement.content
    if isinstance(said, Revocation):
        raise FormatError("is of a revocation, which cannot be taken back", text)
    if committee_id(certificate.committee) != committee_id(committee):
        raise FormatError("is another committee's, which alone can take it back", text)
    _require_signed(certificate, text)
    _show(certificate, said)
    return statement_digest(said)


def _require_signed(certificate: Certificate, place: str) -> None:
    """Sign nothing on the word of a file whose readable part, or the whole of which, nobody signed."""
    try:
        require_preimages(certificate.statement)
        found = signers(certificate)
    except EvidenceError as error:
        raise EvidenceError(f"{place}: {error}; nothing was signed") from error
    if len(found.proven) >= certificate.committee.threshold:
        return
    if certificate.committee.scheme is SignatureScheme.CONTRACT and len(found.all) >= certificate.committee.threshold:
        raise EvidenceError(
            f"{place}: what contracts signed is known on their chain alone; give the digest that the registry "
            "recorded, after looking at what it is of; nothing was signed"
        )
    raise EvidenceError(f"{place}: fewer members signed it than the committee's threshold; nothing was signed")


def _show(certificate: Certificate, said: Attestation) -> None:
    entry = certificate.statement.entry
    told = "" if entry is None else f", number {entry.sequence} of {entry.issuer}, as of {entry.anchor.instant}"
    print(f"entry    0x{said.commitment.hex()}{told}")
    print(f"outcome  {said.outcome}, observed at {said.observed_at}")
    for figure in certificate.statement.figures:
        print(f"figures  {figure.asset}: {figure.reserves} proven of {figure.liabilities} owed, in base units")


def _reason(text: str) -> str:
    try:
        if not text.strip():
            raise FormatError("a revocation gives its reason")
        return plain_text(text, MAX_REASON)
    except FormatError as error:
        raise error.within("--reason") from error
