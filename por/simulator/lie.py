"""Describe a lie: what the cheat publishes, whom it is meant for, and which check must catch it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from por.encoding import bundle_v1
from por.issuer.inputs import EvidenceFiles
from por.issuer.signing import SigningKey, bundle_directory
from por.model import Bundle, Digest, EvidenceEntry, ReserveAccount
from por.simulator.exchange import Exchange

DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Lie:
    """Hold one lie.

    `tell` writes the cheat's files into an empty directory and returns the arguments of the `por` command that its
    victim runs. `caught_by` is the check that must not pass, `document` where the file itself must be refused, or
    None for a lie that no evidence can reveal; `outcome` is what that check must say.
    """

    name: str
    threats: tuple[str, ...]
    sentence: str
    caught_by: str | None
    tell: Callable[[Exchange, Path], list[str]]
    outcome: str = "FAIL"


@dataclass
class Draft:
    """Hold a bundle and its evidence files while a cheat changes them; `publish` makes them consistent and signs."""

    bundle: Bundle
    files: EvidenceFiles = field(default_factory=EvidenceFiles)

    @classmethod
    def of(cls, exchange: Exchange) -> "Draft":
        """Start from what the exchange published honestly."""
        return cls.read(exchange.bundle)

    @classmethod
    def read(cls, folder: Path) -> "Draft":
        """Start from a published bundle."""
        bundle = bundle_v1.read((folder / "bundle.json").read_bytes())
        draft = cls(bundle)
        for entry in bundle.evidence:
            draft.files.add((folder / "evidence" / entry.digest.value.hex()).read_bytes(), entry.media_type)
        return draft

    def account(self, position: int, **changes: object) -> None:
        """Change one reserve account."""
        rows = list(self.bundle.reserves)
        rows[position] = replace(rows[position], **changes)  # type: ignore[arg-type]
        self.bundle = replace(self.bundle, reserves=tuple(rows))

    def position(self, exchange: Exchange, name: str) -> int:
        """Find an account of the exchange in the bundle."""
        accounts = [row.account for row in self.bundle.reserves]
        return accounts.index(exchange.account(name))

    def row(self, exchange: Exchange, name: str) -> ReserveAccount:
        """Return an account of the exchange as the bundle has it."""
        return self.bundle.reserves[self.position(exchange, name)]

    def publish(self, target: Path, key: SigningKey) -> Path:
        """List the evidence that is used, sign, and write the directory."""
        used = self._used()
        entries: list[EvidenceEntry] = [self.files.entries[digest] for digest in sorted(used, key=str)]
        self.bundle = replace(self.bundle, evidence=tuple(entries))
        evidence = {digest: self.files.data[digest] for digest in used}
        for name, data in bundle_directory(self.bundle, evidence, key).items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return target

    def _used(self) -> set[Digest]:
        used = {block.header for block in self.bundle.blocks}
        used |= {digest for block in self.bundle.blocks for digest in block.light_client}
        used |= {block.child for block in self.bundle.blocks if block.child}
        used |= {row.control for row in self.bundle.reserves if row.control}
        used |= {self.bundle.declarations} if self.bundle.declarations else set()
        used |= {digest for row in self.bundle.reserves for digest in row.control_state}
        return used | {d for row in self.bundle.reserves for claim in row.holdings for d in claim.evidence}


def shown_to_auditor(exchange: Exchange, bundle: Path, policy: Path | None = None) -> list[str]:
    """Return the auditor's command for a bundle, with the record list and the chain's node."""
    chosen = policy or exchange.policy()
    options = ["--source", exchange.source, "--ledger", str(exchange.records), *at_the_time(exchange)]
    return ["verify", str(bundle), "--policy", str(chosen), *options]


def shown_to_customer(exchange: Exchange, proof: Path, account: str, *holdings: str) -> list[str]:
    """Return the customer's command for a proof."""
    options = [option for holding in holdings for option in ("--holding", holding)]
    table = ["--assets", str(exchange.directory / "assets.toml")]
    known = ["--policy", str(exchange.policy()), "--account", account, *table]
    return ["verify-inclusion", str(proof), *known, *options, *at_the_time(exchange)]


def at_the_time(exchange: Exchange, later: int = 3600) -> list[str]:
    """Return the option that sets the clock to an hour, or `later` seconds, after the snapshot."""
    instant = exchange.workspace.commitments().instant
    return ["--now", str(replace(instant, seconds=instant.seconds + later))]
