"""Answer an EVM's questions about a state from proofs alone (`por/spec/proven-call.md`, W1 to W4).

What is not proven is never answered, with zero or otherwise: the question itself raises.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from eth_utils.crypto import keccak

from por.errors import EvidenceError, UnsupportedEvidenceError
from por.model import AccountState, Witness
from por.proofs.state.account import EMPTY_CODE_HASH, account_state, address_bytes, storage_value
from por.proofs.state.trie_path import EMPTY_ROOT

# Addresses 1 to this one belong to the machine itself, and which of them do something differs by chain and fork.
LAST_RESERVED = 0xFFFF

_Place = tuple[str, bytes, int]


class UnprovenStateError(EvidenceError):
    """Report a call that needs more of the state than is proven.

    `missing` names each account, with the 32-byte storage keys that are needed of it; without keys the account itself
    or its code is.
    """

    def __init__(self, reason: str, missing: tuple[tuple[str, tuple[bytes, ...]], ...]) -> None:
        """Keep what to prove beside the reason."""
        super().__init__(reason)
        self.missing = missing


@dataclass(slots=True)
class _Changes:
    """Hold what calls changed: numbers and codes; and which accounts and slots were seen in this call (EIP-2929)."""

    numbers: dict[_Place, int] = field(default_factory=dict)
    codes: dict[bytes, bytes] = field(default_factory=dict)
    warm: set[tuple[bytes, int | None]] = field(default_factory=set)

    def copy(self) -> "_Changes":
        return _Changes(dict(self.numbers), dict(self.codes), set(self.warm))


class ProvenState:
    """Hold the proven accounts, slots and codes of one state, and what calls change on top of them.

    Addresses are 20 bytes and slots numbers, as the EVM library calls it; the methods it calls have its names.
    """

    def __init__(self, state_root: bytes, witnesses: Iterable[Witness], precompiles: frozenset[bytes]) -> None:
        """Verify every proof and code against the state root. Raises: EvidenceError."""
        self.state_root = state_root
        self.refused: EvidenceError | None = None
        self._precompiles = precompiles
        self._accounts: dict[bytes, AccountState] = {}
        self._slots: dict[tuple[bytes, int], int] = {}
        self._codes: dict[bytes, bytes] = {}
        for witness in witnesses:
            self._add(witness)
        self._now = _Changes()
        self._before: dict[_Place, int] = {}
        self._seen: dict[bytes, bytes] = {}
        # The library keeps numbers above zero for itself.
        self._ids = count(-1, -1)
        self._kept: list[tuple[int, _Changes]] = []

    def _add(self, witness: Witness) -> None:
        proof = witness.proof
        address = address_bytes(proof.address)
        account = account_state(self.state_root, proof.address, proof.account_nodes)
        if len(witness.keys) != len(proof.storage_nodes):
            raise EvidenceError(f"witness: {proof.address} has {len(witness.keys)} keys and other proofs")
        for key, nodes in zip(witness.keys, proof.storage_nodes, strict=True):
            self._slots[address, int.from_bytes(key)] = storage_value(account.storage_root, key, nodes)
        if witness.code is not None:
            if keccak(witness.code) != account.code_hash:
                raise EvidenceError(f"witness: the code given for {proof.address} is not the one proven there")
            self._codes[address] = witness.code
        self._accounts[address] = account

    # What the caller of a call asks.

    def begin(self) -> None:
        """Begin a call: what calls before it changed stays, what they saw is forgotten."""
        self._now.warm.clear()
        self._before = dict(self._now.numbers)
        self._seen = {}

    def codes(self) -> tuple[tuple[str, bytes], ...]:
        """Return the accounts with proven code that this call touched, in order, then those at which calls put code.

        Each comes with its code's hash.
        """
        put = {address: keccak(code) for address, code in self._now.codes.items() if code}
        return tuple(("0x" + address.hex(), code_hash) for address, code_hash in {**self._seen, **put}.items())

    def created(self) -> tuple[str, ...]:
        """Return the accounts at which calls put code."""
        return tuple("0x" + address.hex() for address, code in self._now.codes.items() if code)

    # What the machine asks and changes.

    def get_balance(self, address: bytes) -> int:
        """Return an account's balance."""
        changed = self._now.numbers.get(("balance", address, 0))
        return self._account(address).balance if changed is None else changed

    def set_balance(self, address: bytes, balance: int) -> None:
        """Change an account's balance."""
        self._now.numbers["balance", address, 0] = balance

    def get_nonce(self, address: bytes) -> int:
        """Return an account's nonce."""
        changed = self._now.numbers.get(("nonce", address, 0))
        return self._account(address).nonce if changed is None else changed

    def set_nonce(self, address: bytes, nonce: int) -> None:
        """Change an account's nonce."""
        self._now.numbers["nonce", address, 0] = nonce

    def increment_nonce(self, address: bytes) -> None:
        """Add one to an account's nonce."""
        self.set_nonce(address, self.get_nonce(address) + 1)

    def get_code(self, address: bytes) -> bytes:
        """Return an account's code. Raises: UnprovenStateError for code that is proven and not given."""
        changed = self._now.codes.get(address)
        if changed is not None:
            return changed
        if 0 < int.from_bytes(address) <= LAST_RESERVED:
            return self._reserved(address)
        code_hash = self._account(address).code_hash
        if code_hash == EMPTY_CODE_HASH:
            return b""
        self._seen.setdefault(address, code_hash)
        if address not in self._codes:
            raise self._unproven(f"the code of {_text(address)}, with hash 0x{code_hash.hex()}, is not given", address)
        return self._codes[address]

    def _reserved(self, address: bytes) -> bytes:
        if address not in self._precompiles:
            raise self.refuse(
                UnsupportedEvidenceError(f"call: {_text(address)} may be part of the machine on some chains, not here")
            )
        return b""

    def set_code(self, address: bytes, code: bytes) -> None:
        """Put code at an account."""
        self._now.codes[address] = code

    def delete_code(self, address: bytes) -> None:
        """Take an account's code away."""
        self._now.codes[address] = b""

    def get_code_hash(self, address: bytes) -> bytes:
        """Return the hash of an account's code, which need not be given."""
        changed = self._now.codes.get(address)
        if changed is not None:
            hashed: bytes = keccak(changed)
            return hashed
        code_hash = self._account(address).code_hash
        if code_hash != EMPTY_CODE_HASH:
            self._seen.setdefault(address, code_hash)
        return code_hash

    def standing(self, address: bytes) -> tuple[int, int, bytes]:
        """Return an account's nonce, balance and code hash; its code does not count as touched by that."""
        changed = self._now.codes.get(address)
        code_hash: bytes = self._account(address).code_hash if changed is None else keccak(changed)
        return self.get_nonce(address), self.get_balance(address), code_hash

    def priced(self, address: bytes) -> tuple[int, int, bytes] | None:
        """Return an account's standing where the machine asks for a price alone; None for a precompile not proven."""
        return None if address in self._precompiles and address not in self._accounts else self.standing(address)

    def touch_account(self, address: bytes) -> None:
        """Do nothing: since EIP-161 touching changes nothing that code can see."""

    def delete_account(self, address: bytes) -> None:
        """Remove an account."""
        self.set_balance(address, 0)
        self.set_nonce(address, 0)
        self.delete_code(address)
        self.delete_storage(address)

    def get_storage(self, address: bytes, slot: int, from_journal: bool = True) -> int:
        """Return a storage word, or the one that stood there before this call."""
        numbers = self._now.numbers if from_journal else self._before
        changed = numbers.get(("slot", address, slot))
        if changed is not None:
            return changed
        return 0 if ("emptied", address, 0) in numbers else self._word(address, slot)

    def set_storage(self, address: bytes, slot: int, value: int) -> None:
        """Change a storage word."""
        self._now.numbers["slot", address, slot] = value

    def delete_storage(self, address: bytes) -> None:
        """Empty an account's storage."""
        numbers = self._now.numbers
        for place in [place for place in numbers if place[:2] == ("slot", address)]:
            del numbers[place]
        numbers["emptied", address, 0] = 1

    def mark_storage_warm(self, address: bytes, slot: int) -> None:
        """Note that this call saw a storage word."""
        self._now.warm.add((address, slot))

    def mark_address_warm(self, address: bytes) -> None:
        """Note that this call saw an account."""
        self._now.warm.add((address, None))

    def warm(self) -> set[tuple[bytes, int | None]]:
        """Return the accounts and storage words that this call saw (EIP-2929)."""
        return self._now.warm

    def record(self) -> int:
        """Return the id of a checkpoint."""
        checkpoint = next(self._ids)
        self._kept.append((checkpoint, self._now.copy()))
        return checkpoint

    def discard(self, checkpoint: int) -> None:
        """Undo all changes since a checkpoint."""
        self._now = self._drop(checkpoint)

    def commit(self, checkpoint: int) -> None:
        """Keep all changes since a checkpoint."""
        self._drop(checkpoint)

    def _drop(self, checkpoint: int) -> _Changes:
        while True:
            number, kept = self._kept.pop()
            if number == checkpoint:
                return kept

    # What is proven.

    def _account(self, address: bytes) -> AccountState:
        if address not in self._accounts:
            raise self._unproven(f"account {_text(address)} is not proven", address)
        return self._accounts[address]

    def _word(self, address: bytes, slot: int) -> int:
        if self._account(address).storage_root == EMPTY_ROOT:
            return 0
        if (address, slot) not in self._slots:
            key = slot.to_bytes(32, "big")
            raise self._unproven(f"storage key 0x{key.hex()} of {_text(address)} is not proven", address, key)
        return self._slots[address, slot]

    def _unproven(self, what: str, address: bytes, *keys: bytes) -> EvidenceError:
        return self.refuse(UnprovenStateError(f"call: {what}", ((_text(address), keys),)))

    def refuse(self, error: EvidenceError) -> EvidenceError:
        """Keep an error, so that no code can swallow it, and return it to be raised."""
        self.refused = self.refused or error
        return error


def _text(address: bytes) -> str:
    return "0x" + address.hex()
