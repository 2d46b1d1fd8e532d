"""An attester without keys: it signs by saying its name, and its registry is a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from por.encoding import canonical
from por.errors import PublishError
from por.jobs import opening
from por.jobs.attesting import Collection, Examined, Signing
from por.jobs.configuration import Job
from por.model import Instant

ATTEST = """
[attest]
committee = "committee.json"
signer = "env:POR_ATTESTER"
propose = {propose}
expires_in_seconds = 3600
inbox = "inbox"
outbox = "outbox"
[attest.submit]
attestations = "eip155:1:0x1111111111111111111111111111111111111111"
payer = "env:POR_PAYER"
max_fee_gwei = 50
"""


@dataclass
class FakeAttester:
    """Sign as `name` in a committee of `threshold`; `registry` lists what was submitted."""

    registry: Path
    name: str = "alice"
    propose: bool = True
    threshold: int = 2
    asked: list[str] = field(default_factory=list)
    trouble: str = ""

    def sign(self, examined: Examined, drafts: Sequence[bytes]) -> Signing:
        self._take("sign")
        said = {
            "bundle": str(examined.opened.digest),
            "outcome": str(examined.verdict.outcome),
            "expires": str(examined.expires),
        }
        if self.propose:
            return Signing(canonical.dumps({"by": self.name, "said": said}))
        same, refused = None, []
        for draft in map(json.loads, drafts):
            if draft["said"]["outcome"] == said["outcome"]:
                same = draft["said"]
            else:
                refused.append(f"{draft['by']} found {draft['said']['outcome']}")
        document = None if same is None else canonical.dumps({"by": self.name, "said": same})
        return Signing(document, tuple(refused))

    def certify(self, own: bytes, others: Sequence[bytes]) -> Collection:
        self._take("certify")
        mine, names, refused = json.loads(own), {self.name}, []
        for other in map(json.loads, others):
            if other["said"] == mine["said"]:
                names.add(other["by"])
            else:
                refused.append(f"{other['by']} signed another statement")
        if len(names) < self.threshold:
            return Collection(None, len(names), self.threshold, tuple(refused))
        document = canonical.dumps({"by": sorted(names), "said": mine["said"]})
        return Collection(document, len(names), self.threshold, tuple(refused))

    def submit(self, certificate: bytes) -> str:
        self._take("submit")
        there = self.registry.read_bytes().splitlines() if self.registry.exists() else []
        if certificate not in there:
            with self.registry.open("ab") as file:
                file.write(certificate + b"\n")
        return f"entry {len(there)}"

    def _take(self, step: str) -> None:
        self.asked.append(step)
        if self.trouble == step:
            raise PublishError(f"no {step} today")


def lay(folder: Path, propose: bool = True) -> str:
    """Write what a job that attests needs beside its file, and return its entries."""
    (folder / "committee.json").write_text("{}")
    (folder / "inbox").mkdir(exist_ok=True)
    return ATTEST.format(propose=str(propose).lower())


def install(folder: str, threshold: int = 1) -> None:
    """Let this process attest by the fake; for programs of their own."""
    fake = FakeAttester(Path(folder) / "registry", threshold=threshold)

    def opened(job: Job, now: Instant) -> FakeAttester:
        return fake

    opening.open_attester = opened


def use(monkeypatch: pytest.MonkeyPatch, fake: FakeAttester) -> None:
    """Let runs in this process attest by the fake."""
    monkeypatch.setattr(opening, "open_attester", lambda job, now: fake)
