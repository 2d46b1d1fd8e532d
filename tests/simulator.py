"""The exchange that tests put in front of the verifier, and for each of its lies the check that must catch it.

The honest exchange and the lies are the project's own (`por.simulator`, which `por demo` plays). What must
catch each lie is written down here a second time, by hand and apart from them; the tests compare.
"""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from por.cli.main import main
from por.encoding import verdict_v1
from por.model import Verdict
from por.simulator.catalogue import LIES, UNSEEN
from por.simulator.exchange import CUSTOMER, ISSUER, Exchange, open_exchange
from por.simulator.lie import DOCUMENT, Draft, Lie, at_the_time, shown_to_auditor, shown_to_customer
from por.simulator.lies_liabilities import holdings_of

__all__ = [
    "CAUGHT_BY",
    "CUSTOMER",
    "DOCUMENT",
    "EXIT",
    "ISSUER",
    "LIES",
    "UNSEEN",
    "Draft",
    "Exchange",
    "Lie",
    "Run",
    "at_the_time",
    "holdings_of",
    "ids",
    "must_be_caught",
    "open_exchange",
    "por",
    "shown_to_auditor",
    "shown_to_customer",
    "slug",
    "told",
]

EXIT = {"PASS": 0, "FAIL": 1, "INCONCLUSIVE": 3}
REFUSED = (DOCUMENT, "exit 2")

