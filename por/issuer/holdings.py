"""Fetch the state proofs of one holding at the snapshot block, and read the amount they imply."""

from collections.abc import Sequence

from por.errors import EvidenceError, FormatError
from por.model import AccountProof, AssetId, ChainAccount, Header, Source, TokenLayout
from por.proofs.state.account import account_state
from por.proofs.state.tokens import implementation_address, storage_keys, token_holding


def prove_holding(
    source: Source, header: Header, account: ChainAccount, asset: AssetId, layouts: Sequence[TokenLayout]
) -> tuple[int, tuple[AccountProof, ...]]:
    """Return base units and the proofs that imply them.

    Raises: SourceError; FormatError for an asset of no readable kind or a token whose layout is not known.
    """
    if asset.native:
        proof = source.account_proof(header.ref, account.address, ())
        return account_state(header.state_root, account.address, proof.account_nodes).balance, (proof,)
    if asset.token is None:
        raise FormatError(f"holdings of {asset.namespace} assets are not proven by this release", str(asset))
    return _token(source, header, account, asset, layouts)


def _token(
    source: Source, header: Header, account: ChainAccount, asset: AssetId, layouts: Sequence[TokenLayout]
) -> tuple[int, tuple[AccountProof, ...]]:
    code = _code_hash(source, header, asset.token or "")
    for layout in (row for row in layouts if row.asset == asset and row.code_hash == code):
        proofs = _proofs(source, header, account, layout)
        try:
            return token_holding(layout, account.address, header.state_root, proofs).units, proofs
        except EvidenceError:
            continue  # behind the proxy stands other code than this row is for
    raise FormatError(f"no storage layout for code hash 0x{code.hex()}; add a [[layout]] by --layouts", str(asset))


def _proofs(source: Source, header: Header, account: ChainAccount, layout: TokenLayout) -> tuple[AccountProof, ...]:
    token = layout.asset.token or ""
    proof = source.account_proof(header.ref, token, storage_keys(layout, account.address))
    target = implementation_address(layout, header.state_root, proof)
    return (proof,) if target is None else (proof, source.account_proof(header.ref, target, ()))


def _code_hash(source: Source, header: Header, address: str) -> bytes:
    proof = source.account_proof(header.ref, address, ())
    return account_state(header.state_root, address, proof.account_nodes).code_hash
