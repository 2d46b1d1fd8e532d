"""Fetch the state proofs of one holding at the snapshot block, and read the amount they imply."""

from collections.abc import Sequence

from por.errors import FormatError
from por.model import AccountProof, AssetId, ChainAccount, Header, Source, TokenLayout
from por.proofs.state.account import account_state
from por.proofs.state.tokens import storage_keys, token_holding


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
    layout = _layout(source, header, asset, layouts)
    proofs = [source.account_proof(header.ref, asset.token, storage_keys(layout, account.address))]
    holding = token_holding(layout, account.address, header.state_root, proofs)
    return holding.units, tuple(proofs)


def _layout(source: Source, header: Header, asset: AssetId, layouts: Sequence[TokenLayout]) -> TokenLayout:
    token = asset.token or ""
    code = account_state(header.state_root, token, source.account_proof(header.ref, token, ()).account_nodes)
    known = next((row for row in layouts if row.asset == asset and row.code_hash == code.code_hash), None)
    if known is None:
        raise FormatError(
            f"no storage layout for code hash 0x{code.code_hash.hex()}; add a [[layout]] by --layouts", str(asset)
        )
    return known
