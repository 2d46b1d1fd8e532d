"""What lies on a verifier's desk: the files of an honest issuer, a policy, a recording; and `por` run as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from por.chains.recording import RecordingSource
from por.checks.chain_view import reread, view_of
from por.encoding import inclusion_proof_v1, recording_v1
from por.encoding.digests import digest_of
from tests.checks import scenery
from tests.checks.scenery import CHAIN, CODE_HASH, ISSUER, KEY, USDC, FakeSource

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "import sys\nfrom por.cli.main import main\nsys.exit(main())\n"
NOW = str(scenery.AN_HOUR_LATER)
MINE = ("--holding", "spot/ETH=50", "--holding", "margin/ETH=15", "--holding", "spot/USDC=700")
WHO = ("--account", "alice")

POLICY = f"""version = 1
profile = "auditor"
recordings = ["{{recording}}"]

[issuer]
id = "{ISSUER}"
keys = ["{KEY}"]

[snapshot]
max_age_seconds = 86400
max_skew_seconds = 600

[[chain]]
id = "{CHAIN}"
sources = 2

[[waive]]
check = "publication.anchored"
reason = "no registry is in use"

[[waive]]
check = "publication.unequivocal"
reason = "no registry is in use"

[[layout]]
asset = "{USDC}"
code_hash = "0x{CODE_HASH.hex()}"
base_slot = "0x09"
order = "key-slot"
mask = "0x7f{"ff" * 31}"
"""


@dataclass(frozen=True)
class Desk:
    """The files of one snapshot."""

    folder: Path

    @classmethod
    def laid(cls, folder: Path) -> Desk:
        scenery.write_bundle(folder / "bundle")
        scenery.write_records(folder / "records.csv")
        (folder / "alice.json").write_bytes(inclusion_proof_v1.write(scenery.proof_of("alice")))
        (folder / "answers.json").write_bytes(recorded())
        (folder / "policy.toml").write_text(POLICY.format(recording=digest_of(recorded())))
        return cls(folder)

    def __getattr__(self, name: str) -> str:
        """Name a file: `desk.policy_toml` is the path of policy.toml."""
        head, _, tail = name.rpartition("_")
        return str(self.folder / (f"{head}.{tail}" if head else name))

    def auditor(self, *more: str) -> tuple[str, ...]:
        """Return the auditor's command, offline."""
        files = (self.bundle, "--policy", self.policy_toml, "--ledger", self.records_csv)
        return ("verify", *files, "--replay", self.answers_json, "--now", NOW, *more)

    def customer(self, *more: str, mine: Sequence[str] = (*WHO, *MINE)) -> tuple[str, ...]:
        """Return the customer's command."""
        return ("verify-inclusion", self.alice_json, "--policy", self.policy_toml, *mine, "--now", NOW, *more)


def recorded() -> bytes:
    """Record what two honest nodes answer to an auditor."""
    recorder = RecordingSource(FakeSource())  # type: ignore[arg-type]
    block = scenery.bundle().blocks[0]
    reread(view_of(block, scenery.sources(recorder), scenery.policy()), recorder)
    return recording_v1.write(RecordingSource.joined([recorder]))


@dataclass(frozen=True)
class Run:
    """What a process said and how it ended."""

    status: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_", "LANG"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **more}


def por(
    *arguments: str,
    flags: Sequence[str] = (),
    program: str = PROGRAM,
    stdin: str | bytes = "",
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
) -> Run:
    """Run `por` as a process; its stdin is no terminal."""
    done = subprocess.run(
        [sys.executable, *flags, "-c", program, *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env=environment(**(env or {})),
        cwd=cwd,
        timeout=120,
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def broken(statements: str) -> str:
    """Return a program that runs `por` after spoiling it."""
    return f"import sys\nfrom por.cli.main import main\n{statements}\nsys.exit(main())\n"
