"""A job's folder, and `por job run` in it: in this process, or as one of its own."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from por.cli import job_run
from por.encoding import bundle_v1
from por.encoding.digests import digest_of
from por.issuer.signing import bundle_directory
from por.model import Bundle, Digest, Instant
from por.simulator.exchange import Exchange
from tests.cli.desk import environment

ROOT = Path(__file__).resolve().parents[2]
NOON = "2026-11-01T12:00:00Z"
DAY_AFTER = "2026-11-02T12:00:00Z"
PROGRAM = """
import argparse, sys
from por.cli import job_run
{spoil}
parser = argparse.ArgumentParser()
job_run.add(parser)
sys.exit(job_run.run(parser.parse_args(sys.argv[1:])))
"""


@dataclass(frozen=True)
class Ran:
    """What one run said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Read what stands on stderr, which is nothing but JSON lines."""
        return [json.loads(line) for line in self.err.splitlines()]

    @property
    def events(self) -> list[str]:
        return [line["event"] for line in self.lines]


@dataclass
class Scene:
    """Write a job's files and run it."""

    folder: Path
    exchange: Exchange

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def bundle(self) -> Path:
        return self.exchange.bundle

    @property
    def digest(self) -> Digest:
        return digest_of((self.bundle / "bundle.json").read_bytes())

    @property
    def metrics(self) -> str:
        return (self.folder / "por.prom").read_text()

    def write(
        self, bundle: str | None = None, *, url: str | None = None, top: str = "", more: str = "", sources: int = 1
    ) -> Path:
        """Write job.toml and policy.toml; without arguments the exchange's own bundle and node."""
        policy = self.exchange.policy().read_text().replace('"auditor"', '"job"', 1)
        (self.folder / "policy.toml").write_text(policy)
        place = bundle or f'directory = "{self.bundle}"'
        row = f'[[source]]\nchain = "{self.exchange.chain.chain}"\nurl = "{url or self.exchange.url}"\n'
        path = self.folder / "job.toml"
        path.write_text(
            f'version = 1\npolicy = "policy.toml"\ndirectory = "state"\nmax_staleness_seconds = 86400\n{top}\n'
            f'[bundle]\n{place}\n\n{row * sources}\n[metrics]\nfile = "por.prom"\n{more}'
        )
        return path

    def run(self, *more: str, now: str = NOON) -> Ran:
        """Run in this process."""
        parser = argparse.ArgumentParser()
        job_run.add(parser)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = job_run.run(parser.parse_args([str(self.folder / "job.toml"), "--once", "--now", now, *more]))
        return Ran(status, out.getvalue(), err.getvalue())

    def start(self, *more: str, spoil: str = "", **variables: str) -> subprocess.Popen[str]:
        """Start a process that runs the job after spoiling itself."""
        command = [str(self.folder / "job.toml"), "--once", "--now", NOON, *more]
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(spoil=spoil), *command],
            cwd=ROOT,
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self, process: subprocess.Popen[str]) -> Ran:
        with process:
            out, err = process.communicate(timeout=120)
        return Ran(process.returncode, out, err)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the history."""
        with contextlib.closing(sqlite3.connect(self.state / "history.sqlite")) as connection:
            return connection.execute(query, values).fetchall()

    def made(self) -> dict[str, bytes]:
        """Return all files of bundles and runs by their path, hidden ones too."""
        found = [path for name in ("bundles", "runs") for path in (self.state / name).rglob("*") if path.is_file()]
        return {str(path.relative_to(self.state)): path.read_bytes() for path in found}

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.state / "job.log.jsonl").read_text().splitlines()]


def published(exchange: Exchange, folder: Path, **changes: Any) -> Digest:
    """Publish another bundle, signed by the exchange, and return its digest."""
    bundle: Bundle = replace(bundle_v1.read((exchange.bundle / "bundle.json").read_bytes()), **changes)
    evidence = {
        entry.digest: (exchange.bundle / "evidence" / entry.digest.value.hex()).read_bytes()
        for entry in bundle.evidence
    }
    for name, data in bundle_directory(bundle, evidence, exchange.signing_key).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return digest_of(bundle_v1.write(bundle))


def instant(text: str) -> Instant:
    return Instant.parse(text)
