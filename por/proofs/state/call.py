"""Run calls on proven state, and on nothing else (`por/spec/proven-call.md`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from por.errors import EvidenceError
from por.model import Call, ChainId, Header, Witness
from por.proofs.state.header import block_environment
from por.proofs.state.proven_state import ProvenState


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """Hold what a call gives: its output, None where it fails (it reverts, or runs out of gas).

    `codes` are the accounts with code that it touched, in order, each with the code's proven hash, then those at which
    it or a call before it put code, which are `created`.
    """

    output: bytes | None
    codes: tuple[tuple[str, bytes], ...]
    created: tuple[str, ...] = ()


def proven_call(chain: ChainId, header: Header, witnesses: Sequence[Witness], call: Call) -> CallOutcome:
    """Return what a call gives at a block, whose hash was computed, by accounts and slots proven against its state.

    That the chain has the block, and that its rules are Ethereum's, is not established. Raises: EvidenceError;
    UnprovenStateError, which names what else to prove; UnsupportedEvidenceError.
    """
    return proven_calls(chain, header, witnesses, (call,))[0]


def proven_calls(
    chain: ChainId, header: Header, witnesses: Sequence[Witness], calls: Sequence[Call]
) -> tuple[CallOutcome, ...]:
    """Return what calls give one after another, each on the state that those before it leave.

    Raises: as `proven_call`.
    """
    # Half a second, paid by those alone who run a call.
    from por.proofs.state.machine import precompiles, run  # noqa: PLC0415

    if chain.namespace != "eip155":
        raise EvidenceError(f"call: {chain} is no EVM chain")
    environment = block_environment(header)
    accounts = ProvenState(header.state_root, witnesses, precompiles(environment))
    outcomes: list[CallOutcome] = []
    for call in calls:
        output = run(accounts, environment, header.parent_hash, int(chain.reference), call)
        outcomes.append(CallOutcome(output, accounts.codes(), accounts.created()))
    return tuple(outcomes)
