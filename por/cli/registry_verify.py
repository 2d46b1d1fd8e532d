"""Run `por registry verify`: is the code at an address one of the project's contracts?"""

import argparse
import json
import sys
from collections.abc import Iterator

from por.chains import open_source
from por.cli.publishing import add_node_options, contract, nodes_of, opened_reader
from por.model import ChainAccount
from por.publish.contracts import artifact
from por.publish.runtimes import Examined, Recognised, Unrecognised, examine

EXAMPLE = "por registry verify eip155:1:0x… --source eip155:1=https://node.example"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("address", metavar="ADDRESS", help="the contract, such as eip155:1:0x…")
    add_node_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print which contract it is; return 0 where it is one, else 1."""
    account = contract(args.address, "ADDRESS")
    nodes = nodes_of(args, account.chain)
    with opened_reader(nodes) as reader:
        examined = examine(open_source(nodes.chain, nodes.urls), reader, account.address)
    if args.json:
        print(json.dumps(_value(account, examined), indent=2))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(account, examined))
    return 0 if isinstance(examined.found, Recognised) else 1


def _value(account: ChainAccount, examined: Examined) -> dict[str, object]:
    found = examined.found
    value: dict[str, object] = {"address": str(account), "codeIsProven": examined.is_proven, "contract": None}
    if isinstance(found, Recognised):
        return value | {
            "contract": found.name,
            "compiler": artifact(found.name).compiler,
            "input": f"sha256:{artifact(found.name).input_sha256}",
            "immutables": dict(found.immutables),
            "createdByCommittedCode": examined.is_by_committed_code,
        }
    if isinstance(found, Unrecognised):
        return value | {"nearest": found.nearest, "byte": found.first_difference, "why": _difference(found)}
    return value | {"why": "there is no code"}


def _lines(account: ChainAccount, examined: Examined) -> Iterator[str]:
    found = examined.found
    if found is None:
        yield f"{account}: there is no code"
        return
    if isinstance(found, Unrecognised):
        yield f"{account} is none of the project's contracts; nearest is {found.nearest}: {_difference(found)}"
        return
    yield f"{account} is {found.name}"
    yield f"  code       {'its hash is proven at the last final block' if examined.is_proven else 'as the node says'}"
    yield f"  compiler   {artifact(found.name).compiler}"
    yield f"  input      sha256:{artifact(found.name).input_sha256}, of standard-input.json"
    width = max((len(name) for name in found.immutables), default=0)
    yield from (f"  {name:<{max(width, 9)}}  {word}" for name, word in found.immutables.items())
    if examined.is_by_committed_code:
        yield "  creation   by the committed code: the address follows from it"
    else:
        yield "  creation   not shown by the address: another constructor may have filled the storage first, so rely on"
        yield "             it if you know who created it, or if a factory that you verified names it"


def _difference(found: Unrecognised) -> str:
    return found.why or f"byte {found.first_difference} is the first that differs"
