"""Run one call on a proven state by the rules of a fork (`por/spec/proven-call.md`, E1 to E6).

Loads the EVM library; import it where a call is to be run. Sources: Yellow Paper 9, EIP-1559 to EIP-7702 as the forks
London to Prague have them.
"""

import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

from eth.abc import OpcodeAPI
from eth.exceptions import VMError
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.cancun.state import CancunState
from eth.vm.forks.london.state import LondonState
from eth.vm.forks.paris.state import ParisState
from eth.vm.forks.prague.state import PragueState
from eth.vm.forks.shanghai.state import ShanghaiState
from eth.vm.logic.invalid import InvalidOpcode
from eth.vm.message import Message
from eth_typing import Address, BlockNumber, Hash32
from eth_utils.exceptions import ValidationError

from por.errors import EvidenceError, UnsupportedEvidenceError
from por.model import Call
from por.proofs.control.delegation import delegate_of
from por.proofs.state.account import EMPTY_CODE_HASH, address_bytes
from por.proofs.state.header import BlockEnvironment
from por.proofs.state.proven_state import ProvenState

GAS = 10_000_000
CALLER = Address(bytes(20))
# Bytes of base, exponent and modulus (EIP-7823).
MAX_MODEXP = 1024
_MODEXP = Address(bytes(19) + b"\x05")

_INVALID = 0xFE
_EMPTY = (0, 0, EMPTY_CODE_HASH)
_FORKS: Mapping[int, Any] = {17: ShanghaiState, 20: CancunState, 21: PragueState}


class _Opcodes(dict[int, OpcodeAPI]):
    """Refuse instructions that a later fork or another chain may have; 0xfe is invalid for ever (EIP-141)."""

    def __missing__(self, opcode: int) -> OpcodeAPI:
        if opcode == _INVALID:
            invalid: OpcodeAPI = InvalidOpcode(opcode)
            return invalid
        raise UnsupportedEvidenceError(f"call: instruction 0x{opcode:02x} is not one of this block's fork")


class _Proven:
    """Answer what code asks about the state and its block, and nothing that is not proven."""

    parent_hash = b""
    execution_context: Any
    computation_class: Any
    _account_db: ProvenState

    def set_system_contracts(self) -> None:
        """Put nothing into the state."""

    def has_code_or_nonce(self, address: bytes) -> bool:
        """Tell whether no contract can be put at an account."""
        nonce, _, code_hash = self._account_db.standing(address)
        return bool(nonce) or code_hash != EMPTY_CODE_HASH

    def account_is_empty(self, address: bytes) -> bool:
        """Tell whether an account has nothing (EIP-161)."""
        return self._account_db.standing(address) == _EMPTY

    def account_exists(self, address: bytes) -> bool:
        """Tell whether there is an account; where that is not proven of a precompile, it decides on a price alone."""
        return self._account_db.priced(address) not in {None, _EMPTY}

    def is_storage_warm(self, address: bytes, slot: int) -> bool:
        """Tell whether this call saw a storage word."""
        return (address, slot) in self._account_db.warm()

    def is_address_warm(self, address: bytes) -> bool:
        """Tell whether this call saw an account."""
        return (address, None) in self._account_db.warm() or address in self.computation_class.get_precompiles()

    def refused(self, reason: str) -> EvidenceError:
        """Return the error of what is not known here, which no code can swallow."""
        return self._account_db.refuse(UnsupportedEvidenceError(reason))

    @property
    def mix_hash(self) -> bytes:
        """Return the random value; before the merge, and on chains without one, the same instruction is DIFFICULTY."""
        difficulty: int = self.execution_context.difficulty
        random: bytes = self.execution_context.mix_hash
        return difficulty.to_bytes(32, "big") if difficulty else random

    @property
    def blob_base_fee(self) -> int:
        """Refuse: how it follows from the header changes between forks without a trace in the header."""
        raise self._account_db.refuse(UnsupportedEvidenceError("call: the price of blobs is not proven by a header"))

    def get_ancestor_hash(self, number: int) -> bytes:
        """Return the parent's hash, which the header shows, and nothing for a block out of reach."""
        depth = self.execution_context.block_number - number
        if depth == 1:
            return self.parent_hash
        if not 0 < depth <= 256:
            return b""
        raise self._account_db.refuse(UnsupportedEvidenceError(f"call: the hash of block {number} is not proven here"))


