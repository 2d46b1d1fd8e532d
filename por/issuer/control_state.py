"""Bring the state in which a control proof is judged: what a contract account runs on, or the code of a delegation."""

from eth_utils.crypto import keccak

from por.chains.bulk import BulkSource
from por.encoding import evm_code_v1
from por.encoding.media_types import EVM_CODE
from por.errors import EvidenceError, UnavailableError
from por.issuer.witnesses import Document, StateFetcher, witness_documents
from por.model import Challenge, ControlScheme, ControlSignature, Header
from por.proofs.control.contract import approval_calls, require_approval
from por.proofs.control.delegation import delegate_of
from por.proofs.state.account import EMPTY_CODE_HASH


def control_state(
    source: BulkSource, header: Header, challenge: Challenge, signature: ControlSignature, code_hash: bytes
) -> tuple[Document, ...]:
    """Return the evidence files that a verifier needs beside a control proof, with media types; often none.

    `code_hash` is the account's, proven at the snapshot block. Raises: SourceError; EvidenceError for a contract that
    does not approve its signature there, naming the account.
    """
    scheme = ControlScheme(signature.scheme)
    if scheme.contract:
        return _approving(source, header, challenge, scheme, signature.signature)
    if code_hash == EMPTY_CODE_HASH:
        return ()
    address = challenge.account.address
    (code,) = source.codes(header.ref, [address])
    if keccak(code) != code_hash:
        raise UnavailableError(
            f"{', '.join(source.names)}: the code it gives for {address} is not the one proven there"
        )
    return () if delegate_of(code) is None else ((evm_code_v1.write(code), EVM_CODE),)


def _approving(
    source: BulkSource, header: Header, challenge: Challenge, scheme: ControlScheme, signature: bytes
) -> tuple[Document, ...]:
    state = StateFetcher(source, header)
    try:
        state.expect(approval_calls(challenge, scheme, signature))
        settled = state.settle(lambda seen: require_approval(challenge, scheme, signature, header, seen))
    except EvidenceError as error:
        raise EvidenceError(f"{challenge.account}: {error}") from error
    return tuple(witness_documents(source.chain, header, settled.witnesses))
