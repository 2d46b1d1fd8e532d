"""An exchange on a real Ethereum node, run by the commands alone, up to its published bundle.

Instants are fixed: blocks stand twelve seconds apart, the snapshot's instant is between two final ones.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from eth_account import Account
from eth_account.messages import SignableMessage, encode_defunct, encode_typed_data

from por.chains.embedded.server import LoopbackServer, RefusedQuestionError
from por.chains.embedded.token import TOKEN_BASE_SLOT, TOKEN_CODE_HASH, TOKEN_CREATION_CODE, mint_data
from tests.components import RpcError, rpc, running_anvil
from tests.simulator import Run, por

CHAIN = "eip155:31337"
DEPLOYER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
ISSUER = "exchange.example"
GENESIS = 1_793_491_200  # 2026-11-01T00:00:00Z
BLOCK_SECONDS = 12
COIN = 10**18
ALICE = "alice@example.com"
LEDGER = """account_id,segment,asset,amount
alice@example.com,spot,COIN,1.5
alice@example.com,spot,USDX,250.25
bob@example.com,spot,COIN,2
bob@example.com,margin,COIN,0.75
carol@example.com,spot,USDX,1000
carol@example.com,debt:margin,USDX,40
"""
TABLES = """[[class]]
members = [{{ asset = "{coin}", decimals = 18 }}]

[[class]]
members = [{{ asset = "{token}", decimals = 6 }}]

{told}"""
LAYOUT = """[[layout]]
asset = "{token}"
code_hash = "0x{code_hash}"
base_slot = "0x{slot:02x}"
order = "key-slot"
"""
POLICY = """version = 1
profile = "auditor"
{recordings}
[issuer]
id = "exchange.example"
keys = ["{key}"]

[snapshot]
max_age_seconds = 86400
max_skew_seconds = 60

[[chain]]
id = "eip155:31337"
sources = {sources}

{waivers}"""
WAIVERS = """[[waive]]
check = "publication.anchored"
reason = "no registry is in use"

[[waive]]
check = "publication.unequivocal"
reason = "no registry is in use"

"""
OPTIONS = ("--timestamp", str(GENESIS), "--slots-in-an-epoch", "1", "--hardfork", "prague")


def private_key(name: str) -> bytes:
    """Make the throw-away key of a name."""
    return name.encode().rjust(32, b"\x01")


def address(name: str) -> str:
    return str(Account.from_key(private_key(name)).address.lower())


Signing = Callable[["Story", str], tuple[str, bytes]]


@dataclass
class Story:
    """The exchange's directory and node; `token` is set once it is deployed, `key` once a bundle is signed.

    `told` is a policy's row that says how the token's balances are read, by default the embedded token's layout.
    `entries` stand at the top of the policy, and `more` at its end. `wallets` sign for accounts that are contracts.
    """

    directory: Path
    url: str
    token: str = ""
    key: str = ""
    accounts: dict[str, str] = field(default_factory=dict)
    told: str = ""
    entries: str = ""
    more: str = ""
    wallets: dict[str, Signing] = field(default_factory=dict)

    @property
    def snapshot(self) -> Path:
        return self.directory / "snapshot"

    @property
    def bundle(self) -> Path:
        return self.snapshot / "bundle"

    @property
    def assets(self) -> list[object]:
        return ["--assets", self.directory / "assets.toml"]

    @property
    def source(self) -> list[object]:
        return ["--source", f"{CHAIN}={self.url}"]

    def send(self, **transaction: str) -> str:
        """Send from a funded account, in the next block of its own; return the created contract or nothing."""
        self.next_block_at()
        return self.receipt(rpc(self.url, "eth_sendTransaction", {"from": DEPLOYER, **transaction}))

    def receipt(self, sent: str) -> str:
        """Wait for a transaction, which must succeed; return the created contract or nothing."""
        for _ in range(1000):
            receipt = rpc(self.url, "eth_getTransactionReceipt", sent)
            if receipt is not None:
                assert receipt["status"] == "0x1", receipt
                return str(receipt["contractAddress"] or "")
            time.sleep(0.01)
        raise TimeoutError(sent)

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.next_block_at()
            rpc(self.url, "evm_mine")

    def next_block_at(self) -> None:
        rpc(self.url, "anvil_setNextBlockTimestamp", self.head_time() + BLOCK_SECONDS)

    def head_time(self) -> int:
        return int(rpc(self.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def fund(self, holder: str, coins: int, tokens: int) -> None:
        """Pay an account, in base units."""
        self.send(to=holder, value=hex(coins))
        self.send(to=self.token, data="0x" + mint_data(holder, tokens).hex())

    def tables(self) -> str:
        token = f"{CHAIN}/erc20:{self.token}"
        layout = LAYOUT.format(token=token, code_hash=TOKEN_CODE_HASH.hex(), slot=TOKEN_BASE_SLOT)
        return TABLES.format(coin=f"{CHAIN}/slip44:60", token=token, told=self.told or layout)

    def policy(self, *, sources: int = 1, recording: str = "") -> Path:
        recordings = f'recordings = ["{recording}"]\n' if recording else ""
        path = self.directory / f"policy-{sources}{recording[-8:]}.toml"
        known = POLICY.format(key=self.key, sources=sources, recordings=recordings + self.entries, waivers=WAIVERS)
        path.write_text(known + self.tables() + self.more)
        return path

    def verify(self, *urls: str, sources: int = 1, options: Sequence[object] = ()) -> Run:
        """Examine the bundle as an auditor does, with these nodes."""
        nodes = [word for url in urls for word in ("--source", f"{CHAIN}={url}")]
        known = ["--policy", self.policy(sources=sources), "--ledger", self.snapshot / "records.csv"]
        return por("verify", self.bundle, *known, *nodes, "--now", "2026-11-01T12:00:00Z", *options)

    def command(self, name: str, *options: object) -> Run:
        """Run an issuer's command that must succeed."""
        run = por("issuer", name, *options)
        assert run.status == 0, run.talk
        return run


