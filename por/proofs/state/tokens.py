"""Compute token balances from storage proofs, by a layout of the verifier's own (`por/spec/state-proof.md`, T1 to T5).

Evidence never names a storage key: every key is computed here from the holder and the layout.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_utils.crypto import keccak

from por.errors import EvidenceError, FormatError
from por.model import AccountProof, AccountState, Implementation, KeyOrder, TokenLayout
from por.proofs.state.account import account_state, address_bytes, storage_value


@dataclass(frozen=True, slots=True)
class TokenHolding:
    """Hold a balance in base units, and the bits of its word that the layout does not count: a blocked holder."""

    units: int
    flags: int


def balance_key(layout: TokenLayout, holder: str) -> bytes:
    """Return the 32-byte storage key of a holder's balance.

    Sources: Solidity (key, then slot) and Vyper (slot, then key), storage of mappings. Raises: FormatError.
    """
    key, slot = address_bytes(holder).rjust(32, b"\x00"), layout.base_slot.to_bytes(32, "big")
    hashed: bytes = keccak(key + slot if layout.order is KeyOrder.KEY_SLOT else slot + key)
    return hashed


def storage_keys(layout: TokenLayout, holder: str) -> tuple[bytes, ...]:
    """Return the storage keys that the token's proof shows, in its order: the balance, then the proxy's target."""
    key = balance_key(layout, holder)
    return (key,) if layout.implementation is None else (key, layout.implementation.slot)


def implementation_address(layout: TokenLayout, state_root: bytes, token: AccountProof) -> str | None:
    """Return the address of the code behind a proxy, whose proof goes second; None where the layout pins none.

    Raises: EvidenceError, also for a slot that holds no address.
    """
    return _target(layout, _token(layout, state_root, token), token)


def token_holding(layout: TokenLayout, holder: str, state_root: bytes, proofs: Sequence[AccountProof]) -> TokenHolding:
    """Return what a lower-case address held of the layout's token at this state.

    `proofs` is the token's and, where the layout names a proxy's slot, that of the account it points to. Choose the
    layout by the code hashes proven there: under any other code the word would mean something else.
    Raises: EvidenceError, also for another code; FormatError for a holder that is no address.
    """
    wanted = 1 if layout.implementation is None else 2
    if len(proofs) != wanted:
        raise EvidenceError(f"token: {len(proofs)} account proofs; this layout needs {wanted}")
    token = _token(layout, state_root, proofs[0])
    if token.code_hash != layout.code_hash:
        raise EvidenceError("token: it ran another code at this block than the layout is for")
    if layout.implementation is not None:
        _require_implementation(layout.implementation, state_root, _target(layout, token, proofs[0]), proofs[1])
    word = storage_value(token.storage_root, balance_key(layout, holder), proofs[0].storage_nodes[0])
    return TokenHolding(word & layout.mask, word & ~layout.mask)


def _require_implementation(pinned: Implementation, state_root: bytes, target: str | None, proof: AccountProof) -> None:
    if proof.address != target or proof.storage_nodes:
        raise EvidenceError(f"token: the second proof is of {target} alone, to which the proxy points")
    if account_state(state_root, proof.address, proof.account_nodes).code_hash != pinned.code_hash:
        raise EvidenceError("token: the proxy ran another code at this block than the layout is for")


def _token(layout: TokenLayout, state_root: bytes, proof: AccountProof) -> AccountState:
    if layout.asset.token is None:
        raise FormatError(f"{layout.asset} is no token; a layout names an erc20 asset")
    if proof.address != layout.asset.token:
        raise EvidenceError(f"token: the first proof is of {proof.address}, not of {layout.asset.token}")
    wanted = 1 if layout.implementation is None else 2
    if len(proof.storage_nodes) != wanted:
        raise EvidenceError(f"token: {len(proof.storage_nodes)} storage proofs; this layout needs {wanted}")
    return account_state(state_root, proof.address, proof.account_nodes)


def _target(layout: TokenLayout, token: AccountState, proof: AccountProof) -> str | None:
    if layout.implementation is None:
        return None
    word = storage_value(token.storage_root, layout.implementation.slot, proof.storage_nodes[1])
    if not 0 < word < 2**160:
        raise EvidenceError("token: the proxy's slot holds no address")
    return f"0x{word:040x}"
