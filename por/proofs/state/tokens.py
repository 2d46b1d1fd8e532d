"""Compute an ERC-20 holding from storage proofs, by a layout that the verifier knows (`por/spec/state-proof.md`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_utils.crypto import keccak

from por.errors import EvidenceError
from por.model import AccountProof, KeyOrder, TokenLayout
from por.proofs.state.account import account_state, storage_value


@dataclass(frozen=True, slots=True)
class TokenHolding:
    """Hold what storage implies: base units under the layout's mask, and the bits outside it."""

    units: int
    flags: int


def balance_key(layout: TokenLayout, holder: str) -> bytes:
    """Compute the storage key of a holder's balance."""
    account = bytes.fromhex(holder[2:]).rjust(32, b"\0")
    slot = layout.base_slot.to_bytes(32)
    return bytes(keccak(account + slot if layout.order is KeyOrder.KEY_SLOT else slot + account))


def storage_keys(layout: TokenLayout, holder: str) -> tuple[bytes, ...]:
    """List the keys that evidence of a holding proves, in order: the balance, then a proxy's implementation slot."""
    keys = (balance_key(layout, holder),)
    return keys if layout.implementation is None else (*keys, layout.implementation.slot)


def token_holding(
    layout: TokenLayout, holder: str, state_root: bytes, proofs: Sequence[AccountProof]
) -> TokenHolding:
    """Compute a holding from the token's proof, followed by its implementation's where the layout pins one.

    Raises: EvidenceError when the proofs are of other accounts or code than the layout's, or break their rules.
    """
    expected = 1 if layout.implementation is None else 2
    if len(proofs) != expected:
        raise EvidenceError(f"{len(proofs)} proofs; this token's layout needs {expected}")
    token = proofs[0]
    state = account_state(state_root, token.address, token.account_nodes)
    if token.address != layout.asset.token or state.code_hash != layout.code_hash:
        raise EvidenceError("the proof is of another contract, or of other code, than the layout's")
    keys = storage_keys(layout, holder)
    if len(token.storage_nodes) != len(keys):
        raise EvidenceError(f"{len(token.storage_nodes)} storage proofs; this token's layout needs {len(keys)}")
    words = [
        storage_value(state.storage_root, key, nodes) for key, nodes in zip(keys, token.storage_nodes, strict=True)
    ]
    if layout.implementation is not None:
        _require_implementation(layout, state_root, words[1], proofs[1])
    return TokenHolding(words[0] & layout.mask, words[0] & ~layout.mask)


def _require_implementation(layout: TokenLayout, state_root: bytes, word: int, proof: AccountProof) -> None:
    named = f"0x{word % 2**160:040x}"
    state = account_state(state_root, proof.address, proof.account_nodes)
    pinned = layout.implementation.code_hash if layout.implementation else b""
    if proof.address != named or state.code_hash != pinned or proof.storage_nodes:
        raise EvidenceError("the token runs another implementation than the layout's")
