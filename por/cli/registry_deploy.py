"""Run `por registry deploy`: put the contracts on a chain."""

import argparse
import sys
from pathlib import Path

from por.chains import open_source
from por.checks.evidence import read_document
from por.cli.output import write_file
from por.cli.publishing import add_node_options, add_payer_options, nodes_of, opened_wallet
from por.errors import FormatError
from por.model import ChainId
from por.publish import deployment
from por.publish.deployment import CONTRACTS, Deployment, deploy
from por.publish.runtimes import DEPLOYER, DEPLOYER_CODE

EXAMPLE = "por registry deploy --source eip155:1=https://node.example --payer file:payer.json --output contracts.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_node_options(parser)
    add_payer_options(parser)
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], help=f"deploy this alone; of {', '.join(CONTRACTS)}"
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        type=Path,
        required=True,
        help="write where they stand to FILE; one that is there must be of the same contracts",
    )


def run(args: argparse.Namespace) -> int:
    """Deploy what is not there, and write where all stands."""
    deployment.require_names(args.only)
    nodes = nodes_of(args)
    before = _before(args.output, nodes.chain, args.only or list(CONTRACTS))
    source = open_source(nodes.chain, nodes.urls)
    contracts, blocks = dict(before.contracts) if before else {}, []
    with opened_wallet(args, nodes) as wallet:
        if wallet.code(DEPLOYER) != DEPLOYER_CODE:
            print(
                f"{DEPLOYER}, the deterministic deployer, is not on {nodes.chain}: the contracts are created plainly, "
                "at addresses of this chain alone",
                file=sys.stderr,
            )
        for made in deploy(wallet, source, args.only, known=contracts):
            how = "was there" if made.gas is None else f"created in block {made.block}, {made.gas} gas"
            print(f"{made.name:<20} {made.address}  {how}")
            contracts[made.name] = made.address
            blocks.append(made.block)
    _put(args.output, Deployment(nodes.chain, contracts, before.block if before else min(blocks)), before)
    return 0


def _before(path: Path, chain: ChainId, wanted: list[str]) -> Deployment | None:
    if not path.exists():
        return None
    try:
        before = deployment.read(read_document(path, deployment.MAX_BYTES))
    except FormatError as error:
        raise error.within(f"{path}:") from error
    if before.chain != chain:
        raise FormatError(f"it is there already, and of {before.chain}; choose another name", str(path))
    missing = [name for name in wanted if name not in before.contracts]
    if missing:
        raise FormatError(f"it is there already, without {', '.join(missing)}; choose another name", str(path))
    return before


def _put(path: Path, made: Deployment, before: Deployment | None) -> None:
    if before is None:
        write_file(path, deployment.write(made))
        print(f"wrote {path}", file=sys.stderr)
    elif before.contracts != made.contracts:
        raise FormatError("it is there already, and names other contracts; choose another name", str(path))
    else:
        print(f"{path} says the same already", file=sys.stderr)
    if "ReserveRegistry" in made.contracts:
        print(f"\nfor a policy, beside issuer and max_delay_seconds:\n\n{deployment.policy_entries(made)}", end="")
