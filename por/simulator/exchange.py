"""Run an honest exchange on the embedded chain: customers in two segments, coins in five accounts, one snapshot.

One of the accounts is a contract, for which its owner signs.

Its bundle is anchored in a registry on the same chain.

Everything is made from fixed seeds, so two runs publish the same bytes, but for the master and signing keys' files.
"""

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from eth_account import Account as EthAccount
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from por.chains import open_source
from por.chains.embedded import EmbeddedChain
from por.chains.embedded.server import LoopbackServer
from por.chains.embedded.token import (
    TOKEN_BASE_SLOT,
    TOKEN_CODE_HASH,
    TOKEN_CREATION_CODE,
    TOKEN_DECIMALS,
    mint_data,
)
from por.checks.evidence import open_bundle
from por.encoding import inclusion_proof_v1, tables_v1
from por.issuer.accounts import read_accounts
from por.issuer.assets import AssetTable
from por.issuer.bundle import assemble
from por.issuer.commit import commit
from por.issuer.control import challenge_files, collect
from por.issuer.inputs import Inputs
from por.issuer.keys import ensure_master_key
from por.issuer.prove import prove
from por.issuer.signing import SigningKey, bundle_directory, ensure_signing_key
from por.issuer.snapshot import take_snapshot, write_snapshot
from por.issuer.store import ProofStore
from por.issuer.workspace import Workspace
from por.model import AssetId, CaseRule, ChainAccount, Challenge, Instant, format_coins
from por.publish.anchoring import Anchoring, anchor
from por.publish.contracts import artifact
from por.publish.signers.account import Account
from por.publish.transactions import Patience, Wallet, WalletLimits
from por.simulator.signer import SimulatedKey
from por.simulator.wallet import BOASTER_CREATION_CODE, WALLET_CODE, wallet_creation

ISSUER = "exchange.example"
GENESIS = Instant.parse("2026-11-01T00:00:00Z")
CUSTOMER = "customer-7@example.com"
ANCHORING = "anchoring"
WALLET, OWNER = "vault", "owner"
ACCOUNTS = {
    "cold": ("customer", "cold"),
    WALLET: ("customer", "cold"),
    "hot": ("customer", "hot"),
    "guarantee": ("guarantee", "cold"),
    "house": ("house", "hot"),
}
Distortion = Callable[[str, object], object]

WALLET_LIMITS = WalletLimits(max_fee=10**12, patience=Patience(30, 30, 20, 10))


def _quiet(message: str) -> None:
    del message


