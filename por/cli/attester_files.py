"""Read and write the documents that attesters exchange, and name the file in every refusal."""

import sys
from pathlib import Path

from por.checks.evidence import load_document, read_document
from por.cli.output import write_once
from por.commitments.statements import statement_digest
from por.encoding import attestation_v1, attester_key_v1, certificate_v1, committee_v1, eip2335_v1, strict_json
from por.errors import FormatError
from por.model import AttesterKey, Certificate, Committee, SignedStatement


def read_committee(path: Path) -> Committee:
    """Read a committee. Raises: FormatError."""
    return load_document(path, committee_v1.MAX_BYTES, committee_v1.read)


def read_attester_key(path: Path) -> AttesterKey:
    """Read a BLS key with its proof of possession. Raises: FormatError."""
    return load_document(path, attester_key_v1.MAX_BYTES, attester_key_v1.read)


def is_key_file(path: Path) -> bool:
    """Tell whether a file is an encrypted key, by its layout; False for what cannot be read."""
    try:
        value = strict_json.load(read_document(path, eip2335_v1.MAX_BYTES), max_bytes=eip2335_v1.MAX_BYTES)
    except FormatError:
        return False
    return isinstance(value, dict) and isinstance(value.get("crypto"), dict)


def read_statement(path: Path) -> SignedStatement:
    """Read one attester's signed statement. Raises: FormatError."""
    return load_document(path, attestation_v1.MAX_BYTES, attestation_v1.read)


def read_certificate(path: Path) -> Certificate:
    """Read a certificate. Raises: FormatError."""
    return load_document(path, certificate_v1.MAX_BYTES, certificate_v1.read)


def put_certificate(path: Path, certificate: Certificate) -> None:
    """Write a certificate, unless it is there, and say what it is of. Raises: FormatError."""
    written = write_once(path, certificate_v1.write(certificate))
    count = len(certificate.signers)
    digest = statement_digest(certificate.statement.content).hex()
    print(f"{'wrote' if written else 'there already:'} {path}, signed by {count}, of 0x{digest}", file=sys.stderr)
