"""A chain with tokens of several kinds, many holders, and a node that counts what it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from por.chains.embedded import EmbeddedChain
from por.chains.embedded.server import LoopbackServer, RefusedQuestionError
from por.chains.embedded.token import TOKEN_BASE_SLOT, TOKEN_CODE_HASH, TOKEN_CREATION_CODE, mint_data
from por.chains.evm import EvmSource
from por.issuer.holdings import Known
from por.model import (
    AssetId,
    CallMethod,
    Header,
    Implementation,
    Instant,
    KeyOrder,
    TokenCall,
    TokenLayout,
)
from tests.contracts.chain import artifact

GENESIS = Instant.parse("2026-11-01T00:00:00Z")
HOLDERS = tuple(f"0x{number:040x}" for number in range(0x1000, 0x1000 + 230))
RICH = HOLDERS[0]
EIP1967 = bytes.fromhex("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc")
WHOLE_WORD = 2**256 - 1


def code_hash(name: str) -> bytes:
    """Hash the code that a contract without immutable values has on a chain."""
    hashed: bytes = keccak(hexstr=artifact(name)["deployedBytecode"])
    return hashed


def minting(holder: str, units: int) -> bytes:
    selector: bytes = keccak(b"mint(address,uint256)")[:4]
    return selector + encode(["address", "uint256"], [holder, units])


@dataclass
class TokenScene:
    """Contracts by name, all minted to a few holders at the head; `asked` counts questions by method."""

    chain: EmbeddedChain
    contracts: dict[str, str] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    distortion: Callable[[str, Sequence[object], object], object] | None = None
    url: str = ""

    def answer(self, method: str, parameters: Sequence[object]) -> object:
        self.asked[method] += 1
        told = self.chain.answer(method, parameters)
        return told if self.distortion is None else self.distortion(method, parameters, told)

    @property
    def source(self) -> EvmSource:
        return EvmSource(self.chain.chain, self.url)

    @property
    def header(self) -> Header:
        return self.source.header(self.chain.head.number)

    @property
    def coin(self) -> AssetId:
        return AssetId(self.chain.chain, "slip44", "60")

    def token(self, name: str) -> AssetId:
        return AssetId(self.chain.chain, "erc20", self.contracts[name])

    def layout(self, name: str) -> TokenLayout:
        """Return where the plain and the proxied token keep balances."""
        if name == "plain":
            return TokenLayout(self.token(name), TOKEN_CODE_HASH, TOKEN_BASE_SLOT, KeyOrder.KEY_SLOT, WHOLE_WORD, None)
        behind = Implementation(EIP1967, code_hash("TokenFirst"))
        return TokenLayout(self.token(name), code_hash("TokenProxy"), 0, KeyOrder.KEY_SLOT, WHOLE_WORD, behind)

    def call(self, name: str, *codes: bytes, underlying: AssetId | None = None) -> TokenCall:
        method = CallMethod.BALANCE_OF if underlying is None else CallMethod.CONVERT_TO_ASSETS
        return TokenCall(self.token(name), codes, method, underlying)

    @property
    def known(self) -> Known:
        return Known(
            (self.layout("plain"), self.layout("proxied")), (self.call("rebasing", code_hash("RebasingToken")),)
        )


@contextmanager
def open_scene() -> Iterator[TokenScene]:
    """Deploy, mint, and serve."""
    chain = EmbeddedChain(GENESIS)
    scene = TokenScene(chain)
    first = chain.deploy(_creation("TokenFirst"))
    scene.contracts = {
        "plain": chain.deploy(TOKEN_CREATION_CODE),
        "proxied": chain.deploy(_creation("TokenProxy", ["address"], [first])),
        "rebasing": chain.deploy(_creation("RebasingToken")),
        "first": first,
    }
    scene.contracts["vault"] = chain.deploy(_creation("Vault", ["address"], [scene.contracts["rebasing"]]))
    chain.mine()
    for number, holder in enumerate(HOLDERS[:3], 1):
        chain.fund(holder, number * 10**18)
        chain.send(scene.contracts["plain"], mint_data(holder, number * 1000))
        for name in ("proxied", "rebasing", "vault"):
            chain.send(scene.contracts[name], minting(holder, number * 100))
    chain.send(scene.contracts["rebasing"], minting(scene.contracts["vault"], 1800))
    chain.send(scene.contracts["rebasing"], keccak(b"rebase(uint256)")[:4] + (3 * 10**18).to_bytes(32, "big"))
    chain.mine()
    with LoopbackServer(scene.answer) as server:
        scene.url = server.url
        yield scene


def refusing(method: str) -> Callable[[str, Sequence[object], object], object]:
    """Make a node that does not serve a method."""

    def distorted(asked: str, parameters: Sequence[object], told: object) -> object:
        del parameters
        if asked == method:
            raise RefusedQuestionError(-32601, "the method does not exist")
        return told

    return distorted


def _creation(name: str, types: Sequence[str] = (), arguments: Sequence[Any] = ()) -> bytes:
    return bytes.fromhex(artifact(name)["bytecode"].removeprefix("0x")) + encode(types, arguments)
