"""Measure how fast holdings are proven and read on anvil, and control signatures recovered, beside plain loops.

`scripts/bench --reserves` runs it. A plain loop asks one question after the other: what a short script does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import pytest
import requests
from eth_account import Account
from eth_account.messages import SignableMessage, encode_defunct, encode_typed_data
from eth_keys.backends import get_backend
from eth_utils.crypto import keccak

from por.chains.evm import EvmSource
from por.chains.transport import Transport
from por.checks.observation import Seen
from por.checks.reading import read_holdings
from por.encoding import policy_v1, tables_v1
from por.encoding.tables_v1 import Tables
from por.issuer.holdings import Known, prove_holdings
from por.model import AssetId, ChainAccount, ChainId, Challenge
from por.proofs.control.challenge import challenge_text, challenge_typed_data
from por.proofs.control.evm import signer
from por.proofs.state.token_call import balance_call
from tests.components import running_anvil
from tests.contracts.chain import artifact

Signed = Sequence[tuple[Challenge, bytes]]

CHAIN = ChainId("eip155", "31337")
LOOP_SECONDS = 5
SIGNATURES = 300
CODE = artifact("TokenFirst")["deployedBytecode"]
POLICY = """version = 1
profile = "auditor"

[issuer]
id = "exchange.example"
keys = []

[snapshot]
max_age_seconds = 86400
max_skew_seconds = 60

[[chain]]
id = "eip155:31337"
sources = 1
"""
LAYOUT = """
[[layout]]
asset = "{asset}"
code_hash = "0x{code_hash}"
base_slot = "0x00"
order = "key-slot"
"""


@dataclass(frozen=True)
class Rate:
    """Hold how many accounts with all their assets were done in how many seconds, by how many requests."""

    accounts: int
    seconds: float
    requests: int

    @property
    def speed(self) -> float:
        return self.accounts / self.seconds


@dataclass(frozen=True)
class Holdings:
    """Accounts that all hold some of each token, on a node of this machine."""

    url: str
    holders: tuple[str, ...]
    tokens: tuple[AssetId, ...]

    @classmethod
    def put(cls, url: str, accounts: int, tokens: int) -> Holdings:
        """Give every account coins and some of every token."""
        holders = tuple(f"0x{number:040x}" for number in range(2**32, 2**32 + accounts))
        contracts = [f"0x{number:040x}" for number in range(2**64, 2**64 + tokens)]
        ask(url, [("anvil_setCode", contract, CODE) for contract in contracts])
        for start in range(0, accounts, 50):
            some = holders[start : start + 50]
            words = [
                ("anvil_setStorageAt", contract, "0x" + _key(holder).hex(), f"0x{int(holder, 16):064x}")
                for contract in contracts
                for holder in some
            ]
            ask(url, [*(("anvil_setBalance", holder, hex(10**18)) for holder in some), *words])
        ask(url, [("anvil_mine", "0x1")])
        return cls(url, holders, tuple(AssetId(CHAIN, "erc20", contract) for contract in contracts))

    @property
    def wanted(self) -> dict[AssetId, Sequence[str]]:
        return dict.fromkeys((AssetId(CHAIN, "slip44", "60"), *self.tokens), self.holders)

    @property
    def tables(self) -> Tables:
        code_hash = keccak(hexstr=CODE).hex()
        text = "".join(LAYOUT.format(asset=asset, code_hash=code_hash) for asset in self.tokens)
        return tables_v1.read_tables(text.encode())

    def proven(self) -> Rate:
        """Prove all as `por issuer bundle` does."""
        source = EvmSource(CHAIN, self.url)
        header = source.header(1)
        known = Known(self.tables.layouts)
        with counted() as count:
            began = time.perf_counter()
            shown = prove_holdings(source, header, self.wanted, known, lambda _: None)
            passed = time.perf_counter() - began
        require(all(shown[holder, asset].amount for asset in self.wanted for holder in self.holders))
        return Rate(len(self.holders), passed, count[0])

    def read(self) -> Rate:
        """Read all as `por verify` does for holdings without evidence."""
        source = EvmSource(CHAIN, self.url)
        header = source.header(1)
        policy = policy_v1.read(POLICY.encode(), self.tables)
        with counted() as count:
            began = time.perf_counter()
            held = read_holdings(source, header, self.wanted, policy, lambda _: None)
            passed = time.perf_counter() - began
        require(all(isinstance(seen, Seen) and seen.value.units for seen in held.values()))
        return Rate(len(self.holders), passed, count[0])

    def looped(self, question: Callable[[str, str | None], tuple[object, ...]]) -> Rate:
        """Ask one question for each holding, one after the other, for a few seconds at most."""
        began, asked, done = time.perf_counter(), 0, 0
        with requests.Session() as session:
            session.trust_env = False
            for holder in self.holders:
                for token in (None, *(asset.token for asset in self.tokens)):
                    method, *parameters = question(holder, token)
                    body = {"jsonrpc": "2.0", "id": asked, "method": method, "params": parameters}
                    require("result" in session.post(self.url, json=body, timeout=60).json())
                    asked += 1
                done += 1
                if time.perf_counter() - began > LOOP_SECONDS:
                    break
        return Rate(done, time.perf_counter() - began, asked)


def said_by_call(holder: str, token: str | None) -> tuple[object, ...]:
    """Take the node's word for a balance."""
    if token is None:
        return "eth_getBalance", holder, "0x1"
    return "eth_call", {"to": token, "data": "0x" + balance_call(token, holder).data.hex()}, "0x1"


