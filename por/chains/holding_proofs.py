"""Fetch the state proofs of many holdings at one block, in the form in which evidence files hold them.

One request proves a token's contract and many holders' words in it; which layout a token has is found out once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from por.chains.rpc_errors import ParametersRefusedError, TooMuchAskedError
from por.errors import IncapableError
from por.model import AccountProof, AssetId, Header, Source, TokenLayout
from por.proofs.state.account import account_state
from por.proofs.state.tokens import implementation_address, storage_keys

# Nodes bound the size of an answer: a hundred holders of a big token are about a megabyte of trie nodes.
HOLDERS = 100


class UnknownLayoutError(IncapableError):
    """Report a token whose proven code no known layout is for."""

    def __init__(self, asset: AssetId, code_hash: bytes) -> None:
        """Name the code, for which a person has to find a layout."""
        super().__init__(
            f"no storage layout for {asset} with code hash 0x{code_hash.hex()}; por policy token helps to find one"
        )


@dataclass(frozen=True, slots=True)
class LaidOut:
    """Hold a token's layout, and the proof of the code behind its proxy where it has one."""

    layout: TokenLayout
    behind: tuple[AccountProof, ...]


class HoldingProofs:
    """Fetch from one source, at one block whose header was agreed on."""

    def __init__(self, source: Source, header: Header, layouts: Sequence[TokenLayout]) -> None:
        """Keep the arguments; `layouts` are those that the asker trusts."""
        self._source = source
        self._header = header
        self._layouts = layouts
        self._found: dict[AssetId, LaidOut] = {}

    def coins(self, holders: Sequence[str]) -> tuple[AccountProof, ...]:
        """Return the proofs of accounts, in their order. Raises: SourceError."""
        return self._source.account_proofs(self._header.ref, [(holder, ()) for holder in holders])

    def tokens(self, asset: AssetId, holders: Sequence[str]) -> list[tuple[AccountProof, ...]]:
        """Return what shows each of at most HOLDERS holdings of a token (state-proof.md, T2).

        A node that refuses so many keys at once is asked for fewer. Raises: SourceError; UnknownLayoutError;
        EvidenceError for answers that lead to another state.
        """
        found = self.laid_out(asset, holders[0])
        try:
            return self._words(found, asset, holders)
        except (ParametersRefusedError, TooMuchAskedError):
            if len(holders) == 1:
                raise
        half = len(holders) // 2
        return [*self.tokens(asset, holders[:half]), *self.tokens(asset, holders[half:])]

    def _words(self, found: LaidOut, asset: AssetId, holders: Sequence[str]) -> list[tuple[AccountProof, ...]]:
        keys = [storage_keys(found.layout, holder) for holder in holders]
        wanted = [*(key for key, *_ in keys), *keys[0][1:]]
        proof = self._source.account_proof(self._header.ref, asset.token or "", wanted)
        shared = proof.storage_nodes[len(holders) :]
        return [
            (AccountProof(proof.address, proof.account_nodes, (nodes, *shared)), *found.behind)
            for nodes in proof.storage_nodes[: len(holders)]
        ]

    def laid_out(self, asset: AssetId, holder: str) -> LaidOut:
        """Return the layout for the code proven at the block; any holder serves to ask. Raises: as `tokens`."""
        if asset not in self._found:
            self._found[asset] = self._look(asset, holder)
        return self._found[asset]

    def _look(self, asset: AssetId, holder: str) -> LaidOut:
        token = asset.token or ""
        code = self._code_hash(self._source.account_proof(self._header.ref, token, ()))
        unknown = code
        for layout in self._layouts:
            if layout.asset != asset or layout.code_hash != code:
                continue
            if layout.implementation is None:
                return LaidOut(layout, ())
            proof = self._source.account_proof(self._header.ref, token, storage_keys(layout, holder))
            target = implementation_address(layout, self._header.state_root, proof) or ""
            behind = self._source.account_proof(self._header.ref, target, ())
            if self._code_hash(behind) == layout.implementation.code_hash:
                return LaidOut(layout, (behind,))
            unknown = self._code_hash(behind)
        raise UnknownLayoutError(asset, unknown)

    def _code_hash(self, proof: AccountProof) -> bytes:
        return account_state(self._header.state_root, proof.address, proof.account_nodes).code_hash
