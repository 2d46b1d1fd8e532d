"""Set the scene for what happens on chain: contracts, committees of three attesters, and who pays."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from por.chains import open_source
from por.model import AssetId, ChainAccount, ChainId, Instant
from por.publish.deployment import deploy
from por.publish.signers.account import Account
from por.publish.signers.making import new_bls_key
from por.publish.transactions import Wallet, WalletLimits
from por.simulator.signer import SimulatedKey

ATTESTERS = ("ann", "bob", "carol")
PAYER = "payer"
PASSWORD = "a password of the demonstration's"  # noqa: S105 - it guards throw-away keys
LEAST_COST = 2**4

Program = Callable[[list[str]], int]


@dataclass
class Scene:
    """Hold a bundle that is anchored on a served chain, and what its verifiers know.

    `now` is a moment that the chain has reached: nobody may observe after the block that records it. `fund` gives an
    address coins for fees.
    """

    directory: Path
    chain: ChainId
    url: str
    bundle: Path
    records: Path
    policy: Path
    registry: ChainAccount
    issuer: str
    coin: AssetId
    now: Instant
    limits: WalletLimits
    fund: Callable[[str], None]
    contracts: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Return the option that names the chain's node."""
        return f"{self.chain}={self.url}"

    def contract(self, name: str) -> ChainAccount:
        """Name one of the contracts."""
        return ChainAccount(self.chain, self.contracts[name])

    def wallet(self, name: str = PAYER) -> Wallet:
        """Return a wallet of a throw-away key."""
        signer = Account.from_secret(SimulatedKey.from_seed(name).private)
        return Wallet(self.chain, self.url, signer, self.limits)

    def deploy(self) -> None:
        """Put all contracts beside the registry."""
        self.fund(SimulatedKey.from_seed(PAYER).address)
        source = open_source(self.chain, [self.url])
        known = {"ReserveRegistry": self.registry.address}
        for made in deploy(self.wallet(), source, (), known=known):
            self.contracts[made.name] = made.address

    def attesting(self, committee: Path, name: str, signer: str, *more: object) -> list[str]:
        """Return the command by which one attester verifies and signs."""
        known = ["--policy", self.policy, "--source", self.source, "--ledger", self.records, "--now", self.now]
        mine = ["--committee", committee, "--signer", signer, "--output", self.signed(committee, name)]
        return [str(word) for word in ("attest", self.bundle, *known, *mine, *more)]

    def signed(self, committee: Path, name: str) -> Path:
        """Say where an attester's signed statement goes."""
        return self.directory / f"{committee.stem}-{name}.json"

    def certificate(self, committee: Path) -> Path:
        """Say where a committee's certificate goes."""
        return self.directory / f"{committee.stem}-certificate.json"

    def committee(self, scheme: str) -> Path:
        """Say where a committee of a scheme is written down."""
        return self.directory / f"{scheme}.json"


@contextmanager
def secrets_in_environment(*names: str) -> Iterator[None]:
    """Put throw-away keys where `env:POR_DEMO_NAME` finds them, and the password of key files."""
    variables = {variable(name): SimulatedKey.from_seed(name).private.hex() for name in names}
    os.environ.update(variables | {"POR_PASSWORD": PASSWORD})
    try:
        yield
    finally:
        for name in (*variables, "POR_PASSWORD"):
            os.environ.pop(name, None)


def variable(name: str) -> str:
    """Name the environment variable of a throw-away key."""
    return f"POR_DEMO_{name.upper()}"


def write_committees(scene: Scene, program: Program) -> None:
    """Make keys for three attesters, and write two committees of them down: by ECDSA, and by BLS."""
    addresses = [SimulatedKey.from_seed(name).address for name in ATTESTERS]
    _quietly(program, ["attest", "committee", "--scheme", "ecdsa", *_two_of(scene, "ecdsa"), *addresses])
    keys = [_bls_key(scene, program, name) for name in ATTESTERS]
    _quietly(program, ["attest", "committee", "--scheme", "bls", *_two_of(scene, "bls"), *map(str, keys)])


def bls_file(scene: Scene, name: str) -> Path:
    """Say where an attester's BLS key is."""
    return scene.directory / f"{name}.key"


def _two_of(scene: Scene, scheme: str) -> list[str]:
    return ["--threshold", "2", "--output", str(scene.committee(scheme))]


def _bls_key(scene: Scene, program: Program, name: str) -> Path:
    path, public = bls_file(scene, name), scene.directory / f"{name}.pub.json"
    new_bls_key(path, PASSWORD, cost=LEAST_COST)
    with secrets_in_environment():
        _quietly(program, ["attest", "key", str(path), "--bls", "--output", str(public)])
    return public


def _quietly(program: Program, command: Sequence[str]) -> str:
    """Run a command that must succeed; return what it prints. Raises: RuntimeError."""
    out, talk = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(talk):
        status = program(list(command))
    if status != 0:
        raise RuntimeError(f"por {command[0]} {command[1]} exits {status}: {talk.getvalue()}")
    return out.getvalue()