@dataclass
class Exchange:
    """Hold the exchange's chain, keys and directory; `url` serves the chain while the exchange is open.

    `distortion` changes what the node answers to a method, for a node that lies with its owner.
    """

    directory: Path
    chain: EmbeddedChain
    url: str
    token: str = ""
    share_token: str = ""
    wallet_contract: str = ""
    boaster: str = ""
    registry: str = ""
    registry_block: int = 0
    keys: dict[str, SimulatedKey] = field(default_factory=dict)
    distortion: Distortion | None = None

    def answer(self, method: str, parameters: Sequence[object]) -> object:
        """Answer a question about the chain, truly or as the distortion has it. Raises: RefusedQuestionError."""
        said = self.chain.answer(method, parameters)
        return said if self.distortion is None else self.distortion(method, said)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Undo at the end of the block what happens on the chain and to the node in it."""
        head = self.chain.head
        try:
            yield
        finally:
            self.distortion = None
            self.chain.restore(head)

    @property
    def coin(self) -> AssetId:
        """Name the chain's own coin."""
        return AssetId(self.chain.chain, "slip44", "60")

    @property
    def dollar(self) -> AssetId:
        """Name the token."""
        return AssetId(self.chain.chain, "erc20", self.token)

    @property
    def share(self) -> AssetId:
        """Name a token that stands for the chain's coins, of which the cold account has as many as it has coins."""
        return AssetId(self.chain.chain, "erc20", self.share_token)

    @property
    def workspace(self) -> Workspace:
        """Return the snapshot's directory."""
        return Workspace(self.directory / "snapshot")

    @property
    def bundle(self) -> Path:
        """Return the published bundle's directory."""
        return self.workspace.directory / "bundle"

    @property
    def records(self) -> Path:
        """Return the record list for the auditor."""
        return self.workspace.directory / "records.csv"

    @property
    def source(self) -> str:
        """Return the option that names the chain's node."""
        return f"{self.chain.chain}={self.url}"

    @property
    def signing_key(self) -> SigningKey:
        """Return the key that signs bundles."""
        return ensure_signing_key(self.directory / "por-signing.key", ISSUER)[0]

    def account(self, name: str) -> ChainAccount:
        """Name one of the exchange's own accounts."""
        address = self.wallet_contract if name == WALLET else self.keys[name].address
        return ChainAccount(self.chain.chain, address)

    def policy(self, entries: str = "") -> Path:
        """Write a verifier's policy that trusts the exchange's key and one node, and waives what needs a registry."""
        return self._policy(entries, _WAIVERS)

    def registry_policy(self, entries: str = "") -> Path:
        """Write a policy that reads the registry besides, and waives nothing."""
        pin = f'[registry]\ncontract = "{self.registry_contract}"\nissuer = "{self.keys[ANCHORING].address}"\n'
        return self._policy(entries, f"{pin}from_block = {self.registry_block}\nmax_delay_seconds = 86400\n\n")

    def _policy(self, entries: str, more: str) -> Path:
        path = self.directory / f"policy-{hashlib.sha256((entries + more).encode()).hexdigest()[:8]}.toml"
        known = _POLICY.format(exchange=self, key=self.signing_key.verifier, wallet=keccak(WALLET_CODE).hex())
        path.write_text(entries + known + more + self.tables())
        return path

    def signed(self, challenge: Challenge) -> str:
        """Sign an account's challenge by its key, or by its owner's, as a line that `por issuer collect` reads."""
        if challenge.account.address == self.wallet_contract:
            return self.keys[OWNER].csv_line(challenge, "eip1271-eip712")
        (key,) = (key for key in self.keys.values() if key.address == challenge.account.address)
        return key.csv_line(challenge)

    def pay(self, name: str, receiver: str, wei: int, data: bytes = b"") -> None:
        """Send coins, or call a contract, from an account; once the exchange is open, a block holds it at once."""
        transaction = {
            "type": 2,
            "chainId": int(self.chain.chain.reference),
            "nonce": self.chain.account(self.keys[name].address).nonce,
            "to": to_checksum_address(receiver),
            "value": wei,
            "data": data,
            "gas": 100_000,
            "maxFeePerGas": 2 * 10**9,
            "maxPriorityFeePerGas": 10**9,
        }
        raw = EthAccount.sign_transaction(transaction, self.keys[name].private).raw_transaction
        self.chain.answer("eth_sendRawTransaction", ["0x" + raw.hex()])

    @property
    def registry_contract(self) -> ChainAccount:
        """Name the registry."""
        return ChainAccount(self.chain.chain, self.registry)

    def wallet(self, name: str = ANCHORING) -> Wallet:
        """Return a wallet of one of the exchange's keys."""
        return Wallet(self.chain.chain, self.url, Account.from_secret(self.keys[name].private), WALLET_LIMITS)

    def tables(self) -> str:
        """Write the token's denomination and layout as a policy has them."""
        return _TABLES.format(
            coin=self.coin,
            token=self.dollar,
            decimals=TOKEN_DECIMALS,
            code_hash="0x" + TOKEN_CODE_HASH.hex(),
            slot=f"0x{TOKEN_BASE_SLOT:02x}",
        )

    def proof(self, account_id: str, target: Path) -> Path:
        """Make a customer's inclusion proof."""
        with ProofStore.open(self.workspace.directory / "store") as store:
            target.write_bytes(inclusion_proof_v1.write(prove(store, account_id, self.workspace.note())))
        return target


_POLICY = """version = 1
profile = "auditor"
wallets = ["0x{wallet}"]

[issuer]
id = "exchange.example"
keys = ["{key}"]

[snapshot]
max_age_seconds = 86400
max_skew_seconds = 600

[[chain]]
id = "{exchange.chain.chain}"
sources = 1

"""

_WAIVERS = """[[waive]]
check = "publication.anchored"
reason = "this verifier reads no registry"

[[waive]]
check = "publication.unequivocal"
reason = "this verifier reads no registry"

"""

_TABLES = """[[class]]
members = [{{ asset = "{coin}", decimals = 18 }}]

[[class]]
members = [{{ asset = "{token}", decimals = {decimals} }}]

[[layout]]
asset = "{token}"
code_hash = "{code_hash}"
base_slot = "{slot}"
order = "key-slot"
"""


@contextmanager
def open_exchange(directory: Path, customers: int = 2000) -> Iterator[Exchange]:
    """Build everything up to the published bundle, and serve the chain until the block ends."""
    directory.mkdir(parents=True, exist_ok=True)
    chain = EmbeddedChain(GENESIS)
    exchange = Exchange(directory, chain, "")
    with LoopbackServer(exchange.answer) as server:
        exchange.url = server.url
        exchange.keys = {name: SimulatedKey.from_seed(name) for name in (*ACCOUNTS, OWNER, ANCHORING, "stranger")}
        totals = _write_ledger(exchange, customers)
        instant = _run_chain(exchange, totals)
        _commit(exchange, instant)
        publish_snapshot(exchange)
        chain.instant_mining = True
        anchor_bundle(exchange, exchange.bundle)
        yield exchange


