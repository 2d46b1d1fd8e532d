"""Sign a bundle with the issuer's Ed25519 key, kept in a file of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from por.encoding import bundle_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.issuer.keys import ensure_secret
from por.model import Bundle, Digest
from por.proofs.signed_note import (
    VerifierKey,
    bundle_note_text,
    private_key_from_text,
    private_key_text,
    sign,
    verifier_key,
)


@dataclass(frozen=True)
class SigningKey:
    """Hold a named signing key; its representation shows the verifier key alone."""

    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """Return the key that verifies."""
        return verifier_key(self.name, self.private)

    def __repr__(self) -> str:
        """Show nothing secret."""
        return f"SigningKey({self.verifier})"


def ensure_signing_key(path: Path, issuer: str) -> tuple[SigningKey, bool]:
    """Return the signing key in `path`, and whether it was made just now.

    Raises: FormatError for a file that others may read, that holds no key, or a key of another name.
    """

    def read(text: str) -> SigningKey:
        name, private = private_key_from_text(text.removesuffix("\n"))
        if name != issuer:
            raise FormatError(f"a key named {name}; bundles of {issuer} are signed with its own")
        return SigningKey(name, private)

    return ensure_secret(path, lambda: private_key_text(issuer, Ed25519PrivateKey.generate()) + "\n", read)


def bundle_directory(bundle: Bundle, evidence: Mapping[Digest, bytes], key: SigningKey) -> dict[str, bytes]:
    """Return the files of a bundle's directory by name, the signed note among them (bundle.md, signed-note.md)."""
    document = bundle_v1.write(bundle)
    text = bundle_note_text(
        bundle.issuer, bundle.snapshot, digest_of(document), bundle.commitments_root, bundle.case_rule
    )
    files = {f"evidence/{digest.value.hex()}": data for digest, data in evidence.items()}
    return {"bundle.json": document, "bundle.note": sign(text, key.name, key.private).encode(), **files}
