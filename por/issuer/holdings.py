"""Prove the holdings of one chain at the snapshot block, many at a time, and write the evidence that shows them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from por.chains.bulk import BulkSource
from por.chains.holding_proofs import HOLDERS, HoldingProofs, UnknownLayoutError
from por.encoding import evm_account_proof_v1
from por.encoding.evm_account_proof_v1 import AccountProofDocument
from por.encoding.media_types import EVM_ACCOUNT_PROOF
from por.errors import DisagreementError, EvidenceError, FormatError, IncapableError, SourceError, UnavailableError
from por.issuer.witnesses import Document, StateFetcher, witness_documents
from por.model import AccountProof, AssetId, ChainId, Header, TokenCall, TokenLayout, Witness
from por.proofs.state.account import account_state
from por.proofs.state.token_call import CalledHolding, UnknownCodeError, balance_call, called_holding
from por.proofs.state.tokens import token_holding


@dataclass(frozen=True, slots=True)
class Known:
    """Hold where tokens are known to keep balances, and whose own code may tell them."""

    layouts: tuple[TokenLayout, ...]
    calls: tuple[TokenCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold an amount in base units, and the evidence files with their media types that imply it.

    `code_hash` is that of the account itself where its own coin is shown.
    """

    amount: int
    evidence: tuple[Document, ...]
    code_hash: bytes | None = None


def prove_holdings(
    source: BulkSource,
    header: Header,
    wanted: Mapping[AssetId, Sequence[str]],
    known: Known,
    progress: Callable[[int], None],
) -> dict[tuple[str, AssetId], Shown]:
    """Return what lower-case addresses held of each asset of the source's chain, by address and asset.

    `progress` is called with the number of holdings done. Raises: SourceError, also for a node whose proofs do not fit
    the block; FormatError for an asset of no readable kind or a token of which neither layout nor call is known;
    EvidenceError for a token whose own code tells no balance. All name the asset and an account.
    """
    prover = _Prover(source, header, known)
    shown: dict[tuple[str, AssetId], Shown] = {}
    for asset, holders in wanted.items():
        for start in range(0, len(holders), HOLDERS):
            some = holders[start : start + HOLDERS]
            with _named(asset, some):
                each = iter(prover.prove(asset, some))
            for holder in some:
                with _named(asset, [holder]):
                    shown[holder, asset] = next(each)
                progress(len(shown))
    return shown


class _Prover:
    def __init__(self, source: BulkSource, header: Header, known: Known) -> None:
        self._source = source
        self._header = header
        self._known = known
        self._proofs = HoldingProofs(source, header, known.layouts)
        self._state = StateFetcher(source, header)

    def prove(self, asset: AssetId, holders: Sequence[str]) -> Iterator[Shown]:
        """Return what shows each holding, in the holders' order; a layout goes before a call."""
        if asset.native:
            return map(self._coins, holders, self._proofs.coins(holders))
        if asset.token is None:
            raise FormatError(f"holdings of {asset.namespace} assets are not proven by this release")
        try:
            with self._fitting():
                layout = self._proofs.laid_out(asset, holders[0]).layout
        except UnknownLayoutError as error:
            rows = [row for row in self._known.calls if row.asset == asset]
            if not rows:
                raise FormatError(f"{error}; add a [[layout]] or a [[call]] by --layouts") from error
            self._state.expect(balance_call(asset.token, holder) for holder in holders)
            return map(partial(self._called, rows), holders)
        with self._fitting():
            return map(partial(self._words, layout), holders, self._proofs.tokens(asset, holders))

    @contextmanager
    def _fitting(self) -> Iterator[None]:
        """Hold a proof that does not lead to the block against the node that gave it."""
        try:
            yield
        except EvidenceError as error:
            raise UnavailableError(f"{', '.join(self._source.names)}: what it proves does not hold: {error}") from error

    def _coins(self, holder: str, proof: AccountProof) -> Shown:
        with self._fitting():
            state = account_state(self._header.state_root, holder, proof.account_nodes)
        return Shown(state.balance, proof_documents(self._source.chain, self._header, (proof,)), state.code_hash)

    def _words(self, layout: TokenLayout, holder: str, proofs: tuple[AccountProof, ...]) -> Shown:
        with self._fitting():
            amount = token_holding(layout, holder, self._header.state_root, proofs).units
        return Shown(amount, proof_documents(self._source.chain, self._header, proofs))

    def _called(self, rows: Sequence[TokenCall], holder: str) -> Shown:
        try:
            told = self._state.settle(partial(self._told, rows, holder))
        except UnknownCodeError as error:
            raise FormatError(f"{error}; add it to a [[call]] by --layouts, once you have read it") from error
        return Shown(told.value.units, tuple(witness_documents(self._source.chain, self._header, told.witnesses)))

    def _told(self, rows: Sequence[TokenCall], holder: str, witnesses: Sequence[Witness]) -> CalledHolding:
        """Ask by the first row that accepts all the code that runs, as the verifier does."""
        for row in rows[:-1]:
            try:
                return called_holding(row, holder, self._source.chain, self._header, witnesses)
            except UnknownCodeError:
                continue
        return called_holding(rows[-1], holder, self._source.chain, self._header, witnesses)


def proof_documents(chain: ChainId, header: Header, proofs: Sequence[AccountProof]) -> tuple[Document, ...]:
    """Write account proofs as evidence files, in their order."""
    documents = (evm_account_proof_v1.write(AccountProofDocument(chain, header.hash, proof)) for proof in proofs)
    return tuple((document, EVM_ACCOUNT_PROOF) for document in documents)


@contextmanager
def _named(asset: AssetId, holders: Sequence[str]) -> Iterator[None]:
    """Name the asset and the account of whatever fails inside; of many accounts the first."""
    more = f" and {len(holders) - 1} more" if len(holders) > 1 else ""
    subject = f"{asset} of {holders[0]}{more}"
    try:
        yield
    except FormatError as error:
        raise error.within(subject) from error
    except EvidenceError as error:
        raise EvidenceError(f"{subject}: {error}") from error
    except SourceError as error:
        kinds = (IncapableError, DisagreementError, UnavailableError)
        kind = next((kind for kind in kinds if isinstance(error, kind)), SourceError)
        raise kind(f"{subject}: {error}") from error
