"""Bring one transaction into a final block: offer it, outbid what is in its way, watch for reorganisations."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from por.chains.publishing_provider import RuledOutError
from por.errors import PublishError, SourceError, UnavailableError
from por.model import BlockRef
from por.publish.envelope import Draft, Fee, Payer, created_address, signed, transaction_hash
from por.publish.node import Market, Node
from por.publish.receipts import Receipt

AGAIN = "running the command again is safe: it first asks the contract what is there"

# Nodes agree on no codes here, and hardly on words.
_KNOWN = ("already known", "already imported", "known transaction", "alreadyknown", "already exists", "already in")
_PASSED = ("nonce too low", "nonce is too low", "nonce_too_low", "oldnonce", "old nonce")
_OUTBID = ("underpriced", "feetoolow", "fee too low", "less than block base fee")
_TIMES_PASSED = 3
_LEAST_RAISE_PERCENT = 10  # below it, nodes keep the older offer


@dataclass(frozen=True, slots=True)
class Patience:
    """Bound waiting: seconds until a block, then until finality, until a higher offer; milliseconds between looks."""

    receipt_seconds: int = 900
    finality_seconds: int = 2_700
    replace_seconds: int = 120
    poll_ms: int = 4_000


class Delivery:
    """Hold all offers of one transaction: they have one nonce, so one of them at most is ever in the chain."""

    def __init__(
        self,
        node: Node,
        draft: Draft,
        payer: Payer,
        max_fee: int,
        patience: Patience,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Keep the arguments; nothing is sent yet. `tell` hears what is waited for, and nothing once that is over."""
        self.newest = b""
        self._tell = tell
        self._final = "none"
        self._node = node
        self._draft = draft
        self._payer = payer
        self._max_fee = max_fee
        self._patience = patience
        self._offers: list[bytes] = []
        self._fee = Fee(0, 0)
        self._offered_at = time.monotonic()
        self._is_unsure = False
        self._passed = 0
        self._hindrance = ""

    def run(self) -> tuple[Receipt, bool]:
        """Return the receipt from a final block and True, or as soon as it reverted and False.

        Raises: PublishError; SourceError while nothing was sent.
        """
        try:
            return self._run()
        finally:
            self._tell("")

    def _run(self) -> tuple[Receipt, bool]:
        self._begin()
        begun = time.monotonic()
        seen: BlockRef | None = None
        while True:
            trouble = "is in no block"
            try:
                found = self._found()
                if found is None:
                    self._press(was_seen=seen is not None)
                    self._say("waiting until it is in a block")
                else:
                    seen = found[0].block
                    trouble = f"is in block {seen.number}, which is not final"
                    if not found[1] or self._is_final(seen):
                        return found
                    self._say(f"waiting until block {seen.number} is final (now {self._final})")
            except SourceError as error:
                trouble = f"cannot be followed: {error}"
            self._require_time(begun, trouble, was_seen=seen is not None)
            time.sleep(self._patience.poll_ms / 1000)

    def _begin(self) -> None:
        market = self._node.market()
        if market.base + market.tip > self._max_fee:
            raise PublishError(
                f"gas costs {market.base + market.tip} wei now, more than the limit of {self._max_fee}; nothing was "
                "sent: wait, or raise the limit"
            )
        try:
            is_taken = self._offer(self._at(market))
        except RuledOutError as error:
            raise PublishError(f"{error}; nothing was sent for {self._payer.address}") from error
        if not is_taken:
            raise PublishError(
                f"another transaction of {self._payer.address} waits with nonce {self._draft.nonce}, and the limit of "
                f"{self._max_fee} wei per gas is too low to outbid it: wait, or raise the limit; {AGAIN}"
            )

    def _found(self) -> tuple[Receipt, bool] | None:
        for raw in reversed(self._offers):
            found = self._node.receipt(transaction_hash(raw))
            if found is not None:
                return self._with_contract(found[0]), found[1]
        return None

    def _with_contract(self, receipt: Receipt) -> Receipt:
        if self._draft.to is not None:
            return replace(receipt, contract=None)
        created = created_address(self._payer.address, self._draft.nonce)
        if receipt.contract not in {None, created}:
            raise UnavailableError(f"{self._node.origin}: it names a created contract that cannot be")
        return replace(receipt, contract=created)

    def _is_final(self, block: BlockRef) -> bool:
        finalized = self._node.block("finalized")
        self._final = "none" if finalized is None else str(finalized.number)
        if finalized is None or finalized.number < block.number:
            return False
        return self._node.block(hex(block.number)) == block

    def _press(self, *, was_seen: bool) -> None:
        """Do what can be done for a transaction that is in no block."""
        if self._node.nonce(self._payer.address) > self._draft.nonce:
            # Or the receipt came since it was asked for, or another machine answers for the node.
            self._passed += 1
            if self._passed >= _TIMES_PASSED:
                raise PublishError(
                    f"another transaction of {self._payer.address} took nonce {self._draft.nonce}; {AGAIN}"
                )
            return
        self._passed = 0
        if time.monotonic() - self._offered_at >= self._patience.replace_seconds:
            self._raise_offer()
        elif was_seen or self._is_unsure:
            self._is_sent(self._offers[-1])

    def _raise_offer(self) -> None:
        self._offered_at = time.monotonic()
        higher = self._higher(self._fee, self._node.market())
        try:
            if higher is not None and self._offer(higher):
                return
            self._hindrance = f"; its fee is limited to {self._max_fee} wei per gas"
        except PublishError as error:
            # The older offer stands, whatever became of the signer.
            self._hindrance = f"; no more could be offered: {error}"
        self._is_sent(self._offers[-1])

    def _offer(self, fee: Fee) -> bool:
        """Offer the transaction, ever higher until the node takes it; False when the limit is reached."""
        offer: Fee | None = fee
        while offer is not None:
            raw = signed(self._draft, offer, self._payer)
            if self._is_sent(raw):
                self._offers.append(raw)
                self._fee = offer
                self._offered_at = time.monotonic()
                return True
            offer = self._higher(offer)
        return False

    def _is_sent(self, raw: bytes) -> bool:
        """Send; False when another transaction with this nonce offers too much."""
        self._is_unsure = False
        self.newest = transaction_hash(raw)
        try:
            self._node.send(raw)
        except RuledOutError as error:
            words = error.words.lower()
            if any(each in words for each in _OUTBID):
                return False
            if not any(each in words for each in (*_KNOWN, *_PASSED)):
                raise
        except UnavailableError:
            # It may have arrived.
            self._is_unsure = True
        return True

    def _at(self, market: Market) -> Fee:
        most = min(2 * market.base + market.tip, self._max_fee)
        return Fee(most, min(market.tip, most))

    def _higher(self, fee: Fee, market: Market | None = None) -> Fee | None:
        wanted = self._at(market) if market else fee
        most = min(max(fee.most * 5 // 4 + 1, wanted.most), self._max_fee)
        tip = min(max(fee.tip * 5 // 4 + 1, wanted.tip), most)
        least = 100 + _LEAST_RAISE_PERCENT
        return Fee(most, tip) if most * 100 >= fee.most * least and tip * 100 >= fee.tip * least else None

    def _say(self, waiting: str) -> None:
        self._tell(f"sent 0x{self.newest.hex()}; {waiting}")

    def _require_time(self, begun: float, trouble: str, *, was_seen: bool) -> None:
        seconds = self._patience.receipt_seconds + (self._patience.finality_seconds if was_seen else 0)
        if time.monotonic() - begun < seconds:
            return
        name = transaction_hash(self._offers[-1]).hex()
        raise PublishError(
            f"transaction 0x{name}, sent to {self._node.origin}, {trouble} after {seconds} s{self._hindrance}; {AGAIN}"
        )
