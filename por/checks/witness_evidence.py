"""Read the proven part of a state that a call runs on, from evidence files (`por/spec/proven-call.md`)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from eth_utils.crypto import keccak

from por.checks.evidence import OpenBundle
from por.checks.observation import Observation, Seen, observe, then
from por.encoding import evm_code_v1, evm_witness_v1, media_types
from por.encoding.evm_account_proof_v1 import AccountProofDocument
from por.encoding.evm_witness_v1 import WitnessDocument
from por.errors import EvidenceError
from por.model import ChainId, Digest, Header, Witness
from por.proofs.state.account import account_state

StateDocument = TypeVar("StateDocument", AccountProofDocument, WitnessDocument)


def read_witnesses(
    opened: OpenBundle, digests: Iterable[Digest], chain: ChainId, header: Header
) -> Observation[tuple[Witness, ...]]:
    """Read EVM_WITNESS and EVM_CODE files, and give each account the code that has its proven hash.

    An account with code that no file has keeps None; only running it needs the code.
    """
    accounts: list[Witness] = []
    codes: dict[bytes, bytes] = {}
    for digest in digests:
        entry = opened.entry(digest)
        if entry is not None and entry.media_type == media_types.EVM_CODE:
            code = then(opened.intact(entry), lambda data: observe(lambda: evm_code_v1.read(data)))
            if not isinstance(code, Seen):
                return code
            codes[keccak(code.value)] = code.value
            continue
        data = opened.read(digest, media_types.EVM_WITNESS)
        witness = then(data, lambda seen: observe(lambda: _accounts(seen, chain, header)))
        if not isinstance(witness, Seen):
            return witness
        accounts += witness.value
    return observe(lambda: tuple(_with_code(account, header, codes) for account in accounts))


def _accounts(data: bytes, chain: ChainId, header: Header) -> tuple[Witness, ...]:
    return about(evm_witness_v1.read(data), chain, header).accounts


def about(document: StateDocument, chain: ChainId, header: Header) -> StateDocument:
    """Return a document on a chain's state if it says that it is about this block. Raises: EvidenceError."""
    if document.chain != chain or document.block_hash != header.hash:
        raise EvidenceError("the proof says it is about another chain or block")
    return document


def _with_code(witness: Witness, header: Header, codes: Mapping[bytes, bytes]) -> Witness:
    account = account_state(header.state_root, witness.proof.address, witness.proof.account_nodes)
    return replace(witness, code=codes.get(account.code_hash))
