"""Ask an account's own code whether it approves a challenge (`por/spec/proven-call.md`, K1 to K8).

Sources: EIP-1271 (isValidSignature), EIP-6492 (signatures of accounts that are not deployed yet).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_utils.crypto import keccak

from por.errors import EvidenceError
from por.model import Call, Challenge, ControlScheme, Header, Witness
from por.proofs.control.evm import challenge_digest
from por.proofs.state.account import EMPTY_CODE_HASH, account_state
from por.proofs.state.call import CallOutcome, proven_calls
from por.proofs.state.proven_state import UnprovenStateError

IS_VALID_SIGNATURE = bytes.fromhex("1626ba7e")
APPROVAL: bytes = IS_VALID_SIGNATURE.ljust(32, b"\x00")
WRAPPED = bytes.fromhex("6492") * 16

_WORD = 32


@dataclass(frozen=True, slots=True)
class Approval:
    """Hold which account's code approved the challenge, and the codes that took part, each with its proven hash.

    `deployed` tells whether the account had code at the block. Where it had none, its factory, asked by the zero
    address, puts code there that approves; that no other code could be put there, or that somebody who has a key could
    ask, is not established.
    """

    account: str
    codes: tuple[tuple[str, bytes], ...]
    deployed: bool


@dataclass(frozen=True, slots=True)
class _Wrapped:
    deployment: Call
    signature: bytes


def approval_calls(challenge: Challenge, scheme: ControlScheme, signature: bytes) -> tuple[Call, ...]:
    """Return the calls by which a contract is asked, one after another: for EIP-6492 its factory's first.

    Where the account has code at the block, its factory is not called. The last call asks the same of another digest,
    which must not be approved. Raises: EvidenceError; FormatError for a malformed challenge.
    """
    _require_contract(scheme)
    account = challenge.account.address
    digest = challenge_digest(challenge, typed=scheme.typed)
    deployment: tuple[Call, ...] = ()
    if scheme.value.startswith("eip6492"):
        wrapped = _unwrapped(signature)
        deployment, signature = (wrapped.deployment,), wrapped.signature
    other: bytes = keccak(digest)
    return *deployment, _question(account, digest, signature), _question(account, other, signature)


def require_approval(
    challenge: Challenge, scheme: ControlScheme, signature: bytes, header: Header, witnesses: Sequence[Witness]
) -> Approval:
    """Require that the code of the challenge's account approves the signature at a block whose hash was computed.

    Who can make the code approve is the code's affair: a threshold of owners, or one of them. Raises: EvidenceError;
    UnprovenStateError, which names what else to prove; UnsupportedEvidenceError; FormatError for a malformed challenge.
    """
    calls = approval_calls(challenge, scheme, signature)
    account = challenge.account.address
    deployed = _has_code(account, header, witnesses)
    if not deployed and len(calls) == 2:
        raise EvidenceError(f"control proof: {account} has no code at the snapshot block that could approve")
    before = () if deployed else calls[:-2]
    # Each question is put to the same state: an answer that changed it would tell the second one apart.
    asked, other = (
        proven_calls(challenge.account.chain, header, witnesses, (*before, question)) for question in calls[-2:]
    )
    outcomes = (*asked, other[-1])
    if not deployed:
        _require_deployment(account, outcomes[0])
    _require_answer(account, asked[-1])
    if other[-1].output == APPROVAL:
        raise EvidenceError(f"control proof: {account} approves whatever it is asked, which shows nobody's control")
    codes = {address: code_hash for outcome in outcomes for address, code_hash in outcome.codes}
    return Approval(account, tuple(codes.items()), deployed)


def _require_contract(scheme: ControlScheme) -> None:
    if not scheme.contract:
        raise EvidenceError(f"control proof: scheme {scheme.value} is judged by recovery, not by a contract")


def _has_code(account: str, header: Header, witnesses: Sequence[Witness]) -> bool:
    witness = next((item for item in witnesses if item.proof.address == account), None)
    if witness is None:
        raise UnprovenStateError(f"control proof: account {account} is not proven", ((account, ()),))
    return account_state(header.state_root, account, witness.proof.account_nodes).code_hash != EMPTY_CODE_HASH


def _require_deployment(account: str, outcome: CallOutcome) -> None:
    if outcome.output is None:
        raise EvidenceError(f"control proof: the factory's call that should put code at {account} fails")
    if account not in outcome.created:
        raise EvidenceError(f"control proof: the factory's call puts no code at {account}")


def _require_answer(account: str, outcome: CallOutcome) -> None:
    if outcome.output is None:
        raise EvidenceError(f"control proof: the code of {account} fails instead of approving the signature")
    if outcome.output != APPROVAL:
        raise EvidenceError(
            f"control proof: the code of {account} does not approve the signature: "
            f"it gives {len(outcome.output)} bytes, 0x{outcome.output[:_WORD].hex()}"
        )


def _question(account: str, digest: bytes, signature: bytes) -> Call:
    return Call(
        account, IS_VALID_SIGNATURE + digest + _number(2 * _WORD) + _number(len(signature)) + _padded(signature)
    )


def _unwrapped(signature: bytes) -> _Wrapped:
    """Take a signature apart that names how its account is deployed, in its one encoding."""
    body = signature[: -len(WRAPPED)]
    if not signature.endswith(WRAPPED) or len(body) < 5 * _WORD or len(body) % _WORD:
        raise EvidenceError("control proof: an EIP-6492 signature names a factory and ends in 6492 sixteen times")
    words = [body[start : start + _WORD] for start in range(0, len(body), _WORD)]
    data = _bytes_at(body, 3)
    inner = _bytes_at(body, 4 + (len(data) + _WORD - 1) // _WORD)
    factory = words[0]
    if _wrapping(factory, data, inner) != body or any(factory[:12]):
        raise EvidenceError("control proof: an EIP-6492 signature that is not encoded as EIP-6492 says")
    return _Wrapped(Call("0x" + factory[12:].hex(), data), inner)


def _bytes_at(body: bytes, word: int) -> bytes:
    start = (word + 1) * _WORD
    length = int.from_bytes(body[word * _WORD : start])
    return body[start : start + length] if length <= len(body) else b""


def _wrapping(factory: bytes, data: bytes, inner: bytes) -> bytes:
    offset = 4 * _WORD + len(_padded(data))
    head = (factory, _number(3 * _WORD), _number(offset))
    return b"".join((*head, _number(len(data)), _padded(data), _number(len(inner)), _padded(inner)))


def _number(value: int) -> bytes:
    return value.to_bytes(_WORD, "big")


def _padded(data: bytes) -> bytes:
    return data.ljust((len(data) + _WORD - 1) // _WORD * _WORD, b"\x00")
