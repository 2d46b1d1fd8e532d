"""Run the commands of registries and feeds in this process, against a chain of the tests' own."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from por.cli import main
from tests.publish.registry_world import World, secret
from tests.simulator import Run, por

ROWS: Mapping[str, tuple[str, str]] = {
    "registry deploy": ("por.cli.registry_deploy", "put the contracts on a chain"),
    "registry verify": ("por.cli.registry_verify", "say which contract stands at an address, by its code"),
    "registry anchor": ("por.cli.registry_anchor", "issuers: anchor a bundle"),
    "registry index": ("por.cli.registry_index", "rebuild a registry's history into an SQLite file"),
    "registry history": ("por.cli.registry_history", "print the history: entries and what became of them"),
    "registry preimage": ("por.cli.registry_preimage", "print what contracts take to know an entry by"),
    "feed deploy": ("por.cli.feed_deploy", "have a feed made"),
    "feed settle": ("por.cli.feed_settle", "bring a certified attestation to a feed"),
    "feed show": ("por.cli.feed_show", "say what a feed is made for, and what it answers"),
}


class Commands:
    """Run commands with the node of a world, and with accounts whose keys are in the environment."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(main, "COMMANDS", {**main.COMMANDS, **ROWS})

    def run(self, *words: object) -> Run:
        """Run a command, the node named last."""
        return por(*words, *self.world.option)

    def alone(self, *words: object) -> Run:
        """Run a command that asks no node."""
        return por(*words)

    def signer(self, name: str) -> str:
        """Return the spec of a funded account."""
        self.world.wallet(name)
        variable = f"TEST_KEY_{name.upper().replace(' ', '_')}"
        self._monkeypatch.setenv(variable, secret(name).hex())
        return f"env:{variable}"
