"""Run `por verify`: the auditor's command."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from por.checks.evidence import load_document, open_bundle, read_document
from por.checks.examination import Beside
from por.checks.policy import load_policy
from por.checks.rulebooks import load_rulebooks
from por.checks.verify import verify
from por.cli.identity import add_identity_options, given_identity
from por.cli.output import Progress, add_verdict_options, clock, put_verdict
from por.cli.sources import add_source_options, opened_sources
from por.encoding import introduced_v1, movements_v1
from por.errors import FormatError
from por.model import Verdict
from por.model.movements import Movements
from por.model.record import IntroducedCustomers
from por.model.rulebook import Rulebook

MAX_OPENING = 256 * 2**10

EXAMPLE = "por verify bundle/ --policy policy.toml --source eip155:1=https://node-a.example --ledger records.csv"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="the bundle's directory, or its bundle.json")
    parser.add_argument("--policy", metavar="FILE", type=Path, required=True, help="what you trust and require")
    parser.add_argument("--ledger", metavar="RECORDS", type=Path, help="the record list, to recompute every tree from")
    parser.add_argument(
        "--previous",
        metavar="BUNDLE",
        type=Path,
        help="the issuer's bundle before this one, to compare with",
    )
    parser.add_argument(
        "--movements",
        metavar="CSV",
        type=Path,
        help="what moved since --previous, in total for each segment and asset, to roll its totals forward",
    )
    parser.add_argument(
        "--other",
        metavar="BUNDLE",
        type=Path,
        action="append",
        default=[],
        help="another issuer's bundle, to look for accounts that both list; repeat for more",
    )
    parser.add_argument(
        "--opening",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="a control proof that the bundle commits to and does not publish, or a folder of them; repeat for more",
    )
    parser.add_argument(
        "--resume",
        metavar="FILE",
        type=Path,
        help="keep state proofs read from the sources in FILE, and do not ask again for what it has",
    )
    parser.add_argument(
        "--introduced",
        metavar="ID=FILE",
        action="append",
        default=[],
        help="an intermediary's own list of the customers that it introduced, by its id; repeat for more",
    )
    parser.add_argument(
        "--rulebook",
        metavar="ID,…",
        action="append",
        default=[],
        help="judge these rulebooks beside those of your policy, shipped ones by id (por rulebook list) or your own by "
        "path; repeat for more",
    )
    add_source_options(parser)
    add_identity_options(parser)
    add_verdict_options(parser)


def run(args: argparse.Namespace) -> int:
    """Verify and return the verdict's exit status."""
    verdict, rulebooks = examined(args)
    return put_verdict(verdict, args, rulebooks)


def examined(args: argparse.Namespace) -> tuple[Verdict, tuple[Rulebook, ...]]:
    """Verify as a command line says, and return the verdict with the rulebooks that it was judged by.

    Raises: as `verify`.
    """
    policy = load_policy(args.policy)
    asked = (name.strip() for text in args.rulebook for name in text.split(","))
    rulebooks = load_rulebooks([*policy.law.rulebooks, *asked])
    opened = open_bundle(args.bundle)
    now = clock(args)
    progress = Progress()
    identity = given_identity(args, policy)
    beside = Beside(
        previous=open_bundle(args.previous) if args.previous else None,
        others=tuple(open_bundle(path) for path in args.other),
        openings=tuple(_openings(args.opening)),
        movements=_movements(args.movements) if args.movements else None,
        introduced=dict(_introduced(text) for text in args.introduced),
    )
    with opened_sources(args, policy) as sources:
        verdict = verify(
            opened,
            policy,
            sources,
            now=now,
            records=args.ledger,
            identity=identity,
            beside=beside,
            rulebooks=rulebooks,
            progress=progress,
        )
    progress.done()
    return verdict, rulebooks


def _introduced(text: str) -> tuple[str, IntroducedCustomers]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise FormatError("not an intermediary's id and a file, such as broker-7=introduced.csv", "--introduced")
    return name, load_document(Path(path), introduced_v1.MAX_BYTES, introduced_v1.read)


def _movements(path: Path) -> Movements:
    return movements_v1.read(read_document(path, movements_v1.MAX_BYTES), str(path))


def _openings(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        files = sorted(file for file in path.iterdir() if file.suffix == ".json") if path.is_dir() else [path]
        if not files:
            raise FormatError("no opening (*.json) in it", str(path))
        yield from (read_document(file, MAX_OPENING) for file in files)
