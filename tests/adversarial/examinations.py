"""Examines the honest exchange's bundle with nodes, or a recording, of the test's choosing."""

from __future__ import annotations

from pathlib import Path

from por.encoding.digests import digest_of
from tests.simulator import Exchange, Run, por, shown_to_auditor

CANONICAL, SIMULTANEOUS, BALANCE = "snapshot.canonical", "snapshot.simultaneous", "reserves.balance"


def verify(exchange: Exchange, *urls: str, sources: int = 1, record: Path | None = None) -> Run:
    """Examine the honest bundle with the nodes given, under a policy that wants so many of them."""
    policy = exchange.directory / f"policy-{sources}-nodes.toml"
    policy.write_text(exchange.policy().read_text().replace("sources = 1", f"sources = {sources}"))
    command = shown_to_auditor(exchange, exchange.bundle, policy)
    at = command.index("--source")
    nodes = [word for url in urls for word in ("--source", f"{exchange.chain.chain}={url}")]
    recording = [] if record is None else ["--record", str(record)]
    return por(*command[:at], *nodes, *command[at + 2 :], *recording)


def reasons(run: Run, check: str) -> str:
    assert run.verdict is not None, run.talk
    return "\n".join(finding.facts.get("reason", "") for finding in run.verdict.of(check))


def replayed(exchange: Exchange, recording: Path, folder: Path, *, named: bool = True) -> Run:
    """Examine the honest bundle with a recording in place of nodes."""
    entry = f'recordings = ["{digest_of(recording.read_bytes())}"]\n' if named else ""
    policy = folder / "policy.toml"
    policy.write_text(entry + exchange.policy().read_text())
    command = shown_to_auditor(exchange, exchange.bundle, policy)
    at = command.index("--source")
    return por(*command[:at], "--replay", recording, *command[at + 2 :])