def begin(story: Story) -> None:
    """Deploy the token and mint coins and tokens to a cold, a hot and a house account."""
    story.mine()
    story.token = story.send(data="0x" + TOKEN_CREATION_CODE.hex())
    story.accounts = {name: address(name) for name in ("cold", "hot", "house")}
    for name, coins, tokens in (("cold", 3, 1000), ("hot", 2, 300), ("house", 5, 5000)):
        story.fund(story.accounts[name], coins * COIN, tokens * 10**6)


def publish(story: Story, listed: Sequence[tuple[str, str, str]] = (), more: Sequence[object] = ()) -> None:
    """Take the snapshot between the newest block and the next, and publish a bundle, command by command.

    `listed` are (account, role, custody); without them, the exchange's own three. `more` is said to `bundle`.
    """
    rows = challenge(story, listed)
    (story.directory / "signatures.csv").write_text(signatures(story, [account for account, _, _ in rows]))
    story.command("collect", story.snapshot, story.directory / "signatures.csv")
    run = story.command("bundle", *bundling(story), *more)
    story.key = next(line.split()[1] for line in run.out.splitlines() if line.startswith("key "))


def bundling(story: Story) -> list[object]:
    """Say what `por issuer bundle` is told."""
    directory = story.directory
    listing = ["--accounts", directory / "accounts.csv", *story.assets, *story.source]
    return [story.snapshot, *listing, "--layouts", directory / "layouts.toml"]


def challenge(story: Story, listed: Sequence[tuple[str, str, str]] = ()) -> Sequence[tuple[str, str, str]]:
    """Take the snapshot and write the challenges; return the rows that are listed."""
    instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(story.head_time() + 5))
    story.mine(4)
    directory, snapshot = story.directory, story.snapshot
    (directory / "assets.toml").write_text(
        f'[[asset]]\nsymbol = "COIN"\nid = "{CHAIN}/slip44:60"\ndecimals = 18\n\n'
        f'[[asset]]\nsymbol = "USDX"\nid = "{CHAIN}/erc20:{story.token}"\ndecimals = 6\n'
    )
    (directory / "ledger.csv").write_text(LEDGER)
    rows = listed or tuple(
        (story.accounts[name], role, custody)
        for name, role, custody in (
            ("cold", "customer", "cold"),
            ("hot", "customer", "hot"),
            ("house", "house", "hot"),
        )
    )
    lines = [f"{CHAIN}:{who},{role},{how},{asset}" for who, role, how in rows for asset in ("COIN", "USDX")]
    (directory / "accounts.csv").write_text("\n".join(["account,role,custody,asset", *lines]) + "\n")
    (directory / "layouts.toml").write_text(story.tables())
    listing = ["--accounts", directory / "accounts.csv", *story.assets, *story.source]

    who = ["--issuer", ISSUER, "--instant", instant, *story.assets]
    story.command("commit", directory / "ledger.csv", "--output", snapshot, *who)
    story.command("challenge", snapshot, *listing)
    return rows


def signatures(story: Story, accounts: Sequence[str]) -> str:
    """Sign the challenge files as they were written: the first by its .txt, the others by their .json."""
    lines = ["account,scheme,signature"]
    names = {holder: name for name, holder in story.accounts.items()}
    for number, account in enumerate(accounts):
        if account in story.wallets:
            kind, signature = story.wallets[account](story, account)
            lines.append(f"{CHAIN}:{account},{kind},0x{signature.hex()}")
            continue
        if account not in names:
            continue  # nobody here has its key
        stem = story.snapshot / "challenges" / f"{CHAIN}:{account}".replace(":", "_")
        if number == 0:
            scheme, message = "eip191", encode_defunct(text=stem.with_suffix(".txt").read_text())
        else:
            scheme, message = (
                "eip712",
                encode_typed_data(full_message=json.loads(stem.with_suffix(".json").read_text())),
            )
        lines.append(f"{CHAIN}:{account},{scheme},{signed(names[account], message)}")
    return "\n".join(lines) + "\n"


def signed(name: str, message: SignableMessage) -> str:
    return "0x" + bytes(Account.sign_message(message, private_key(name)).signature).hex()


@contextmanager
def node(*options: str) -> Iterator[str]:
    """Run a chain of its own, whose finalized block is two behind its newest."""
    with running_anvil(*OPTIONS, *options) as url:
        yield url


@contextmanager
def second_origin(url: str) -> Iterator[LoopbackServer]:
    """Serve the same node a second time, under another origin."""

    def forward(method: str, parameters: Sequence[object]) -> object:
        try:
            return rpc(url, method, *parameters)
        except RpcError as error:
            raise RefusedQuestionError(-32000, str(error)) from error

    with LoopbackServer(forward) as server:
        yield server
