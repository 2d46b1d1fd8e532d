"""Compute, from the evidence files of one claimed holding, what the account held at the snapshot block."""

from collections.abc import Sequence
from dataclasses import dataclass

from por.checks.evidence import OpenBundle
from por.checks.observation import Missing, Observation, Seen, observe, then
from por.encoding import evm_account_proof_v1, media_types
from por.encoding.evm_account_proof_v1 import AccountProofDocument
from por.errors import EvidenceError
from por.model import AccountState, AssetId, ChainAccount, ClaimedHolding, Digest, Header, TokenLayout
from por.proofs.state.account import account_state
from por.proofs.state.tokens import token_holding


@dataclass(frozen=True, slots=True)
class ProvenHolding:
    """Hold what state proofs imply: base units, the flag bits beside them, the account's own state if proven."""

    units: int
    flags: int
    state: AccountState | None


def proven_holding(
    opened: OpenBundle,
    account: ChainAccount,
    claim: ClaimedHolding,
    header: Header,
    layouts: Sequence[TokenLayout],
) -> Observation[ProvenHolding]:
    """Prove a native or ERC-20 holding against a header whose hash was computed (state-proof.md)."""
    if not claim.evidence:
        return Missing("the bundle gives no evidence for this holding")
    documents: list[AccountProofDocument] = []
    for digest in claim.evidence:
        seen = _document(opened, digest, account, header)
        if not isinstance(seen, Seen):
            return seen
        documents.append(seen.value)
    if claim.asset.native:
        return observe(lambda: _native(account, documents, header))
    if claim.asset.token is not None:
        return _token(account, claim.asset, documents, header, layouts)
    return Missing(f"holdings of {claim.asset.namespace} assets are not read by this release")


def _document(
    opened: OpenBundle, digest: Digest, account: ChainAccount, header: Header
) -> Observation[AccountProofDocument]:
    def parse(data: bytes) -> AccountProofDocument:
        document = evm_account_proof_v1.read(data)
        if document.chain != account.chain or document.block_hash != header.hash:
            raise EvidenceError("the proof says it is about another chain or block")
        return document

    return then(opened.read(digest, media_types.EVM_ACCOUNT_PROOF), lambda data: observe(lambda: parse(data)))


def _native(account: ChainAccount, documents: Sequence[AccountProofDocument], header: Header) -> ProvenHolding:
    if len(documents) != 1 or documents[0].proof.address != account.address or documents[0].proof.storage_nodes:
        raise EvidenceError("a native holding is shown by one proof of the account itself, without storage")
    state = account_state(header.state_root, account.address, documents[0].proof.account_nodes)
    return ProvenHolding(state.balance, 0, state)


def _token(
    account: ChainAccount,
    asset: AssetId,
    documents: Sequence[AccountProofDocument],
    header: Header,
    layouts: Sequence[TokenLayout],
) -> Observation[ProvenHolding]:
    code = observe(lambda: _code_hashes(asset, documents, header))
    if not isinstance(code, Seen):
        return code
    known = [row for row in layouts if row.asset == asset and _runs(row, code.value)]
    if not known:
        hashes = ", ".join(f"0x{item.hex()}" for item in code.value)
        return Missing(f"no storage layout for {asset} with code hash {hashes}; add a [[layout]] to the policy")
    proofs = [document.proof for document in documents]
    held = observe(lambda: token_holding(known[0], account.address, header.state_root, proofs))
    return then(held, lambda holding: Seen(ProvenHolding(holding.units, holding.flags, None)))


def _code_hashes(asset: AssetId, documents: Sequence[AccountProofDocument], header: Header) -> tuple[bytes, ...]:
    """Return the proven code hash of the token, and of what the evidence says is its implementation."""
    if documents[0].proof.address != asset.token:
        raise EvidenceError("the first proof of a token holding is of the token's contract")
    states = (account_state(header.state_root, item.proof.address, item.proof.account_nodes) for item in documents)
    return tuple(state.code_hash for state in states)


def _runs(layout: TokenLayout, code_hashes: tuple[bytes, ...]) -> bool:
    pinned = () if layout.implementation is None else (layout.implementation.code_hash,)
    return code_hashes == (layout.code_hash, *pinned)
