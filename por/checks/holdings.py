"""Compute, from the evidence files of one claimed holding, what the account held at the snapshot block."""

from collections.abc import Sequence
from dataclasses import dataclass

from por.checks.evidence import OpenBundle
from por.checks.observation import Missing, Observation, Seen, observe, then
from por.checks.witness_evidence import about, read_witnesses
from por.encoding import evm_account_proof_v1, media_types
from por.encoding.evm_account_proof_v1 import AccountProofDocument
from por.errors import EvidenceError
from por.model import (
    AccountProof,
    AccountState,
    AssetId,
    ChainAccount,
    ClaimedHolding,
    Digest,
    Grade,
    Header,
    TokenCall,
    TokenLayout,
    Witness,
)
from por.proofs.state.account import EMPTY_CODE_HASH, account_state
from por.proofs.state.token_call import CalledHolding, UnknownCodeError, called_holding
from por.proofs.state.tokens import token_holding

_CALLED = frozenset({media_types.EVM_CODE, media_types.EVM_WITNESS})


@dataclass(frozen=True, slots=True)
class ProvenHolding:
    """Hold what evidence implies: base units, the flag bits beside them, the account's own state if proven.

    `underlying` is what a vault's shares stand for, in base units of that asset. `grade` is None for what is proven
    against the snapshot's header, and the grade of what sources merely say. `codes` are the contracts whose code hash
    was proven on the way.
    """

    units: int
    flags: int
    state: AccountState | None
    underlying: tuple[AssetId, int] | None = None
    grade: Grade | None = None
    codes: tuple[tuple[str, bytes], ...] = ()


def proven_holding(
    opened: OpenBundle,
    account: ChainAccount,
    claim: ClaimedHolding,
    header: Header,
    layouts: Sequence[TokenLayout],
    calls: Sequence[TokenCall] = (),
) -> Observation[ProvenHolding]:
    """Prove a native or ERC-20 holding against a header whose hash was computed.

    What the first evidence file is decides how: by storage (state-proof.md), or by the token's own code
    (proven-call.md).
    """
    if not claim.evidence:
        return Missing("the bundle gives no evidence for this holding")
    first = opened.entry(claim.evidence[0])
    if claim.asset.token is not None and first is not None and first.media_type in _CALLED:
        witnesses = read_witnesses(opened, claim.evidence, account.chain, header)
        return then(witnesses, lambda seen: _called(account, claim.asset, seen, header, calls))
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
        return about(evm_account_proof_v1.read(data), account.chain, header)

    return then(opened.read(digest, media_types.EVM_ACCOUNT_PROOF), lambda data: observe(lambda: parse(data)))


def _native(account: ChainAccount, documents: Sequence[AccountProofDocument], header: Header) -> ProvenHolding:
    if len(documents) != 1 or documents[0].proof.address != account.address or documents[0].proof.storage_nodes:
        raise EvidenceError("a native holding is shown by one proof of the account itself, without storage")
    return coins_held(account.address, documents[0].proof, header)


def coins_held(holder: str, proof: AccountProof, header: Header) -> ProvenHolding:
    """Return what an account's own proof implies of its chain's coin. Raises: EvidenceError."""
    state = account_state(header.state_root, holder, proof.account_nodes)
    codes = ((holder, state.code_hash),) if state.code_hash != EMPTY_CODE_HASH else ()
    return ProvenHolding(state.balance, 0, state, codes=codes)


def tokens_held(layout: TokenLayout, holder: str, proofs: Sequence[AccountProof], header: Header) -> ProvenHolding:
    """Return what a token's proofs imply by a layout that is for just the codes they prove. Raises: EvidenceError."""
    held = token_holding(layout, holder, header.state_root, proofs)
    codes = tuple(zip((proof.address for proof in proofs), layout.codes, strict=True))
    return ProvenHolding(held.units, held.flags, None, codes=codes)


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
    known = [row for row in layouts if row.asset == asset and row.codes == code.value]
    if not known:
        hashes = ", ".join(f"0x{item.hex()}" for item in code.value)
        return Missing(f"no storage layout for {asset} with code hash {hashes}; add a [[layout]] to the policy")
    proofs = [document.proof for document in documents]
    return observe(lambda: tokens_held(known[0], account.address, proofs, header))


def _code_hashes(asset: AssetId, documents: Sequence[AccountProofDocument], header: Header) -> tuple[bytes, ...]:
    """Return the proven code hash of the token, and of what the evidence says is its implementation."""
    if documents[0].proof.address != asset.token:
        raise EvidenceError("the first proof of a token holding is of the token's contract")
    states = (account_state(header.state_root, item.proof.address, item.proof.account_nodes) for item in documents)
    return tuple(state.code_hash for state in states)


def _called(
    account: ChainAccount, asset: AssetId, witnesses: Sequence[Witness], header: Header, calls: Sequence[TokenCall]
) -> Observation[ProvenHolding]:
    """Ask by the first of the policy's rows that accepts all the code that runs."""
    rows = [row for row in calls if row.asset == asset]
    if not rows:
        return Missing(f"no [[call]] row for {asset} in the policy, which would name the code that may tell balances")
    return observe(lambda: _first_accepted(rows, account, witnesses, header))


def _first_accepted(
    rows: Sequence[TokenCall], account: ChainAccount, witnesses: Sequence[Witness], header: Header
) -> ProvenHolding:
    for row in rows[:-1]:
        try:
            return _holding(row, called_holding(row, account.address, account.chain, header, witnesses))
        except UnknownCodeError:
            continue
    return _holding(rows[-1], called_holding(rows[-1], account.address, account.chain, header, witnesses))


def _holding(row: TokenCall, called: CalledHolding) -> ProvenHolding:
    worth = None
    if row.underlying is not None and called.underlying_units is not None:
        worth = (row.underlying, called.underlying_units)
    return ProvenHolding(called.units, 0, None, underlying=worth, codes=called.codes)