def shown_by_proof(holder: str, token: str | None) -> tuple[object, ...]:
    """Have the node prove a balance."""
    if token is None:
        return "eth_getProof", holder, [], "0x1"
    return "eth_getProof", token, ["0x" + _key(holder).hex()], "0x1"


def main(accounts: int, tokens: int) -> int:
    """Run as a command."""
    try:
        _holdings(accounts, tokens)
    except pytest.skip.Exception as missing:
        print(missing, file=sys.stderr)
        return 2
    signatures()
    return 0


def _holdings(accounts: int, tokens: int) -> None:
    """Compare ways to read holdings on a real node."""
    with running_anvil("--hardfork", "prague") as url:
        print(f"{accounts} accounts, each with coins and {tokens} tokens, on anvil")
        holdings = Holdings.put(url, accounts, tokens)
        plain, proofs = holdings.looped(said_by_call), holdings.looped(shown_by_proof)
        _say("one eth_call after another", plain, plain, proofs)
        _say("one eth_getProof after another", proofs, plain, proofs)
        _say("proven, as issuer bundle does", holdings.proven(), plain, proofs)
        _say("read, as verify does", holdings.read(), plain, proofs)


def signatures() -> None:
    """Signers of challenges found per second, beside eth-account's own loop."""
    print(f"{SIGNATURES} control signatures, {type(get_backend()).__name__} under eth-keys")
    made = [_challenge(number) for number in range(SIGNATURES)]
    for scheme in ("eip191", "eip712"):
        signed = [(each, _sign(each, scheme)) for each in made]
        ours = _each_second(partial(_ours, scheme, signed))
        theirs = _each_second(partial(_theirs, scheme, signed))
        print(f"  {scheme + ' signers found':<34}{ours:8.0f} /s   {ours / theirs:6.2f} x eth-account's own loop")


def _ours(scheme: str, signed: Signed) -> list[str]:
    return [signer(challenge, scheme, signature) for challenge, signature in signed]


def _theirs(scheme: str, signed: Signed) -> list[str]:
    return [Account.recover_message(_message(each, scheme), signature=signature) for each, signature in signed]


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count the HTTP requests that sources send."""
    count, post = [0], Transport.post

    def counting(transport: Transport, body: bytes) -> bytes:
        count[0] += 1
        return post(transport, body)

    setattr(Transport, "post", counting)  # noqa: B010 - a method is put in another's place
    try:
        yield count
    finally:
        setattr(Transport, "post", post)  # noqa: B010


def ask(url: str, questions: Sequence[tuple[object, ...]]) -> None:
    """Put many questions to the node at once, all of which must succeed."""
    body = [
        {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
        for number, (method, *parameters) in enumerate(questions)
    ]
    with requests.Session() as session:
        session.trust_env = False
        answers = session.post(url, json=body, timeout=120).json()
    require(len(answers) == len(body) and all("error" not in answer for answer in answers))


def require(held: object) -> None:
    """Make sure that what is measured was done."""
    if not held:
        raise RuntimeError("what was to be measured went wrong")


def _say(work: str, rate: Rate, plain: Rate, proofs: Rate) -> None:
    each = rate.requests / rate.accounts
    ratios = f"{rate.speed / plain.speed:6.2f} x the calls, {rate.speed / proofs.speed:6.2f} x the single proofs"
    print(f"  {work:<34}{rate.speed:8.1f} accounts/s {each:7.2f} requests/account   {ratios}")


def _key(holder: str) -> bytes:
    hashed: bytes = keccak(bytes.fromhex(holder[2:]).rjust(32, b"\0") + bytes(32))
    return hashed


def _challenge(number: int) -> Challenge:
    account = ChainAccount(CHAIN, f"0x{number:040x}")
    at = "2026-11-01T00:00:00Z"
    return Challenge("x.example", f"x.example@{at}", account, number, number.to_bytes(32), "2026-12-01T00:00:00Z")


def _message(challenge: Challenge, scheme: str) -> SignableMessage:
    if scheme == "eip191":
        return encode_defunct(text=challenge_text(challenge))
    return encode_typed_data(full_message=challenge_typed_data(challenge))


def _sign(challenge: Challenge, scheme: str) -> bytes:
    return bytes(Account.sign_message(_message(challenge, scheme), keccak(b"bench")).signature)


def _each_second(work: Callable[[], Sequence[object]]) -> float:
    best = 0.0
    for _ in range(3):
        began = time.perf_counter()
        done = len(work())
        best = max(best, done / (time.perf_counter() - began))
    return best