CAUGHT_BY: dict[str, tuple[str, str] | None] = {
    # What is owed.
    "one leaf for two customers": ("liabilities.inclusion", "FAIL"),
    "less than owed": ("liabilities.inclusion", "FAIL"),
    "amount edited in the proof": ("liabilities.inclusion", "FAIL"),
    "short path": ("liabilities.inclusion", "FAIL"),
    "side chosen by the file": ("liabilities.inclusion", "FAIL"),
    "one record twice": ("liabilities.inclusion", "FAIL"),
    "negative amount": REFUSED,
    "overflowing sum": ("liabilities.nonnegative", "FAIL"),
    "total below the sum": ("liabilities.inclusion", "FAIL"),
    "total edited": ("liabilities.scheme", "FAIL"),
    "liability called debt": ("liabilities.scheme", "FAIL"),
    "segment dropped": ("liabilities.recomputed", "FAIL"),
    "root of all edited": ("liabilities.scheme", "FAIL"),
    "wrong decimals": ("liabilities.scheme", "FAIL"),
    "unknown scheme": ("liabilities.scheme", "INCONCLUSIVE"),
    # Who controls it, what it is, and whether it counts.
    "replayed signature": ("reserves.control", "FAIL"),
    "signature for another issuer": ("reserves.control", "FAIL"),
    "signature for another chain": ("reserves.control", "FAIL"),
    "somebody else's key": ("reserves.control", "FAIL"),
    "unsigned account": ("reserves.control", "INCONCLUSIVE"),
    "borrowed signature": ("reserves.control", "FAIL"),
    "last month's signature": ("reserves.control", "FAIL"),
    "another issuer's signature": ("reserves.control", "FAIL"),
    "a signature for ten years": ("reserves.control", "FAIL"),
    "another account's opening": ("reserves.control", "FAIL"),
    "an opening of another set": ("reserves.control", "FAIL"),
    "an opening beyond the set": ("reserves.control", "FAIL"),
    "a proof outside the set": ("reserves.control", "FAIL"),
    "an opening withheld": ("reserves.control", "INCONCLUSIVE"),
    "account listed twice": ("reserves.distinct", "FAIL"),
    "commingled account": ("reserves.distinct", "FAIL"),
    "own token as reserve": ("reserves.eligible", "FAIL"),
    "inflated balance": ("reserves.balance", "FAIL"),
    "proof edited": ("reserves.balance", "FAIL"),
    "another account's proof": ("reserves.balance", "FAIL"),
    "holding without evidence": ("reserves.balance", "FAIL"),
    "look-alike token": ("solvency.coverage", "FAIL"),
    "not enough coins": ("solvency.coverage", "FAIL"),
    "debt as reserve": ("solvency.coverage", "FAIL"),
    # Contracts.
    "an owner who came later": ("reserves.control", "FAIL"),
    "a wallet's later state": ("reserves.control", "FAIL"),
    "an owner's key for a wallet": ("reserves.control", "FAIL"),
    "a witness without a slot": ("reserves.control", "FAIL"),
    "a wallet's code altered": ("reserves.control", "FAIL"),
    "a wallet without state": ("reserves.control", "INCONCLUSIVE"),
    "a wallet that nobody knows": ("reserves.control", "INCONCLUSIVE"),
    "a wallet that approves anything": ("reserves.control", "FAIL"),
    "a token that tells a fortune": ("reserves.balance", "INCONCLUSIVE"),
    "a token of other code": ("reserves.balance", "INCONCLUSIVE"),
    "a balance left unproven": ("reserves.balance", "FAIL"),
    # What it is worth.
    "pledged coins": ("solvency.coverage", "FAIL"),
    "more pledged than held": ("reserves.eligible", "FAIL"),
    "coins in escrow": ("reserves.eligible", "FAIL"),
    "coins lent out": ("solvency.coverage", "FAIL"),
    "a share without a rate": ("reserves.eligible", "INCONCLUSIVE"),
    "stake that nobody proves": ("reserves.balance", "INCONCLUSIVE"),
    "coins of a day": ("reserves.movement", "FAIL"),
    "a node of its own": ("reserves.balance", "INCONCLUSIVE"),
    "an account of two issuers": ("reserves.unshared", "FAIL"),
    # Which bundle it is, and of when.
    "signed by a stranger": ("publication.identified", "INCONCLUSIVE"),
    "note of another bundle": ("publication.identified", "FAIL"),
    "signature spoiled": ("publication.identified", "FAIL"),
    "another issuer's bundle": ("publication.identified", "FAIL"),
    "two bundles for one instant": ("publication.identified", "FAIL"),
    "a root of its own": ("publication.identified", "FAIL"),
    "unsigned proof": ("publication.identified", "INCONCLUSIVE"),
    "evidence altered": ("snapshot.complete", "FAIL"),
    "evidence withheld": ("snapshot.complete", "INCONCLUSIVE"),
    "stale snapshot": ("snapshot.fresh", "FAIL"),
    "snapshot of tomorrow": ("snapshot.fresh", "FAIL"),
    "instants mixed": ("snapshot.simultaneous", "FAIL"),
    "a name twice": REFUSED,
    # What the chain says.
    "header nobody mined": ("snapshot.canonical", "FAIL"),
    "header of another block": ("snapshot.canonical", "FAIL"),
    "next block invented": ("snapshot.simultaneous", "FAIL"),
    "nobody asked": ("snapshot.canonical", "INCONCLUSIVE"),
    # What a node says (tests/adversarial/node_lies.py): not believed, but for one that is alone and consistent, which
    # makes an honest bundle look false and a bundle made for it true; the grade then says that it was alone.
    "another chain id": ("snapshot.canonical", "INCONCLUSIVE"),
    "no block": ("snapshot.canonical", "INCONCLUSIVE"),
    "unknown block": ("snapshot.canonical", "INCONCLUSIVE"),
    "pruned": ("snapshot.canonical", "INCONCLUSIVE"),
    "rate limited": ("snapshot.canonical", "INCONCLUSIVE"),
    "zero for an answer": ("snapshot.canonical", "INCONCLUSIVE"),
    "edited state under the old hash": ("snapshot.canonical", "INCONCLUSIVE"),
    "old state under a new hash": ("snapshot.canonical", "INCONCLUSIVE"),
    "another header at the end": ("snapshot.canonical", "INCONCLUSIVE"),
    "dead at the end": ("snapshot.canonical", "INCONCLUSIVE"),
    "dead between two reads": ("snapshot.canonical", "INCONCLUSIVE"),
    "nothing is final yet": ("snapshot.canonical", "INCONCLUSIVE"),
    "another chain with the same number of blocks": ("snapshot.canonical", "FAIL"),
    # What the law asks.
    "guarantee coins spent": ("segregation.guarantee", "FAIL"),
    "too much hot": ("segregation.hot", "FAIL"),
    "hot coins called cold": ("segregation.hot", "INCONCLUSIVE"),
    "a hot guarantee": ("segregation.kept", "FAIL"),
    "a trustee that nobody asked": ("segregation.money", "INCONCLUSIVE"),
    "less money than owed": ("segregation.money", "FAIL"),
    "money at a bank": ("segregation.money", "FAIL"),
    "money passed over": ("segregation.money", "INCONCLUSIVE"),
    "prices of last month": ("segregation.hot", "INCONCLUSIVE"),
    "declarations edited": ("snapshot.complete", "FAIL"),
    # What no evidence can reveal.
    "a custodian that lies too": None,
    "a customer who never looks": None,
    "debts off the books": None,
    "coins borrowed for the day": None,
    "keys shared with a thief": None,
    "house coins called customers' coins": None,
    # What stands in the registry.
    "a second bundle": ("publication.unequivocal", "FAIL"),
    "corrected since": ("publication.unequivocal", "FAIL"),
    "a list corrected since": ("publication.identified", "FAIL"),
    "a stolen bundle": ("publication.anchored", "FAIL"),
    "other totals": ("publication.anchored", "FAIL"),
    "anchored late": ("publication.anchored", "FAIL"),
    "never anchored": ("publication.anchored", "FAIL"),
    "a registry of its own": ("publication.anchored", "INCONCLUSIVE"),
    "history rewritten": ("publication.anchored", "INCONCLUSIVE"),
    "history cut": ("publication.anchored", "INCONCLUSIVE"),
    "history frozen": ("publication.unequivocal", "INCONCLUSIVE"),
    "a root not anchored": ("publication.identified", "FAIL"),
}


