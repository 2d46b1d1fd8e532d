"""Run `por registry deploy`: put the contracts on a chain."""

import argparse
import sys
from pathlib import Path

from por.chains import open_source
from por.checks.evidence import load_document
from por.cli.output import replace_file, require_place
from por.cli.publishing import add_node_options, add_payer_options, nodes_of, opened_wallet
from por.errors import FormatError, PublishError
from por.model import ChainId
from por.publish import deployment
from por.publish.deployment import CONTRACTS, Deployed, Deployment, deploy, require_standing
from por.publish.reading import Reading
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
        help="write where they stand to FILE, each as soon as it does; one that is there is gone on with",
    )


def run(args: argparse.Namespace) -> int:
    """Deploy what is not there, and write where all stands."""
    deployment.require_names(args.only)
    nodes = nodes_of(args)
    held = before = _before(args.output, nodes.chain)
    require_place(args.output)
    source = open_source(nodes.chain, nodes.urls)
    with opened_wallet(args, nodes) as wallet:
        if wallet.code(DEPLOYER) != DEPLOYER_CODE:
            print(
                f"{DEPLOYER}, the deterministic deployer, is not on {nodes.chain}: the contracts are created plainly, "
                "at addresses of this chain alone",
                file=sys.stderr,
            )
        _require_standing(args.output, wallet, before)
        for made in deploy(wallet, source, args.only, known=before.contracts if before else {}):
            # What is paid for is written down before the next is, so that an outage loses nothing of it.
            held = _with(held, nodes.chain, made)
            if held != before:
                replace_file(args.output, deployment.write(held))
            how = "was there" if made.gas is None else f"created in block {made.block}, {made.gas} gas"
            print(f"{made.name:<20} {made.address}  {how}", flush=True)
    print(f"{args.output} says the same already" if held == before else f"wrote {args.output}", file=sys.stderr)
    if held and "ReserveRegistry" in held.contracts:
        print(f"\nfor a policy, beside issuer and max_delay_seconds:\n\n{deployment.policy_entries(held)}", end="")
    return 0


def _before(path: Path, chain: ChainId) -> Deployment | None:
    if not path.exists():
        return None
    before = load_document(path, deployment.MAX_BYTES, deployment.read)
    if before.chain != chain:
        raise FormatError(f"it is there already, and of {before.chain}; choose another name", str(path))
    return before


def _require_standing(path: Path, reading: Reading, before: Deployment | None) -> None:
    try:
        require_standing(reading, before.contracts if before else {})
    except PublishError as error:
        reason = f"it is there already, and names other contracts; choose another name: {error}"
        raise FormatError(reason, str(path)) from error


def _with(held: Deployment | None, chain: ChainId, made: Deployed) -> Deployment:
    if held is None:
        return Deployment(chain, {made.name: made.address}, made.block)
    if held.contracts.get(made.name) == made.address:
        return held
    return Deployment(chain, {**held.contracts, made.name: made.address}, min(held.block, made.block))
