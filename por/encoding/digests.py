"""Compute the digests by which documents and evidence files are named."""

import hashlib

from por.model import Digest


def digest_of(data: bytes) -> Digest:
    """Return the SHA-256 of `data`."""
    return Digest(hashlib.sha256(data).digest())
