"""Bring the state in which a control proof is judged: what a contract account runs on, or the code of a delegation."""

from por.chains.bulk import BulkSource
from por.encoding import evm_code_v1
from por.encoding.media_types import EVM_CODE
from por.errors import EvidenceError
from por.issuer.witnesses import Document, fetch_witnesses, witness_documents
from por.model import Challenge, ControlScheme, ControlSignature, Header
from por.proofs.control.contract import approval_calls, require_approval
from por.proofs.control.delegation import delegate_of


def control_state(
    source: BulkSource, header: Header, challenge: Challenge, signature: ControlSignature, code: bytes
) -> tuple[Document, ...]:
    """Return the evidence files that a verifier needs beside a control proof, with media types; often none.

    `code` is the account's at the snapshot block. Raises: SourceError; EvidenceError for a contract that does not
    approve its signature there, naming the account.
    """
    scheme = ControlScheme(signature.scheme)
    if not scheme.contract:
        return () if delegate_of(code) is None else ((evm_code_v1.write(code), EVM_CODE),)
    try:
        calls = approval_calls(challenge, scheme, signature.signature)
        witnesses = fetch_witnesses(source, header, calls[-2:] if code else calls)
        require_approval(challenge, scheme, signature.signature, header, witnesses)
    except EvidenceError as error:
        raise EvidenceError(f"{signature.account}: {error}") from error
    return tuple(witness_documents(source.chain, header, witnesses))
