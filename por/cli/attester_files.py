"""Read and write the documents that attesters exchange, and name the file in every refusal."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from por.checks.evidence import read_document
from por.cli.output import write_once
from por.commitments.statements import committee_id, statement_digest
from por.encoding import attestation_v1, attester_key_v1, certificate_v1, committee_v1
from por.errors import EvidenceError, FormatError
from por.model import AttesterKey, Certificate, Committee, SignedStatement

Document = TypeVar("Document")


def read_committee(path: Path) -> Committee:
    """Read a committee. Raises: FormatError, also for one that no registry takes."""
    committee = _read(path, committee_v1.MAX_BYTES, committee_v1.read)
    try:
        committee_id(committee)
    except EvidenceError as error:
        raise FormatError(str(error), str(path)) from error
    return committee


def read_attester_key(path: Path) -> AttesterKey:
    """Read a BLS key with its proof of possession. Raises: FormatError."""
    return _read(path, attester_key_v1.MAX_BYTES, attester_key_v1.read)


def read_statement(path: Path) -> SignedStatement:
    """Read one attester's signed statement. Raises: FormatError."""
    return _read(path, attestation_v1.MAX_BYTES, attestation_v1.read)


def read_certificate(path: Path) -> Certificate:
    """Read a certificate. Raises: FormatError."""
    return _read(path, certificate_v1.MAX_BYTES, certificate_v1.read)


def put_certificate(path: Path, certificate: Certificate) -> None:
    """Write a certificate, unless it is there, and say what it is of. Raises: FormatError."""
    written = write_once(path, certificate_v1.write(certificate))
    count = len(certificate.signers)
    digest = statement_digest(certificate.statement.content).hex()
    print(f"{'wrote' if written else 'there already:'} {path}, signed by {count}, of 0x{digest}", file=sys.stderr)


def _read(path: Path, limit: int, read: Callable[[bytes], Document]) -> Document:
    data = read_document(path, limit)
    try:
        return read(data)
    except FormatError as error:
        raise error.within(f"{path}:") from error
