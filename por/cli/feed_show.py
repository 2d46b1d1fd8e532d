"""Run `por feed show`: what a feed is made for, and what it answers now."""

import argparse
import json
import sys

from por.checks.freshness import span
from por.cli.output import clock
from por.cli.publishing import Nodes, add_node_options, contract, nodes_of, opened_reader
from por.errors import FormatError
from por.model import ChainAccount, Instant, format_coins, printable
from por.publish.feeds import Parameters, Round, feed_of, newest_round, parameters_of

EXAMPLE = "por feed show eip155:1:0x… --factory eip155:1:0x… --source eip155:1=https://node.example"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("feed", metavar="FEED", help="the feed, such as eip155:1:0x…")
    parser.add_argument("--factory", metavar="CONTRACT", help="also ask this factory whether the feed is its own")
    add_node_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--now", metavar="INSTANT", help="judge the age at this UTC instant, not at the machine's clock"
    )


def run(args: argparse.Namespace) -> int:
    """Print the feed; return 1 where the factory named does not know it, else 0."""
    feed = contract(args.feed, "FEED")
    factory = None if args.factory is None else contract(args.factory, "--factory")
    if factory is not None and factory.chain != feed.chain:
        raise FormatError(f"not on {feed.chain}, where the feed is", "--factory")
    value = _value(feed, factory, nodes_of(args, feed.chain), clock(args))
    if args.json:
        print(json.dumps(value, indent=2))
    else:
        _print(value, factory)
    if value["isOfFactory"] is False:
        print(f"WARNING: {factory} does not make {feed} for these parameters: rely on nothing of it", file=sys.stderr)
        return 1
    return 0


def _value(feed: ChainAccount, factory: ChainAccount | None, nodes: Nodes, now: Instant) -> dict[str, object]:
    with opened_reader(nodes) as reader:
        made_for = parameters_of(reader, feed.address)
        newest = newest_round(reader, feed.address)
        own = None if factory is None else feed_of(reader, factory.address, made_for) == feed.address
        block = reader.block
    return {
        "feed": str(feed),
        "block": {"number": block.number, "time": str(Instant(block.timestamp))},
        "isOfFactory": own,
        "parameters": _parameters(made_for),
        "round": None if newest is None else _round(newest, made_for.decimals, now),
    }


def _parameters(made_for: Parameters) -> dict[str, object]:
    return {
        "issuer": made_for.issuer,
        "committee": "0x" + made_for.committee.hex(),
        "policy": str(made_for.policy),
        "asset": printable(made_for.asset),
        "decimals": made_for.decimals,
        "kind": made_for.kind,
    }


def _round(newest: Round, decimals: int, now: Instant) -> dict[str, object]:
    return {
        "number": newest.number,
        "answer": str(newest.answer),
        "answerAsDecimal": format_coins(newest.answer, decimals),
        "updatedAt": str(Instant(newest.updated_at)),
        "ageSeconds": now.seconds - newest.updated_at,
        "isVoid": newest.is_void,
        "sequence": newest.sequence,
        "attestation": "0x" + newest.attestation.hex(),
        "attested": str(newest.attested),
    }


def _age(seconds: int) -> str:
    return f"{span(seconds)} ago" if seconds >= 0 else f"{span(seconds)} after your clock"


def _print(value: dict[str, object], factory: ChainAccount | None) -> None:
    made_for, newest = value["parameters"], value["round"]
    print(f"feed         {value['feed']}")
    if value["isOfFactory"]:
        print(f"factory      {factory} names it for these parameters")
    rows = dict(made_for) if isinstance(made_for, dict) else {}
    for name, word in rows.items():
        print(f"{name:<12} {word}")
    block = value["block"]
    if isinstance(block, dict):
        print(f"read at      block {block['number']} of {block['time']}")
    if not isinstance(newest, dict):
        print("round        none yet")
        return
    print(f"round        {newest['number']}, of entry {newest['sequence']}")
    void = f"  VOID: revoked or refuted; {newest['attested']} was attested" if newest["isVoid"] else ""
    print(f"answer       {newest['answerAsDecimal']}{void}")
    print(f"as of        {newest['updatedAt']}, {_age(newest['ageSeconds'])}")
    print(f"attestation  {newest['attestation']}")
    if value["isOfFactory"] is None:
        print("note: not compared with a factory; give --factory", file=sys.stderr)
