"""Run `por registry index`: rebuild a registry's history from its logs, into an SQLite file."""

import argparse
import sys
from pathlib import Path

from por.chains import open_source
from por.cli.output import Progress
from por.cli.publishing import Nodes, add_node_options, contract, nodes_of, opened_reader, whole_number
from por.errors import FormatError
from por.model import ChainAccount
from por.publish.anchoring import REGISTRY
from por.publish.asking import mistaken
from por.publish.attestations import CONTRACT as ATTESTATIONS
from por.publish.feeds import FACTORY
from por.publish.index import update
from por.publish.index_schema import Watched, opened

CHALLENGES = ("LiabilityProofs", "EvmReserveProof")
EXAMPLE = (
    "por registry index --registry eip155:1:0x… --attestations eip155:1:0x… --source eip155:1=https://node.example "
    "--database history.sqlite"
)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--registry", metavar="CONTRACT", required=True, help="the registry, such as eip155:1:0x…")
    parser.add_argument("--attestations", metavar="CONTRACT", help="the attestation registry")
    parser.add_argument(
        "--challenges",
        metavar="CONTRACT",
        action="append",
        default=[],
        help="what refutes entries: LiabilityProofs, EvmReserveProof; repeat for both",
    )
    parser.add_argument("--factory", metavar="CONTRACT", help="the factory whose feeds are followed")
    parser.add_argument("--database", metavar="FILE", type=Path, required=True, help="made new, or gone on with")
    parser.add_argument(
        "--from-block", metavar="N", help="the first block to read; default: 0, or what FILE began with"
    )
    add_node_options(parser)


def run(args: argparse.Namespace) -> int:
    """Read all final blocks that were not read yet."""
    watched = _watched(args)
    nodes = nodes_of(args, watched.chain)
    _require_contracts(nodes, watched)
    progress = Progress()
    with opened(args.database, watched) as index:
        done = update(index, open_source(nodes.chain, nodes.urls), progress)
        entries = index.rows.execute("SELECT count(*) FROM entries").fetchone()[0]
    progress.done()
    if done.rebuilt_from is not None:
        print(f"the chain was rewritten below finality: read anew from block {done.rebuilt_from} on", file=sys.stderr)
    if not done.is_proven:
        print("the node gives no state proofs: that no newest entry was left out is not shown", file=sys.stderr)
    print(f"{entries} entries; read up to block {done.last.number}, 0x{done.last.hash.hex()}")
    return 0


def _require_contracts(nodes: Nodes, watched: Watched) -> None:
    """Raise: FormatError for an address where another contract stands: its silence would look like a history."""
    rows: list[tuple[str, ChainAccount | None, tuple[str, ...]]] = [
        ("--registry", watched.registry, (REGISTRY,)),
        ("--attestations", watched.attestations, (ATTESTATIONS,)),
        ("--factory", watched.factory, (FACTORY,)),
    ]
    rows += [("--challenges", account, CHALLENGES) for account in watched.challenges]
    watched.require_one_chain()
    with opened_reader(nodes) as reader:
        for place, account, names in rows:
            if account is not None and (told := mistaken(reader, account.address, *names)):
                raise FormatError(told, place)


def _watched(args: argparse.Namespace) -> Watched:
    def optional(text: str | None, place: str) -> ChainAccount | None:
        return None if text is None else contract(text, place)

    return Watched(
        registry=contract(args.registry, "--registry"),
        attestations=optional(args.attestations, "--attestations"),
        challenges=tuple(contract(text, "--challenges") for text in args.challenges),
        factory=optional(args.factory, "--factory"),
        first_block=None if args.from_block is None else whole_number(args.from_block, "--from-block"),
    )
