"""Send a transaction and wait until it is final, so that running the same command twice does no harm.

Nothing is remembered between runs: whoever calls asks the contract first what is there. One call uses one nonce, the
first that no block has; whatever waits in the node's pool under that nonce is outbid, so no two transactions for one
purpose are ever under way. An account that publishes should do nothing else.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from por.chains.publishing_provider import RuledOutError
from por.chains.transport import DEFAULT_LIMITS, Limits
from por.errors import PublishError, UnavailableError
from por.model import ChainAccount, ChainId
from por.publish.contracts import Artifact, RevertedError
from por.publish.delivery import AGAIN, Delivery, Patience
from por.publish.envelope import Draft, Payer, created_address
from por.publish.node import Node
from por.publish.reading import Reading, revert_reason
from por.publish.receipts import Receipt

__all__ = ["DEFAULT_PATIENCE", "Finalized", "Patience", "Payer", "Receipt", "Wallet", "WalletLimits"]

DEFAULT_PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class WalletLimits:
    """Bound what is paid, `max_fee` wei per gas, and how long is waited; `transport` bounds each question."""

    max_fee: int
    patience: Patience = DEFAULT_PATIENCE
    transport: Limits = DEFAULT_LIMITS


class Wallet:
    """Publish on one chain, through one node, at the cost of one account."""

    def __init__(
        self,
        chain: ChainId,
        url: str,
        payer: Payer,
        limits: WalletLimits,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Keep the arguments; nothing is sent yet. `tell` hears what is waited for. Raises: FormatError."""
        self._tell = tell
        self._delivery: Delivery | None = None
        self.chain = chain
        self.address = ChainAccount.parse(f"{chain}:{payer.address.lower()}").address
        self._payer = payer
        self._limits = limits
        self._node = Node(chain, url, limits.transport)

    def read(self, to: str, data: bytes, *, contract: Artifact | None = None, block: str = "latest") -> bytes:
        """Return what a call of a contract returns after the newest block, or after another one by its tag.

        Raises: PublishError when it reverts, with the error's name if it is one of `contract`; SourceError.
        """
        try:
            return self._node.call(self.address, self._address(to), data, block)
        except RuledOutError as error:
            raise RevertedError(f"a call of {to} reverts", revert_reason(error, contract)) from error

    def code(self, address: str, *, block: str = "latest") -> bytes:
        """Return the code at an address after the newest block, or another by its tag. Raises: SourceError."""
        return self._node.code(self._address(address), block)

    def wait_until_final(self, contract: str, holds: Callable[[Reading], bool] | None = None) -> None:
        """Wait until a contract stands after the last finalized block, and what `holds` asks for is true there.

        A run that finds its work done waits so, since the one that sent it may have been killed before that was final.
        Raises: PublishError when that takes too long; running the command again is safe. SourceError.
        """
        patience, begun, final = self._limits.patience, time.monotonic(), Finalized(self)
        seconds = patience.receipt_seconds + patience.finality_seconds
        while not (final.code(contract) and (holds is None or holds(final))):
            if time.monotonic() - begun > seconds:
                raise PublishError(f"what {contract} holds already is not final after {seconds} s; {AGAIN}")
            self._tell(f"there already; waiting until what {contract} holds is final")
            time.sleep(patience.poll_ms / 1000)
        self._tell("")

    @property
    def under_way(self) -> bytes:
        """Return the hash of the transaction that may be out, and was not followed to its end; empty for none."""
        return b"" if self._delivery is None else self._delivery.newest

    def created_lately(self, count: int) -> tuple[str, ...]:
        """Return where the account's last transactions put a contract, if they made one, the newest first.

        Raises: SourceError.
        """
        nonce = self._node.nonce(self.address)
        return tuple(created_address(self.address, each) for each in range(nonce - 1, max(nonce - count, 0) - 1, -1))

    def send(self, to: str | None, data: bytes, *, gas: int | None = None, contract: Artifact | None = None) -> Receipt:
        """Send a transaction, wait until its block is final, and return its receipt; None for `to` creates a contract.

        `gas` is its limit, by default a quarter more than the node estimates. Raises: SourceError while nothing was
        sent; PublishError when it would cost more than the limit, when it reverts, with the error's name if it is
        one of `contract`, and when it is not final in time: then running the command again is safe.
        """
        draft = self._draft(None if to is None else self._address(to), data, gas, contract)
        limits = self._limits
        self._delivery = Delivery(self._node, draft, self._payer, limits.max_fee, limits.patience, self._tell)
        receipt, is_done = self._delivery.run()
        self._delivery = None
        if not is_done:
            named = f"transaction 0x{receipt.transaction.hex()}"
            raise RevertedError(
                f"{named} reverted in block {receipt.block.number}", self._why(draft, receipt, contract)
            )
        return receipt

    def close(self) -> None:
        """Close idle connections."""
        self._node.close()

    def _draft(self, to: str | None, data: bytes, gas: int | None, contract: Artifact | None) -> Draft:
        if self._node.block("finalized") is None:
            raise UnavailableError(f"{self._node.origin}: it names no finalized block; nothing was sent")
        nonce = self._node.nonce(self.address)
        if gas is None:
            try:
                gas = self._node.gas(self.address, to, data) * 5 // 4
            except RuledOutError as error:
                raise RevertedError("nothing was sent: it would revert", revert_reason(error, contract)) from error
        return Draft(int(self.chain.reference), nonce, gas, to, data)

    def _why(self, draft: Draft, receipt: Receipt, contract: Artifact | None) -> str:
        """Repeat what reverted on the state that its block left: what came before it there is what it met."""
        if receipt.gas == draft.gas:
            return f"it used up its {draft.gas} gas"
        try:
            self._node.call(self.address, draft.to, draft.data, hex(receipt.block.number))
        except RuledOutError as error:
            return revert_reason(error, contract)
        except UnavailableError:
            pass
        return "the node does not tell why"

    def _address(self, text: str) -> str:
        return ChainAccount.parse(f"{self.chain}:{text}").address


class Finalized:
    """Read contracts as they stand after the last finalized block."""

    def __init__(self, wallet: Wallet) -> None:
        """Read through a wallet's node."""
        self.chain = wallet.chain
        self._wallet = wallet

    def read(self, to: str, data: bytes, *, contract: Artifact | None = None) -> bytes:
        """Return what a call returns after the last finalized block. Raises: PublishError; SourceError."""
        return self._wallet.read(to, data, contract=contract, block="finalized")

    def code(self, address: str) -> bytes:
        """Return the code at an address after the last finalized block. Raises: SourceError."""
        return self._wallet.code(address, block="finalized")
