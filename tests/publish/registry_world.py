"""A chain with all contracts on it, for tests of what is published there: embedded and served, or a real node."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from por.chains import open_source
from por.chains.embedded import EmbeddedChain
from por.checks.evidence import OpenBundle
from por.commitments.anchors import anchor_id, asset_key
from por.commitments.statements import attestation_digest, committee_id, figures_digest
from por.model import (
    Anchor,
    AnchoredEntry,
    AssetId,
    AssetTotal,
    Attestation,
    Certificate,
    ChainAccount,
    ChainId,
    Committee,
    Digest,
    Figure,
    Instant,
    Outcome,
    Revocation,
    SignatureScheme,
    Statement,
)
from por.proofs.state.registry import entry_of
from por.publish.anchoring import anchor_values
from por.publish.attestations import Attestations
from por.publish.contracts import artifact, creation_code, encode_call
from por.publish.delivery import Patience
from por.publish.deployment import deploy
from por.publish.receipts import Receipt
from por.publish.signers.account import Account
from por.publish.transactions import Wallet, WalletLimits
from tests.checks import scenery
from tests.components import rpc, running_anvil
from tests.issuer.ledgers import NOON

GENESIS = Instant(NOON.seconds + 30 * 86_400)
COINS = 10**20
PATIENCE = Patience(receipt_seconds=60, finality_seconds=60, replace_seconds=30, poll_ms=20)
LIMITS = WalletLimits(100 * 10**9, PATIENCE)
ASSET = AssetId.parse("eip155:1/slip44:60")
FIGURES = (Figure(ASSET, 3 * 10**18, 4 * 10**18),)
POLICY = Digest(sha256(b"policy").digest())
REGISTRY = "ReserveRegistry"


def secret(name: str) -> bytes:
    return keccak(text=name)


def digest(words: str) -> bytes:
    return sha256(words.encode()).digest()


@dataclass
class World:
    """Hold a served chain; `chain` is None where it is a real node."""

    url: str
    id: ChainId
    chain: EmbeddedChain | None
    contracts: dict[str, str] = field(default_factory=dict)
    wallets: dict[str, Wallet] = field(default_factory=dict)

    @property
    def option(self) -> tuple[str, str]:
        """Return the option that names the node."""
        return "--source", f"{self.id}={self.url}"

    def source(self) -> Any:
        """Return a new source, which looks anew for the last final block."""
        return open_source(self.id, [self.url])

    def account(self, name: str) -> ChainAccount:
        return ChainAccount(self.id, Account.from_secret(secret(name)).address)

    def at(self, name: str) -> ChainAccount:
        """Name a contract."""
        return ChainAccount(self.id, self.contracts[name])

    def wallet(self, name: str, limits: WalletLimits = LIMITS) -> Wallet:
        """Return the wallet of a funded account that belongs to this name."""
        if name not in self.wallets:
            self.fund(self.account(name).address)
            self.wallets[name] = Wallet(self.id, self.url, Account.from_secret(secret(name)), limits)
        return self.wallets[name]

    def fund(self, address: str) -> None:
        if self.chain is None:
            rpc(self.url, "anvil_setBalance", address, hex(COINS))
        else:
            self.chain.fund(address, COINS)
            self.chain.mine()

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            if self.chain is None:
                rpc(self.url, "evm_mine")
            else:
                self.chain.mine()

    def put(self, name: str, *arguments: object) -> str:
        """Create a contract plainly."""
        made = self.wallet("deployer").send(None, creation_code(artifact(name), arguments), contract=artifact(name))
        assert made.contract is not None
        return made.contract

    def call(self, wallet: Wallet, name: str, function: str, *arguments: object, at: str = "") -> Receipt:
        contract = artifact(name)
        data = encode_call(contract, function, arguments)
        return wallet.send(at or self.contracts[name], data, contract=contract)

    # --- what issuers and attesters do

    def anchor(self, wallet: Wallet, entry: Anchor, totals: Sequence[AssetTotal] | None = None) -> AnchoredEntry:
        """Anchor whatever stands in an entry."""
        chosen = (AssetTotal(asset_key(ASSET), 3 * 10**18, 4 * 10**18),) if totals is None else totals
        rows = [(total.asset, total.liabilities, total.reserves) for total in chosen]
        receipt = self.call(wallet, REGISTRY, "anchor", anchor_values(entry), rows)
        return entry_of(receipt.logs[0])

    def bundle(self, folder: Path, name: str, **changes: object) -> OpenBundle:
        """Write an honest bundle that the account of this name anchors."""
        instant = changes.get("instant", NOON)
        assert isinstance(instant, Instant)
        later: dict[str, object] = {"expires": Instant(instant.seconds + 30 * 86_400)}
        if changes.get("sequence", 1) != 1:
            later["previous"] = Digest(digest("the bundle before"))
        return scenery.open_in(folder, scenery.bundle(anchored_by=self.account(name), **{**later, **changes}))

    def attest(self, certificate: Certificate) -> None:
        Attestations(self.wallet("submitter"), self.contracts["AttestationRegistry"]).submit(certificate)


def entry(words: str, instant: int = NOON.seconds, **changes: Any) -> Anchor:
    """Make up an entry that no other test anchors."""
    plain = Anchor(
        instant=Instant(instant),
        snapshot_chain=0,
        snapshot_block=0,
        snapshot_hash=bytes(32),
        commitments_root=digest(f"commitments {words}"),
        bundle=Digest(digest(f"bundle {words}")),
        reserve_set_root=digest(f"reserves {words}"),
        supersedes=0,
    )
    return replace(plain, **changes)


class Attesters:
    """Hold a committee of accounts whose keys these tests have."""

    def __init__(self, name: str, size: int = 3, threshold: int = 2) -> None:
        made = [Account.from_secret(secret(f"{name} {number}")) for number in range(size)]
        self.accounts = sorted(made, key=lambda account: account.member)
        members = tuple(account.member for account in self.accounts)
        self.committee = Committee(SignatureScheme.ECDSA, threshold, 0, members)
        self.id = committee_id(self.committee)

    def statement(self, about: AnchoredEntry, now: int, **changes: Any) -> Attestation:
        plain = Attestation(
            commitment=anchor_id(about),
            policy=POLICY,
            rulebooks=bytes(32),
            outcome=Outcome.PASS,
            figures=figures_digest(FIGURES),
            observed_at=Instant(now - 1),
            expires_at=Instant(now + 30 * 86_400),
        )
        return replace(plain, **changes)

    def certify(self, content: Attestation | Revocation, about: AnchoredEntry | None = None) -> Certificate:
        """Let the threshold sign."""
        from por.commitments.statements import statement_digest  # noqa: PLC0415

        signing = self.accounts[: self.committee.threshold]
        attests = isinstance(content, Attestation)
        statement = Statement(content, FIGURES if attests else (), (), about)
        return Certificate(
            statement,
            self.committee,
            tuple(account.member for account in signing),
            tuple(Digest(digest(account.name)) for account in signing) if attests else (),
            tuple(account.sign(statement_digest(content)) for account in signing),
        )


def revocation(content: Attestation) -> Revocation:
    return Revocation(attestation_digest(content), bytes(32))


def now(world: World) -> int:
    """Tell the time of the newest block."""
    return int(rpc(world.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)


@contextmanager
def world(kind: str, *, lag: int = 0, contracts: bool = True) -> Iterator[World]:
    """Serve a chain of this kind with the contracts on it."""
    with _embedded(lag) if kind == "embedded" else _anvil() as made:
        try:
            if contracts:
                wallet = made.wallet("deployer")
                made.contracts.update({each.name: each.address for each in deploy(wallet, made.source())})
            yield made
        finally:
            for wallet in made.wallets.values():
                wallet.close()


@contextmanager
def _embedded(lag: int) -> Iterator[World]:
    chain = EmbeddedChain(GENESIS, lag=lag, instant_mining=True)
    chain.mine()
    with chain.serve() as url:
        yield World(url, chain.chain, chain)


@contextmanager
def _anvil() -> Iterator[World]:
    options = ("--timestamp", str(GENESIS.seconds), "--slots-in-an-epoch", "1", "--hardfork", "prague")
    with running_anvil(*options) as url, mined(url):
        yield World(url, ChainId("eip155", "31337"), None)


@contextmanager
def mined(url: str) -> Iterator[None]:
    """Put an empty block on the chain every now and then, so that the others become final."""
    is_over = threading.Event()

    def mine() -> None:
        while not is_over.wait(0.05):
            rpc(url, "evm_mine")

    miner = threading.Thread(target=mine, daemon=True)
    miner.start()
    try:
        yield
    finally:
        is_over.set()
        miner.join()