def _run_chain(exchange: Exchange, totals: dict[str, int]) -> Instant:
    chain = exchange.chain
    chain.mine()
    exchange.token = chain.deploy(TOKEN_CREATION_CODE)
    exchange.share_token = chain.deploy(TOKEN_CREATION_CODE)
    exchange.wallet_contract = chain.deploy(wallet_creation(exchange.keys[OWNER].address))
    exchange.boaster = chain.deploy(BOASTER_CREATION_CODE)
    exchange.registry = chain.deploy(artifact("ReserveRegistry").creation)
    chain.fund(exchange.keys[ANCHORING].address, 10**18)
    shares = {"cold": (4, 10), WALLET: (3, 10), "hot": (4, 10), "guarantee": (4, 10), "house": (1, 4)}
    for name, (over, under) in shares.items():
        holder = exchange.account(name).address
        chain.fund(holder, totals["coin"] * over // under)
        chain.send(exchange.token, mint_data(holder, totals["dollar"] * over // under))
    chain.send(exchange.share_token, mint_data(exchange.account("cold").address, totals["coin"]))
    exchange.registry_block = chain.mine().number
    snapshot = chain.mine()
    instant = Instant(chain.instant(snapshot.number).seconds + 5)
    chain.mine()
    chain.mine()
    return instant


def anchor_bundle(exchange: Exchange, bundle: Path, name: str = ANCHORING) -> Anchoring:
    """Anchor a bundle with one of the exchange's keys."""
    source = open_source(exchange.chain.chain, [exchange.url])
    return anchor(open_bundle(bundle), exchange.registry_contract, exchange.wallet(name), source)


def _write_ledger(exchange: Exchange, customers: int) -> dict[str, int]:
    totals = {"coin": 0, "dollar": 0}
    with (exchange.directory / "ledger.csv").open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["account_id", "segment", "asset", "amount"])
        for number in range(customers):
            coin, dollar = _balance(number, 10**15), _balance(number + 1, 10**4)
            rows.writerow([f"customer-{number}@example.com", "spot", "COIN", format_coins(coin, 18)])
            rows.writerow([f"customer-{number}@example.com", "spot", "USDX", format_coins(dollar, TOKEN_DECIMALS)])
            totals["coin"] += coin
            totals["dollar"] += dollar
            if number % 3 == 0:
                rows.writerow([f"customer-{number}@example.com", "margin", "COIN", format_coins(coin // 4, 18)])
                rows.writerow([f"customer-{number}@example.com", "debt:margin", "USDX", "25"])
                totals["coin"] += coin // 4
    return totals


def _balance(number: int, unit: int) -> int:
    return (1 + int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:2])) * unit


def _commit(exchange: Exchange, instant: Instant) -> None:
    assets = exchange.directory / "assets.toml"
    rows = (("COIN", exchange.coin, 18), ("USDX", exchange.dollar, TOKEN_DECIMALS))
    assets.write_text("".join(f'[[asset]]\nsymbol = "{s}"\nid = "{i}"\ndecimals = {d}\n\n' for s, i, d in rows))
    commit(
        exchange.directory / "ledger.csv",
        exchange.workspace.directory,
        issuer=ISSUER,
        instant=instant,
        case_rule=CaseRule.LOWER,
        master_key=ensure_master_key(exchange.directory / "por-master.key")[0],
        assets=AssetTable.load(assets),
        depth=None,
        progress=_quiet,
    )
    listed = ["account,role,custody,asset"]
    for name, (role, custody) in ACCOUNTS.items():
        listed += [f"{exchange.account(name)},{role},{custody},{symbol}" for symbol in ("COIN", "USDX")]
    (exchange.directory / "accounts.csv").write_text("\n".join(listed) + "\n")


def publish_snapshot(exchange: Exchange) -> None:
    """Challenge every account, sign with its key, collect, prove the holdings and sign the bundle."""
    workspace, commitments = exchange.workspace, exchange.workspace.commitments()
    accounts = read_accounts(exchange.directory / "accounts.csv", AssetTable.load(exchange.directory / "assets.toml"))
    source = open_source(exchange.chain.chain, [exchange.url])
    expires = Instant(commitments.instant.seconds + 30 * 86_400)
    snapshot, headers = take_snapshot(ISSUER, commitments.instant, expires, [source])
    workspace.put("snapshot", {**headers, "snapshot.json": write_snapshot(snapshot)})
    workspace.put("challenges", challenge_files(snapshot, accounts))
    signatures = exchange.directory / "signatures.csv"
    lines = [exchange.signed(snapshot.challenge(row.account)) for row in accounts]
    signatures.write_text("\n".join(["account,scheme,signature", *lines]) + "\n")
    workspace.put("control", collect(snapshot, workspace.files("challenges"), signatures))
    inputs = Inputs(
        commitments=commitments,
        snapshot=snapshot,
        accounts=accounts,
        headers=workspace.files("snapshot"),
        control=workspace.files("control"),
        layouts=tables_v1.read_tables(exchange.tables().encode()).layouts,
        previous=None,
        supersedes=None,
        anchored_by=exchange.account(ANCHORING),
    )
    bundle, files = assemble(inputs, {source.chain: source}, _quiet)
    workspace.put("bundle", bundle_directory(bundle, files.data, exchange.signing_key))