@cache
def _rules(fields: int, *, merged: bool) -> Any:
    """Make the state's class of a fork, told by the header's number of fields (E1)."""
    fork = (ParisState if merged else LondonState) if fields == 16 else _FORKS.get(fields)
    if fork is None:
        raise UnsupportedEvidenceError(f"call: a header of {fields} fields does not tell by which rules code runs")
    parts = {
        "opcodes": _Opcodes(fork.computation_class.opcodes),
        "_precompiles": _careful(fork.computation_class.get_precompiles()),
    }
    computation = type("Computation", (fork.computation_class,), parts)
    accounts = staticmethod(lambda proven, _root: proven)
    return type("State", (_Proven, fork), {"computation_class": computation, "account_db_class": accounts})


def _careful(given: Mapping[Address, Any]) -> dict[Address, Any]:
    """Put a guard before MODEXP: the library errs for a base of no bytes, and Osaka bounds lengths (EIP-7823)."""

    def modexp(computation: Any) -> Any:
        data = computation.msg.data_as_bytes[:96].ljust(96, b"\x00")
        lengths = [int.from_bytes(data[start : start + 32]) for start in (0, 32, 64)]
        if not lengths[0] or max(lengths) > MAX_MODEXP:
            raise computation.state.refused("call: a power of these lengths is not computed here")
        return given[_MODEXP](computation)

    return {**given, _MODEXP: modexp}


def precompiles(environment: BlockEnvironment) -> frozenset[bytes]:
    """Return the addresses of the contracts that are part of the machine. Raises: UnsupportedEvidenceError."""
    rules = _rules(environment.fields, merged=not environment.difficulty)
    return frozenset(rules.computation_class.get_precompiles())


def run(accounts: ProvenState, environment: BlockEnvironment, parent_hash: bytes, chain_id: int, call: Call) -> Any:
    """Return what a call gives, None for one that fails; `accounts` keeps what it changed.

    Raises: EvidenceError; UnprovenStateError; UnsupportedEvidenceError for what this machine does not know.
    """
    accounts.begin()
    state = _state(accounts, environment, parent_hash, chain_id)
    try:
        with warnings.catch_warnings():
            # The library warns of every SELFDESTRUCT.
            warnings.simplefilter("ignore", DeprecationWarning)
            computation = _applied(state, call)
    except (MemoryError, OverflowError, RecursionError, ValidationError, VMError) as error:
        raise UnsupportedEvidenceError(f"call: too large to run here ({type(error).__name__})") from error
    if accounts.refused is not None:
        raise accounts.refused
    if computation.is_error:
        return None
    for address in computation.get_accounts_for_deletion():
        accounts.delete_account(address)
    return bytes(computation.output)


def _state(accounts: ProvenState, environment: BlockEnvironment, parent_hash: bytes, chain_id: int) -> Any:
    context = ExecutionContext(
        coinbase=Address(environment.coinbase),
        timestamp=environment.timestamp,
        block_number=BlockNumber(environment.number),
        difficulty=environment.difficulty,
        mix_hash=Hash32(environment.prev_randao),
        gas_limit=environment.gas_limit,
        prev_hashes=(),
        chain_id=chain_id,
        base_fee_per_gas=environment.base_fee,
        excess_blob_gas=environment.excess_blob_gas,
    )
    rules = _rules(environment.fields, merged=not environment.difficulty)
    state = rules(accounts, context, accounts.state_root)
    state.parent_hash = parent_hash
    return state


def _applied(state: Any, call: Call) -> Any:
    to = Address(address_bytes(call.to))
    for address in (CALLER, to):
        state.mark_address_warm(address)
    code, delegate = state.get_code(to), None
    if isinstance(state, PragueState):
        delegate = delegate_of(code)
    source = to if delegate is None else Address(address_bytes(delegate))
    message = Message(
        gas=GAS,
        to=to,
        sender=CALLER,
        value=0,
        data=call.data,
        code=state.get_code(source),
        code_address=source,
        is_delegation=delegate is not None,
    )
    context = state.transaction_context_class(gas_price=0, origin=CALLER)
    return state.computation_class.apply_message(state, message, context)
