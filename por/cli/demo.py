"""Run `por demo`: the whole story on an embedded chain, honest issuer and cheat."""

import argparse
import contextlib
import io
import shlex
import sys
import tempfile
from pathlib import Path

from por.chains.embedded.token import TOKEN_DECIMALS
from por.cli import main as program
from por.cli.output import new_path
from por.encoding import verdict_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.model import Verdict, format_coins
from por.simulator.catalogue import LIES, UNSEEN
from por.simulator.exchange import CUSTOMER, ISSUER, Exchange, open_exchange
from por.simulator.lie import DOCUMENT, Draft, Lie, shown_to_auditor, shown_to_customer
from por.simulator.lies_liabilities import holdings_of
from por.simulator.onchain import play, set_up

EXAMPLE = "por demo"
LEAST_CUSTOMERS = 10


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--customers", metavar="N", type=int, default=2000, help="how many customers (default 2000)")
    parser.add_argument(
        "--keep", metavar="DIR", type=new_path, help="leave everything in DIR, with a recording to try commands on"
    )


def run(args: argparse.Namespace) -> int:
    """Play the story; 0 only if the honest issuer passes and every lie that can be caught is."""
    if args.customers < LEAST_CUSTOMERS:
        raise FormatError(f"the story needs {LEAST_CUSTOMERS} customers or more", "--customers")
    with contextlib.ExitStack() as stack:
        folder = args.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="por-demo-")))
        print(f"{ISSUER} takes a snapshot of {args.customers} customers on an embedded chain", file=sys.stderr)
        exchange = stack.enter_context(open_exchange(folder, args.customers))
        honest = _honest(exchange, args.keep)
        print(
            "\non chain, in Python and slowly: three attesters by two schemes, a feed, a gate, attacks", file=sys.stderr
        )
        with exchange.aside(), set_up(exchange) as scenes:
            print()
            attested = play(scenes, program.main, print)
        missed = [lie.name for lie in LIES if not _caught(exchange, lie)]
        print()
        for lie in UNSEEN:
            _unseen(exchange, lie)
        if args.keep is not None:
            _invite(exchange, args.keep)
    print()
    print(f"{len(LIES) - len(missed)} of {len(LIES)} lies caught; {len(UNSEEN)} cannot be, as the README says")
    return 0 if honest and attested and not missed else 1


def _invite(exchange: Exchange, kept: Path) -> None:
    """Write a policy that believes the recording, and print commands that need no chain."""
    recording = digest_of((kept / "answers.json").read_bytes())
    policy = exchange.registry_policy(f'recordings = ["{recording}"]\n').rename(kept / "auditor.toml")
    now = str(verdict_v1.read((kept / "verdict.json").read_bytes()).checked_at)
    again = ["--policy", str(policy), "--replay", str(kept / "answers.json"), "--ledger", str(exchange.records)]
    again += ["--now", now]
    own, rules, page = (str(kept / name) for name in ("own.json", "rules.json", "report.html"))
    bundle = str(exchange.bundle)
    print(f"\n{kept} holds it all, a folder for each lie; without the chain you can run")
    for command in (
        ["verify", bundle, *again, "--output", own],
        ["verify", bundle, *again, "--rulebook", "jp-exchange", "--output", rules],
        ["report", rules, "--bundle", bundle, "--format", "html", "--output", page],
        ["claims", bundle, *again],
        shown_to_customer(exchange, kept / "proof.json", CUSTOMER, *holdings_of(exchange, CUSTOMER)),
    ):
        print(f"  por {shlex.join(command)}")


def _honest(exchange: Exchange, kept: Path | None) -> bool:
    for item in exchange.workspace.commitments().liabilities:
        verb = "is owed" if item.is_debt else "owes"
        print(f"{verb:<8}{format_coins(item.total, item.decimals):>20} {item.segment:<12} {item.asset}")
    for row in Draft.of(exchange).bundle.reserves:
        for claim in row.holdings:
            decimals = TOKEN_DECIMALS if claim.asset == exchange.dollar else 18
            print(f"{'holds':<8}{format_coins(claim.amount, decimals):>20} {row.role}/{row.custody:<6} {claim.asset}")
    proof = exchange.proof(CUSTOMER, exchange.directory / "proof.json")
    left = [] if kept is None else ["--record", str(kept / "answers.json"), "--output", str(kept / "verdict.json")]
    commands = (
        [*shown_to_auditor(exchange, exchange.bundle, exchange.registry_policy()), *left],
        shown_to_customer(exchange, proof, CUSTOMER, *holdings_of(exchange, CUSTOMER)),
    )
    shown = [_shown(command) for command in commands]
    return all(shown)


def _shown(command: list[str]) -> bool:
    print()
    status = program.main(command)
    print(f"exit {status}")
    return status == 0


def _caught(exchange: Exchange, lie: Lie) -> bool:
    status, verdict = examine(exchange, lie)
    if lie.caught_by == DOCUMENT:
        good, by = status == program.USAGE_ERROR, "the document is refused"
    else:
        outcomes = {f.outcome for f in verdict.of(lie.caught_by or "") if f.required} if verdict is not None else set()
        good = status in {1, 3} and lie.outcome in outcomes
        by = f"{lie.caught_by} {lie.outcome}"
    print(f"{'caught' if good else 'MISSED':<8}exit {status}  {lie.sentence}: {by} ({', '.join(lie.threats)})")
    return good


def _unseen(exchange: Exchange, lie: Lie) -> None:
    status, _ = examine(exchange, lie)
    print(f"unseen  exit {status}  {lie.sentence}: no evidence can show this ({', '.join(lie.threats)})")


def examine(exchange: Exchange, lie: Lie) -> tuple[int, Verdict | None]:
    """Tell a lie, run its victim's command, and return the exit status and the verdict read from its JSON."""
    stage = Path(tempfile.mkdtemp(prefix="lie-", dir=exchange.directory))
    output = stage / "verdict.json"
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), exchange.aside():
        status = program.main([*lie.tell(exchange, stage), "--output", str(output)])
    return status, verdict_v1.read(output.read_bytes()) if output.exists() else None
