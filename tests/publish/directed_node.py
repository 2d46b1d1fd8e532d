"""A node whose chain moves exactly when a test says so, and a payer whose key is in the test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Self

from eth_account.signers.local import LocalAccount

from por.chains.embedded import EmbeddedChain
from por.chains.embedded.server import LoopbackServer, _Handler
from por.chains.transport import Limits
from por.model import ChainId
from por.publish.transactions import Patience, Wallet, WalletLimits
from tests.chains.wallets import ALICE, GWEI

QUICK = Limits(connect_ms=300, read_ms=5_000, total_ms=6_000, attempts=2, pause_ms=10, max_pause_ms=20)
HASTY = Patience(receipt_seconds=20, finality_seconds=20, replace_seconds=60, poll_ms=10)

Answer = Callable[[str, Sequence[object]], object]
# Gets how often the method was asked for before, its parameters, and the honest way to answer.
Direction = Callable[[int, Sequence[object], Callable[[], object]], object]


class DirectedNode:
    """Serve a chain; `directions` answer in its place, by method, and may move the chain; a context manager.

    `asked` lists all questions; a node that `is_dead` hangs up.
    """

    def __init__(self, chain: EmbeddedChain, **directions: Direction) -> None:
        self.chain = chain
        self.directions = directions
        self.asked: list[tuple[str, Sequence[object]]] = []
        self.is_dead = False
        self._counts: Counter[str] = Counter()
        self._server = LoopbackServer(self.answer)
        self._server._http.RequestHandlerClass = _handler(self)

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def sent(self) -> list[str]:
        """List the raw transactions, in the order they came."""
        return [str(parameters[0]) for method, parameters in self.asked if method == "eth_sendRawTransaction"]

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self._server.__exit__(*reason)

    def answer(self, method: str, parameters: Sequence[object]) -> object:
        self.asked.append((method, parameters))
        count = self._counts[method]
        self._counts[method] += 1
        direction = self.directions.get(method)
        if direction is None:
            return self.chain.answer(method, parameters)
        return direction(count, parameters, lambda: self.chain.answer(method, parameters))


def _handler(node: DirectedNode) -> type[_Handler]:
    class Handler(_Handler):
        def do_POST(self) -> None:  # noqa: N802
            if node.is_dead:
                self.close_connection = True
            else:
                super().do_POST()

        def _reply(self, answer: object) -> None:
            if node.is_dead:
                self.close_connection = True
            else:
                super()._reply(answer)

    return Handler


class KeyPayer:
    """Pay with a key at hand."""

    def __init__(self, account: LocalAccount = ALICE) -> None:
        self.account = account
        self.digests: list[bytes] = []

    @property
    def address(self) -> str:
        return self.account.address.lower()

    def sign_digest(self, digest: bytes) -> bytes:
        self.digests.append(digest)
        signature = self.account._key_obj.sign_msg_hash(digest)
        r, s = (part.to_bytes(32, "big") for part in (signature.r, signature.s))
        return bytes(r + s + bytes([27 + signature.v]))


def wallet(
    node: DirectedNode | str,
    chain: ChainId | None = None,
    payer: Any = None,
    patience: Patience = HASTY,
    max_fee: int = 20 * GWEI,
) -> Wallet:
    """Open a wallet that does not wait long."""
    url = node if isinstance(node, str) else node.url
    if chain is None:
        assert isinstance(node, DirectedNode)
        chain = node.chain.chain
    return Wallet(chain, url, payer or KeyPayer(), WalletLimits(max_fee, patience, QUICK))
