"""Keep signed transactions until a block has room for them, and refuse in a real node's words those it never will."""

from typing import Any

from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException

from por.chains.embedded.server import RefusedQuestionError

_TYPES = (1, 2)
_MAX_CREATION_CODE = 2 * 0x6000  # EIP-3860
_BUMP_PERCENT = 10  # what a replacement must offer more, as in go-ethereum
_HALF_ORDER = 0x7FFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_5D576E73_57A4501D_DFE92F46_681B20A0  # EIP-2


class Pool:
    """Hold at most one transaction of each sender and nonce, in the order in which they came."""

    def __init__(self) -> None:
        """Begin empty."""
        self._waiting: dict[tuple[bytes, int], Any] = {}

    def add(self, transaction: Any, chain: Any) -> None:
        """Take a transaction, in the place of one with the same nonce if it pays a tenth more.

        Raises: RefusedQuestionError.
        """
        state = chain.get_vm().state
        sender = transaction.sender
        cost = transaction.gas * transaction.max_fee_per_gas + transaction.value
        if transaction.nonce < state.get_nonce(sender):
            words = f"nonce too low: next nonce {state.get_nonce(sender)}, tx nonce {transaction.nonce}"
            raise RefusedQuestionError(-32000, words)
        if state.get_balance(sender) < cost:
            raise RefusedQuestionError(
                -32000,
                "insufficient funds for gas * price + value: "
                f"balance {state.get_balance(sender)}, tx cost {cost}, overshot {cost - state.get_balance(sender)}",
            )
        key = (sender, transaction.nonce)
        _require_better(transaction, self._waiting.get(key))
        self._waiting[key] = transaction

    def next_nonce(self, sender: bytes, nonce: int) -> int:
        """Return the first nonce from `nonce` on that no waiting transaction of the sender has."""
        while (sender, nonce) in self._waiting:
            nonce += 1
        return nonce

    def fill(self, chain: Any) -> None:
        """Apply to the block in the making all transactions that it can take; the others go on waiting."""
        is_moving = True
        while is_moving:
            is_moving = False
            for key, transaction in list(self._waiting.items()):
                if _is_applied(chain, transaction):
                    del self._waiting[key]
                    is_moving = True

    def clear(self) -> None:
        """Forget all that wait."""
        self._waiting.clear()


def decoded(raw: bytes, chain: Any) -> Any:
    """Read a signed transaction of type 0, 1 or 2 that could stand in a block of the chain.

    Raises: RefusedQuestionError.
    """
    if not raw or (raw[0] < 0x80 and raw[0] not in _TYPES):
        raise RefusedQuestionError(-32000, "transaction type not supported" if raw else "typed transaction too short")
    try:
        transaction = chain.get_transaction_builder().decode(raw)
        transaction.check_signature_validity()
    except RLPException as error:
        raise RefusedQuestionError(-32000, f"rlp: {type(error).__name__}") from error
    except (ValidationError, BadSignature):
        raise RefusedQuestionError(-32000, "invalid transaction v, r, s values") from None
    if transaction.s > _HALF_ORDER:
        raise RefusedQuestionError(-32000, "invalid transaction v, r, s values")
    _require_form(transaction, chain)
    return transaction


def _is_applied(chain: Any, transaction: Any) -> bool:
    try:
        chain.apply_transaction(transaction)
    except ValidationError:
        return False
    return True


def _require_form(transaction: Any, chain: Any) -> None:
    number, gas = transaction.chain_id, transaction.gas
    needed = _gas_needed(transaction)
    if number is None:
        raise RefusedQuestionError(-32000, "only replay-protected (EIP-155) transactions allowed over RPC")
    if number != chain.chain_id:
        raise RefusedQuestionError(-32000, f"invalid chain id for signer: have {number} want {chain.chain_id}")
    if not transaction.to and len(transaction.data) > _MAX_CREATION_CODE:
        words = f"max initcode size exceeded: code size {len(transaction.data)}, limit {_MAX_CREATION_CODE}"
        raise RefusedQuestionError(-32000, words)
    if gas > chain.header.gas_limit:
        raise RefusedQuestionError(-32000, f"exceeds block gas limit: gas {gas}, limit {chain.header.gas_limit}")
    if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas:
        raise RefusedQuestionError(-32000, "max priority fee per gas higher than max fee per gas")
    if gas < needed:
        raise RefusedQuestionError(-32000, f"intrinsic gas too low: gas {gas}, minimum needed {needed}")


def _gas_needed(transaction: Any) -> int:
    zeros: int = transaction.data.count(0)
    floor = 21_000 + 10 * (zeros + 4 * (len(transaction.data) - zeros))  # EIP-7623
    words = 0 if transaction.to else -(-len(transaction.data) // 32)  # EIP-3860
    intrinsic: int = transaction.intrinsic_gas
    return max(floor, intrinsic + 2 * words)


def _require_better(transaction: Any, waiting: Any) -> None:
    if waiting is None:
        return
    if waiting.hash == transaction.hash:
        raise RefusedQuestionError(-32000, "already known")
    for offer in ("max_fee_per_gas", "max_priority_fee_per_gas"):
        if getattr(transaction, offer) * 100 < getattr(waiting, offer) * (100 + _BUMP_PERCENT):
            raise RefusedQuestionError(-32000, "replacement transaction underpriced")
