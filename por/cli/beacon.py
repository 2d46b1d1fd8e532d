"""Name beacon nodes on a command line, and collect what they prove about a snapshot."""

import argparse
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from por.checks.evidence import load_document, read_document
from por.checks.policy import shipped_tables
from por.encoding.reader import read_hex
from por.errors import FormatError
from por.issuer.light_client import light_client_evidence
from por.issuer.validators import Stake, prove_stakes
from por.model import BeaconChain, ChainId, Header, Source
from por.proofs.beacon.forks import SECONDS_PER_SLOT

MAX_FINALITY_BYTES = 2**20
MAX_STATE_BYTES = 2**30


def add_beacon_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name beacon nodes, checkpoints and beacon states."""
    for option, metavar, text in (
        ("--beacon", "CHAIN=URL", "ask this beacon node about this chain, for light-client evidence and stakes"),
        ("--checkpoint", "CHAIN=ROOT", "root of the beacon block from which light-client evidence starts"),
        ("--finality", "CHAIN=FILE", "a saved light_client/finality_update; default: what is final by now"),
        ("--beacon-state", "CHAIN=FILE", "serialized beacon state below the snapshot block, to prove stakes from"),
    ):
        parser.add_argument(option, metavar=metavar, action="append", default=[], help=text)


def collect_light_client(args: argparse.Namespace, source: Source, snapshot: Header) -> tuple[tuple[bytes, str], ...]:
    """Return the light-client evidence of a snapshot block, with media types; none where no checkpoint is given.

    Raises: FormatError, SourceError.
    """
    checkpoint = _by_chain("--checkpoint", args.checkpoint).get(source.chain)
    if checkpoint is None:
        return ()
    # web requests are heavy, and most bundles do without them.
    from por.chains.beacon import BeaconSource, finality_of  # noqa: PLC0415

    beacon = _beacon(source.chain)
    saved = _by_chain("--finality", args.finality).get(source.chain)
    last = None
    if saved is not None:
        last = load_document(Path(saved), MAX_FINALITY_BYTES, lambda data: finality_of(beacon, data))
    node = BeaconSource(beacon, _url(args, source.chain))
    return light_client_evidence(node, _root(checkpoint), source, snapshot, last)


def collect_stakes(
    args: argparse.Namespace, header: Header, chain: ChainId, addresses: Collection[str]
) -> Mapping[str, Stake]:
    """Return the stakes of addresses at the snapshot block with this header; none where no beacon state is given.

    Raises: FormatError, SourceError.
    """
    path = _by_chain("--beacon-state", args.beacon_state).get(chain)
    if path is None:
        return {}
    from por.chains.beacon import BeaconSource  # noqa: PLC0415

    beacon = _beacon(chain)
    slot = (header.timestamp - beacon.genesis_time) // SECONDS_PER_SLOT
    withdrawals = BeaconSource(beacon, _url(args, chain)).withdrawals(slot)
    return prove_stakes(read_document(Path(path), MAX_STATE_BYTES), beacon, header, withdrawals, addresses)


def _url(args: argparse.Namespace, chain: ChainId) -> str:
    url = _by_chain("--beacon", args.beacon).get(chain)
    if url is None:
        raise FormatError(f"name a beacon node of {chain} too", "--beacon")
    return url


def _beacon(chain: ChainId) -> BeaconChain:
    found = next((row for row in shipped_tables().beacons if row.chain == chain), None)
    if found is None:
        raise FormatError(f"the beacon chain of {chain} is not in the shipped table", "--beacon")
    return found


def _root(text: str) -> bytes:
    try:
        return read_hex(text.removeprefix("0x"), 32, 32)
    except FormatError as error:
        raise error.within("--checkpoint") from error


def _by_chain(option: str, texts: Iterable[str]) -> dict[ChainId, str]:
    values: dict[ChainId, str] = {}
    for text in texts:
        chain, equals, value = text.partition("=")
        try:
            named = ChainId.parse(chain)
        except FormatError as error:
            raise error.within(option) from error
        if not equals or not value or named in values:
            raise FormatError("not CHAIN=VALUE, once for each chain", option)
        values[named] = value
    return values
