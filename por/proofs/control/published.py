"""Compute which accounts signed a published text (`por/spec/published-lists.md`, verification).

Such a text names no snapshot, and mostly no account: the signature shows that the key was at hand once. How fresh it
is, and whether it stands elsewhere too, is not established here (T43).
"""

from collections.abc import Callable, Mapping

from por.encoding.published_signature_v1 import PublishedSignature
from por.errors import EvidenceError, UnsupportedEvidenceError
from por.proofs.control.bitcoin_message import bitcoin_signers
from por.proofs.control.ed25519_message import ed25519_signers
from por.proofs.control.evm_message import evm_signers
from por.proofs.control.published_reading import Published
from por.proofs.control.tron import tron_signers

SCHEMES: Mapping[str, Callable[[PublishedSignature], Published]] = {
    "bitcoin": bitcoin_signers,
    "ed25519": ed25519_signers,
    "evm": evm_signers,
    "tron": tron_signers,
}

# On these chains an address is a key's by one scheme alone: a document cannot choose another.
_OF_NAMESPACE: Mapping[str, str] = {"bip122": "bitcoin", "eip155": "evm", "tron": "tron"}


def published_signers(document: PublishedSignature) -> Published:
    """Return the accounts that signed, as their chain writes them, and the variant of the digest.

    Raises: EvidenceError for a signature that is not the account's; UnsupportedEvidenceError for what cannot be judged:
    an unread scheme, a key that no rule ties to the address, owners who sign a text that does not name the account.
    """
    signers = SCHEMES.get(document.scheme)
    if signers is None:
        raise UnsupportedEvidenceError(
            f"how {document.coin} accounts sign (scheme {document.scheme}) is not read by this release"
        )
    if _OF_NAMESPACE.get(document.account.chain.namespace, document.scheme) != document.scheme:
        raise EvidenceError(f"accounts of {document.account.chain} do not sign by scheme {document.scheme}")
    return signers(document)


def published_signer(document: PublishedSignature) -> tuple[str, ...]:
    """Return the addresses that signed, in the notation of `document.account.address`.

    Raises: EvidenceError; UnsupportedEvidenceError.
    """
    published_signers(document)
    return (document.account.address,)
