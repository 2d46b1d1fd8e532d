"""Compute holdings by the token's own code, where the verifier accepts it (`por/spec/proven-call.md`, B1 to B6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_utils.crypto import keccak

from por.errors import EvidenceError, FormatError, UnsupportedEvidenceError
from por.model import Call, CallMethod, ChainId, Header, TokenCall, Witness
from por.proofs.state.account import address_bytes
from por.proofs.state.call import CallOutcome, proven_call

BALANCE_OF = bytes.fromhex("70a08231")
CONVERT_TO_ASSETS = bytes.fromhex("07a2d13a")
TOTAL_SUPPLY = bytes.fromhex("18160ddd")
DECIMALS = bytes.fromhex("313ce567")


class UnknownCodeError(UnsupportedEvidenceError):
    """Report a token that runs code of which the verifier's policy does not say that it may tell balances.

    `codes` are the accounts that ran, or would have run, code that is not accepted, each with the code's hash.
    """

    def __init__(self, token: str, codes: tuple[tuple[str, bytes], ...]) -> None:
        """Keep the accounts and hashes, which a person has to review."""
        named = ", ".join(f"0x{code_hash.hex()} ({address})" for address, code_hash in codes)
        super().__init__(f"call: {token} runs code that no [[call]] row of the policy accepts: {named}")
        self.codes = codes


@dataclass(frozen=True, slots=True)
class CalledHolding:
    """Hold what a token says that an account held: units, and for a vault the units of what its shares stand for.

    `codes` are the accounts with code that took part, each with the code's proven hash.
    """

    units: int
    underlying_units: int | None
    codes: tuple[tuple[str, bytes], ...]


def balance_call(token: str, holder: str) -> Call:
    """Return the call that asks for a holder's balance. Source: ERC-20. Raises: FormatError."""
    return Call(token, BALANCE_OF + address_bytes(holder).rjust(32, b"\x00"))


def supply_call(token: str) -> Call:
    """Return the call that asks how many base units there are. Source: ERC-20."""
    return Call(token, TOTAL_SUPPLY)


def decimals_call(token: str) -> Call:
    """Return the call that asks how many decimals a token has. Source: ERC-20."""
    return Call(token, DECIMALS)


def convert_call(vault: str, shares: int) -> Call:
    """Return the call that asks what shares stand for. Source: ERC-4626. Raises: FormatError."""
    if not 0 <= shares < 2**256:
        raise FormatError("shares are a number of 256 bits")
    return Call(vault, CONVERT_TO_ASSETS + shares.to_bytes(32, "big"))


def called_holding(
    row: TokenCall, holder: str, chain: ChainId, header: Header, witnesses: Sequence[Witness]
) -> CalledHolding:
    """Return what the row's token says that a lower-case address held at a block whose hash was computed.

    That its code tells the truth is not established: the row says that a person has looked at all of it.
    Raises: EvidenceError; UnknownCodeError; UnprovenStateError; FormatError for a holder that is no address.
    """
    token = row.asset.token
    if token is None:
        raise FormatError(f"{row.asset} is no token; a call names an erc20 asset")
    if row.asset.chain != chain:
        raise FormatError(f"{row.asset} is not of {chain}")
    # Not even run: what is not accepted could keep this machine busy.
    given = [(item.proof.address, keccak(item.code)) for item in witnesses if item.code is not None]
    _require_known(row, token, given)
    held = _asked(row, token, proven_call(chain, header, witnesses, balance_call(token, holder)))
    if row.method is CallMethod.BALANCE_OF:
        return held
    worth = _asked(row, token, proven_call(chain, header, witnesses, convert_call(token, held.units)))
    return CalledHolding(held.units, worth.units, tuple(dict(held.codes + worth.codes).items()))


def _asked(row: TokenCall, token: str, outcome: CallOutcome) -> CalledHolding:
    if not outcome.codes or outcome.codes[0][0] != token:
        raise EvidenceError(f"call: there is no code at {token} at this block")
    if outcome.codes[0][1] != row.codes[0]:
        raise UnknownCodeError(token, outcome.codes[:1])
    if outcome.created:
        raise EvidenceError(f"call: {token} puts code on the chain to tell a balance")
    _require_known(row, token, outcome.codes)
    if outcome.output is None:
        raise EvidenceError(f"call: {token} reverts instead of telling a balance")
    if len(outcome.output) != 32:
        raise EvidenceError(f"call: {token} gives {len(outcome.output)} bytes; a number has exactly 32")
    return CalledHolding(int.from_bytes(outcome.output), None, outcome.codes)


def _require_known(row: TokenCall, token: str, codes: Sequence[tuple[str, bytes]]) -> None:
    unknown = tuple((address, code_hash) for address, code_hash in codes if code_hash not in row.codes)
    if unknown:
        raise UnknownCodeError(token, unknown)
