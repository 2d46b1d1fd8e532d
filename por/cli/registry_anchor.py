"""Run `por registry anchor`: anchor a bundle in a registry."""

import argparse
import json
from pathlib import Path

from por.chains import open_source
from por.checks.evidence import OpenBundle, open_bundle
from por.cli.publishing import (
    Nodes,
    add_node_options,
    add_payer_options,
    contract,
    nodes_of,
    opened_reader,
    opened_wallet,
)
from por.errors import FormatError
from por.model import ChainAccount
from por.publish.anchoring import REGISTRY, Anchoring, anchor, drafted, require_issuer
from por.publish.contracts import artifact

EXAMPLE = (
    "por registry anchor bundle/ --registry eip155:1:0x… --source eip155:1=https://node.example --signer file:key.json"
)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="the bundle's directory, or its bundle.json")
    parser.add_argument("--registry", metavar="CONTRACT", required=True, help="the registry, such as eip155:1:0x…")
    add_node_options(parser)
    add_payer_options(parser, "--signer")
    parser.add_argument(
        "--calldata",
        action="store_true",
        help="send nothing and print the call, for an issuer whose account is a contract",
    )


def run(args: argparse.Namespace) -> int:
    """Anchor it, unless it is anchored; print the entry."""
    registry = contract(args.registry, "--registry")
    opened = open_bundle(args.bundle)
    nodes = nodes_of(args, registry.chain)
    if args.calldata:
        if args.payer is not None:
            raise FormatError("nothing is signed; leave out --signer", "--calldata")
        return _print_call(opened, registry, nodes)
    with opened_wallet(args, nodes) as wallet:
        _print(anchor(opened, registry, wallet, open_source(nodes.chain, nodes.urls)))
    return 0


def _print(made: Anchoring) -> None:
    if made.block is None:
        corrected = f", and corrected since by entry {made.correction}" if made.correction else ""
        print(f"anchored already{corrected}; nothing was sent")
    print(f"entry     {made.entry.sequence} of {made.entry.issuer}")
    print(f"id        0x{made.id.hex()}")
    if made.entry.anchor.supersedes:
        print(f"corrects  entry {made.entry.anchor.supersedes}")
    if made.block is not None:
        print(f"block     {made.block.number}, final; {made.gas} gas")


def _print_call(opened: OpenBundle, registry: ChainAccount, nodes: Nodes) -> int:
    named = opened.bundle.anchored_by
    issuer = ChainAccount(registry.chain, named.address if named else "")
    require_issuer(opened, issuer)
    with opened_reader(nodes, issuer.address) as reader:
        draft = drafted(opened, registry, issuer.address, reader, open_source(nodes.chain, nodes.urls))
        if draft.there:
            print(f"anchored already as entry {draft.there}; there is nothing to send")
            return 0
        reader.read(registry.address, draft.data, contract=artifact(REGISTRY))
    call = {"from": str(issuer), "to": str(registry), "value": "0", "data": "0x" + draft.data.hex()}
    print(json.dumps(call, indent=2))
    return 0