@dataclass(frozen=True)
class Run:
    """What one command did: its exit status, its two streams, and the verdict it wrote, if it came so far."""

    status: int
    out: str
    talk: str
    verdict: Verdict | None

    @property
    def outcome(self) -> str:
        """Return what the verdict is as a whole, or nothing where there is none."""
        return "" if self.verdict is None else str(self.verdict.outcome)

    def outcomes(self, check: str) -> set[str]:
        """Return what the required findings of a check say."""
        found = () if self.verdict is None else self.verdict.of(check)
        return {str(finding.outcome) for finding in found if finding.required}


def por(*arguments: object) -> Run:
    """Run a command of `por` in this process; a command that gives a verdict writes it to a file of its own."""
    command = [str(argument) for argument in arguments]
    out, talk = io.StringIO(), io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "verdict.json"
        if (
            command[0] in {"verify", "verify-inclusion"} or command[:2] == ["attest", "check"]
        ) and "--output" not in command:
            command += ["--output", str(output)]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(talk):
            try:
                status = main(command)
            except SystemExit as stop:  # argparse
                status = stop.code if isinstance(stop.code, int) else 2
        verdict = verdict_v1.read(output.read_bytes()) if output.exists() else None
    return Run(status, out.getvalue(), talk.getvalue(), verdict)


def told(lie: Lie, exchange: Exchange, stage: Path) -> Run:
    """Tell a lie in an empty folder, and run its victim's command."""
    with exchange.aside():
        return por(*lie.tell(exchange, stage))


def must_be_caught(run: Run, check: str, outcome: str) -> None:
    """Fail unless this check said this, the document was refused, and no exit status says "verified"."""
    if (check, outcome) == REFUSED:
        assert (run.status, run.verdict) == (2, None), run.talk
        assert run.talk.startswith("por: ")
        return
    assert run.verdict is not None, run.talk
    assert outcome in run.outcomes(check), run.out
    assert run.status == EXIT[run.verdict.outcome]
    assert run.status in {1, 3}


def slug(threats: Sequence[str], name: str) -> str:
    """Name a test after the threats it is about."""
    return "-".join((*threats, *re.findall(r"\w+", name))).lower()


class Named(Protocol):
    """Have a name, and the threats it is about."""

    @property
    def name(self) -> str: ...

    @property
    def threats(self) -> tuple[str, ...]: ...


def ids(lies: Iterable[Named]) -> list[str]:
    """Name the tests of lies."""
    return [slug(lie.threats, lie.name) for lie in lies]
