"""Run `por feed deploy`: have a feed made."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from por.checks.policy import load_policy, shipped_tables
from por.cli.publishing import (
    add_node_options,
    add_payer_options,
    contract,
    nodes_of,
    opened_wallet,
    option,
    require_address,
    whole_number,
)
from por.encoding.reader import read_hex
from por.errors import FormatError
from por.model import AssetId, Digest
from por.publish.events import FEED_KINDS
from por.publish.feeds import RATIO_DECIMALS, Parameters, doubts, make

ETHER_DECIMALS = 18
EXAMPLE = (
    "por feed deploy --factory eip155:1:0x… --issuer 0x… --committee 0x… --policy policy.toml "
    "--asset eip155:1/slip44:60 --decimals 18 --kind reserves --source eip155:1=https://node.example --payer env:PAYER"
)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--factory", metavar="CONTRACT", required=True, help="the factory, such as eip155:1:0x…")
    parser.add_argument("--issuer", metavar="ADDRESS", required=True, help="the issuer's address in the registry")
    parser.add_argument("--committee", metavar="ID", required=True, help="whose attestations move the feed")
    parser.add_argument("--policy", metavar="FILE", required=True, help="the policy attested under, or its digest")
    parser.add_argument("--asset", metavar="ASSET", required=True, help="such as eip155:1/slip44:60")
    parser.add_argument(
        "--decimals", metavar="N", help=f"the asset's digits after the point; {RATIO_DECIMALS} for a ratio"
    )
    parser.add_argument("--kind", metavar="KIND", required=True, help=f"one of {', '.join(FEED_KINDS)}")
    add_node_options(parser)
    add_payer_options(parser)


def run(args: argparse.Namespace) -> int:
    """Make the feed, unless it is there; print its address."""
    factory, parameters = contract(args.factory, "--factory"), _parameters(args)
    with opened_wallet(args, nodes_of(args, factory.chain)) as wallet:
        for doubt in (*_doubts(parameters), *doubts(wallet, factory.address, parameters)):
            print(f"WARNING: {doubt}", file=sys.stderr)
        made = make(wallet, factory.address, parameters)
    print(f"feed  {factory.chain}:{made.feed}")
    print("was there already" if made.block is None else f"made in block {made.block.number}, final; {made.gas} gas")
    return 0


def _doubts(parameters: Parameters) -> Iterator[str]:
    """Say where the decimals are not those of a coin that is known."""
    if parameters.kind == "ratio":
        return
    asset = parameters.asset
    known = {str(row.asset): row.decimals for group in shipped_tables().classes for row in group.members}
    wanted = known.get(asset, ETHER_DECIMALS if asset.endswith("/slip44:60") else parameters.decimals)
    if parameters.decimals != wanted:
        yield f"{asset} has {wanted} decimals; this feed says {parameters.decimals}, and is of another scale"


def _parameters(args: argparse.Namespace) -> Parameters:
    require_address(args.issuer, "--issuer")
    parameters = Parameters(
        issuer=args.issuer,
        committee=option(_committee, args.committee, "--committee"),
        policy=_policy(args.policy),
        asset=str(option(AssetId.parse, args.asset, "--asset")),
        decimals=_decimals(args.decimals, args.kind),
        kind=args.kind,
    )
    parameters.require_possible()
    return parameters


def _committee(text: str) -> bytes:
    if not text.startswith("0x"):
        raise FormatError("a committee's id begins with 0x")
    return read_hex(text[2:], 32, 32)


def _policy(text: str) -> Digest:
    return option(Digest.parse, text, "--policy") if text.startswith("sha256:") else load_policy(Path(text)).digest


def _decimals(text: str | None, kind: str) -> int:
    if text is None and kind == "ratio":
        return RATIO_DECIMALS
    if text is None:
        raise FormatError("give the asset's digits after the point, such as 18", "--decimals")
    return whole_number(text, "--decimals")
