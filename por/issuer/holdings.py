"""Prove the holdings of one chain at the snapshot block, many at a time, and write the evidence that shows them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from por.chains.bulk import BulkSource
from por.chains.holding_proofs import HOLDERS, HoldingProofs, UnknownLayoutError
from por.encoding import evm_account_proof_v1
from por.encoding.evm_account_proof_v1 import AccountProofDocument
from por.encoding.media_types import EVM_ACCOUNT_PROOF
from por.errors import EvidenceError, FormatError
from por.issuer.witnesses import Document, fetch_witnesses, witness_documents
from por.model import AccountProof, AssetId, CallMethod, ChainId, Header, TokenCall, TokenLayout
from por.proofs.state.account import account_state
from por.proofs.state.call import proven_call
from por.proofs.state.token_call import UnknownCodeError, balance_call, called_holding, convert_call
from por.proofs.state.tokens import token_holding


@dataclass(frozen=True, slots=True)
class Known:
    """Hold where tokens are known to keep balances, and whose own code may tell them."""

    layouts: tuple[TokenLayout, ...]
    calls: tuple[TokenCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold an amount in base units, and the evidence files with their media types that imply it."""

    amount: int
    evidence: tuple[Document, ...]


def prove_holdings(
    source: BulkSource,
    header: Header,
    wanted: Mapping[AssetId, Sequence[str]],
    known: Known,
    progress: Callable[[int], None],
) -> dict[tuple[str, AssetId], Shown]:
    """Return what lower-case addresses held of each asset of the source's chain, by address and asset.

    `progress` is called with the number of holdings done. Raises: SourceError; FormatError for an asset of no readable
    kind or a token of which neither layout nor call is known; EvidenceError for a node whose proofs do not hold.
    """
    prover = _Prover(source, header, known)
    shown: dict[tuple[str, AssetId], Shown] = {}
    for asset, holders in wanted.items():
        for start in range(0, len(holders), HOLDERS):
            some = holders[start : start + HOLDERS]
            for holder, each in zip(some, prover.prove(asset, some), strict=True):
                shown[holder, asset] = each
                progress(len(shown))
    return shown


class _Prover:
    def __init__(self, source: BulkSource, header: Header, known: Known) -> None:
        self._source = source
        self._header = header
        self._known = known
        self._proofs = HoldingProofs(source, header, known.layouts)

    def prove(self, asset: AssetId, holders: Sequence[str]) -> Iterator[Shown]:
        """Yield what shows each holding, in the holders' order; a layout goes before a call."""
        if asset.native:
            return map(self._coins, holders, self._proofs.coins(holders))
        if asset.token is None:
            raise FormatError(f"holdings of {asset.namespace} assets are not proven by this release", str(asset))
        try:
            layout = self._proofs.laid_out(asset, holders[0]).layout
        except UnknownLayoutError as error:
            rows = [row for row in self._known.calls if row.asset == asset]
            if not rows:
                raise FormatError(f"{error}; add a [[layout]] or a [[call]] by --layouts", str(asset)) from error
            return (self._called(asset.token, rows, holder) for holder in holders)
        return (self._words(layout, *pair) for pair in zip(holders, self._proofs.tokens(asset, holders), strict=True))

    def _coins(self, holder: str, proof: AccountProof) -> Shown:
        amount = account_state(self._header.state_root, holder, proof.account_nodes).balance
        return Shown(amount, proof_documents(self._source.chain, self._header, (proof,)))

    def _words(self, layout: TokenLayout, holder: str, proofs: tuple[AccountProof, ...]) -> Shown:
        amount = token_holding(layout, holder, self._header.state_root, proofs).units
        return Shown(amount, proof_documents(self._source.chain, self._header, proofs))

    def _called(self, token: str, rows: Sequence[TokenCall], holder: str) -> Shown:
        chain, header = self._source.chain, self._header
        calls = [balance_call(token, holder)]
        witnesses = fetch_witnesses(self._source, header, calls)
        if any(row.method is CallMethod.CONVERT_TO_ASSETS for row in rows):
            output = proven_call(chain, header, witnesses, calls[0]).output or b""
            calls.append(convert_call(token, int.from_bytes(output[:32])))
            witnesses = fetch_witnesses(self._source, header, calls)
        unknown: UnknownCodeError | None = None
        for row in rows:
            try:
                units = called_holding(row, holder, chain, header, witnesses).units
            except UnknownCodeError as error:
                unknown = error
            except EvidenceError as error:
                raise EvidenceError(f"{row.asset} of {holder}: {error}") from error
            else:
                return Shown(units, tuple(witness_documents(chain, header, witnesses)))
        raise FormatError(
            f"{unknown}; add them to its [[call]] by --layouts, once you have read them", str(rows[0].asset)
        )


def proof_documents(chain: ChainId, header: Header, proofs: Sequence[AccountProof]) -> tuple[Document, ...]:
    """Write account proofs as evidence files, in their order."""
    documents = (evm_account_proof_v1.write(AccountProofDocument(chain, header.hash, proof)) for proof in proofs)
    return tuple((document, EVM_ACCOUNT_PROOF) for document in documents)
