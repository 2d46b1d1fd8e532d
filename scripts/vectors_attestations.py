"""Make the vectors of attesters' documents and signatures, without the code under test.

Families attester-key-document, attestation-document, committee-document, certificate-document and certificate.
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.attestation_vectors import documents, signatures
from scripts.document_vectors.case import Case


def cases() -> Iterator[Case]:
    yield from documents.document_cases()
    yield from signatures.certificate_cases()
