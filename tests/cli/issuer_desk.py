"""A desk on which an exchange's snapshot is made by commands, step by step."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from por.encoding import bundle_v1
from por.issuer.workspace import Workspace
from por.model import Bundle
from por.simulator.exchange import OWNER, WALLET
from tests.simulator import Exchange, Run, por

NAMES = ("cold", "hot", "house")
WHOLE = (*NAMES, WALLET)
ROLES = {"cold": "customer,cold", "hot": "customer,hot", "house": "house,hot", WALLET: "customer,cold"}
HEADER = "account,role,custody,asset"


@dataclass(frozen=True)
class Desk:
    """A directory in which the honest exchange's ledger is committed to, and nothing else was done yet."""

    exchange: Exchange
    folder: Path

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def accounts(self, *rows: str) -> Path:
        path = self.folder / "accounts.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n")
        return path

    def row(self, name: str, symbol: str = "USDX") -> str:
        return f"{self.exchange.account(name)},{ROLES[name]},{symbol}"

    def listed(self, names: Sequence[str] = NAMES) -> Path:
        return self.accounts(*(self.row(name) for name in names))

    def step(self, name: str, *more: object) -> Run:
        table = ("--assets", self.exchange.directory / "assets.toml")
        return por("issuer", name, self.out, *more, *table, "--source", self.exchange.source)

    def challenge(self, names: Sequence[str] = NAMES) -> Run:
        return self.step("challenge", "--accounts", self.listed(names))

    def signatures(self, names: Sequence[str], scheme: str = "eip191") -> Path:
        snapshot = Workspace(self.out).snapshot()
        challenges = {name: snapshot.challenge(self.exchange.account(name)) for name in names}
        by = {WALLET: (OWNER, f"eip1271-{scheme}")}
        signers = [(by.get(name, (name, scheme)), challenges[name]) for name in names]
        lines = [self.exchange.keys[key].csv_line(challenge, how) for (key, how), challenge in signers]
        path = self.folder / "signatures.csv"
        path.write_text("\n".join(["account,scheme,signature", *lines]) + "\n")
        return path

    def collect(self, names: Sequence[str], scheme: str = "eip191") -> Run:
        return por("issuer", "collect", self.out, self.signatures(names, scheme))

    def bundle(self, accounts: Path, *more: object) -> Run:
        layouts = self.folder / "layouts.toml"
        if not layouts.exists():
            layouts.write_text(self.exchange.tables())
        return self.step("bundle", "--accounts", accounts, "--layouts", layouts, *more)

    def made(self) -> Bundle:
        return bundle_v1.read((self.out / "bundle" / "bundle.json").read_bytes())


def laid(exchange: Exchange, folder: Path) -> Desk:
    """Lay the exchange's commitments on a desk of its own."""
    made = Desk(exchange, folder)
    made.out.mkdir()
    shutil.copy(exchange.workspace.directory / "commitments.json", made.out)
    return made


def option(command: list[str], name: str, value: object) -> list[str]:
    """Give an option another value."""
    at = command.index(name)
    return [*command[: at + 1], str(value), *command[at + 2 :]]


def refused(run: Run, *said: str) -> None:
    assert (run.status, run.out) == (2, ""), run.talk
    assert "Traceback" not in run.talk
    for words in said:
        assert words in run.talk
