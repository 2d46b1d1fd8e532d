"""Run `por feed settle`: bring a certified attestation to a feed, which starts a round."""

import argparse
from collections.abc import Callable
from pathlib import Path

from por.chains import open_source
from por.cli.attester_files import read_certificate
from por.cli.publishing import add_node_options, add_payer_options, contract, nodes_of, opened_wallet
from por.errors import FormatError, PublishError
from por.model import AnchoredEntry, Source
from por.publish.history import entry_named
from por.publish.index_schema import opened_to_read
from por.publish.settling import entry_in_logs, require_registry, settle

EXAMPLE = (
    "por feed settle eip155:1:0x… certificate.json --registry eip155:1:0x… --source eip155:1=https://node.example "
    "--payer env:PAYER"
)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("feed", metavar="FEED", help="the feed, such as eip155:1:0x…")
    parser.add_argument("certificate", metavar="CERTIFICATE", type=Path, help="what attesters signed and collected")
    parser.add_argument("--registry", metavar="CONTRACT", required=True, help="where the issuer's entry is anchored")
    parser.add_argument(
        "--database", metavar="FILE", type=Path, help="find the entry in what por registry index made, not in logs"
    )
    add_node_options(parser)
    add_payer_options(parser)


def run(args: argparse.Namespace) -> int:
    """Settle, unless a round rests on it; print the round."""
    feed, registry = contract(args.feed, "FEED"), contract(args.registry, "--registry")
    if feed.chain != registry.chain:
        raise FormatError(f"not on {feed.chain}, where the feed is", "--registry")
    certificate = read_certificate(args.certificate)
    nodes = nodes_of(args, feed.chain)
    finder = _finder(args.database, registry.address, open_source(nodes.chain, nodes.urls))
    with opened_wallet(args, nodes) as wallet:
        try:
            require_registry(wallet, feed.address, registry.address)
        except PublishError as error:
            raise FormatError(str(error), "--registry") from error
        settled = settle(wallet, feed.address, certificate, finder)
    how = "was there already" if settled.block is None else f"started in block {settled.block.number}, final; "
    print(f"round {settled.round} {how}{'' if settled.gas is None else f'{settled.gas} gas'}")
    return 0


def _finder(database: Path | None, registry: str, source: Source) -> Callable[[str, bytes], AnchoredEntry]:
    def in_database(_: str, identifier: bytes) -> AnchoredEntry:
        with opened_to_read(database or Path()) as index:
            return entry_named(index, identifier)

    def in_logs(issuer: str, identifier: bytes) -> AnchoredEntry:
        return entry_in_logs(source, registry, issuer, identifier)

    return in_logs if database is None else in_database
