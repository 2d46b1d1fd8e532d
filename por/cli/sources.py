"""Open the sources that a command line names, and record or replay them."""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from por.chains import open_source
from por.chains.bulk import BulkSource
from por.checks.evidence import read_document
from por.checks.sources import Sources
from por.cli.output import new_path, write_file
from por.encoding import recording_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.model import ChainAccount, ChainId, Policy, RegistryPin, Source
from por.model.identifiers import evm_account

if TYPE_CHECKING:
    from por.chains.kept import KeptSource

_BLOCK = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)


def add_source_options(parser: argparse.ArgumentParser, *, record: bool = True) -> None:
    """Add the options that name chain sources."""
    parser.add_argument(
        "--source",
        metavar="CHAIN=URL",
        action="append",
        default=[],
        help="ask this node about this chain; repeat for independent nodes, which must agree",
    )
    if record:
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--record", metavar="FILE", type=new_path, help="save the sources' answers to FILE")
        group.add_argument("--replay", metavar="FILE", type=Path, help="use the answers in FILE, and ask nobody")


def source_urls(texts: list[str]) -> dict[ChainId, list[str]]:
    """Read CHAIN=URL options. Raises: FormatError; the URL is never repeated in a message (T96)."""
    urls: dict[ChainId, list[str]] = {}
    for position, text in enumerate(texts, 1):
        chain, equals, url = text.partition("=")
        try:
            if not equals:
                raise FormatError("not CHAIN=URL, such as eip155:1=https://node.example")
            urls.setdefault(ChainId.parse(chain), []).append(url)
        except FormatError as error:
            raise FormatError(error.reason, f"--source number {position}") from error
    return urls


def add_registry_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a registry and the issuer's address there."""
    parser.add_argument("--registry", metavar="CAIP10", help="a ReserveRegistry, such as eip155:1:0x…, to look into")
    parser.add_argument("--registry-issuer", metavar="ADDRESS", help="the issuer's address there, 0x…")
    parser.add_argument("--from-block", metavar="N", help="where its history begins there; 0 when not given")


def registry_pin(args: argparse.Namespace, max_delay: int = 0) -> RegistryPin | None:
    """Read the options that name a registry. Raises: FormatError."""
    if args.registry is None:
        if args.registry_issuer is not None or args.from_block is not None:
            raise FormatError("name the registry too", "--registry")
        return None
    if args.registry_issuer is None:
        raise FormatError("name the issuer's address in the registry too", "--registry-issuer")
    contract = _option("--registry", lambda: evm_account(args.registry))
    issuer = _option("--registry-issuer", lambda: ChainAccount.parse(f"{contract.chain}:{args.registry_issuer}"))
    first = args.from_block or "0"
    if not _BLOCK.fullmatch(first):
        raise FormatError("not the number of a block", "--from-block")
    return RegistryPin(contract, issuer.address, int(first), max_delay)


def _option(name: str, read: Callable[[], ChainAccount]) -> ChainAccount:
    try:
        return read()
    except FormatError as error:
        raise error.within(name) from error


@contextmanager
def opened_sources(args: argparse.Namespace, policy: Policy | None) -> Iterator[Sources]:
    """Open live or replayed sources; a recording is written when the command's work is done."""
    # A customer who asks nobody does without the libraries that read answers.
    from por.chains.recording import RecordingSource  # noqa: PLC0415

    rules = policy.chains if policy else {}
    resume: Path | None = getattr(args, "resume", None)
    if args.replay:
        if args.source:
            raise FormatError("--replay asks nobody; leave out --source", "--replay")
        if resume is not None:
            raise FormatError("--replay asks nobody; leave out --resume", "--replay")
        yield _replayed(args.replay)
        return
    live: dict[ChainId, BulkSource] = {
        chain: open_source(chain, urls, genesis=rules[chain].genesis if chain in rules else None)
        for chain, urls in source_urls(args.source).items()
    }
    with ExitStack() as stack:
        if resume is not None:
            live = {chain: stack.enter_context(kept(source, resume)) for chain, source in live.items()}
        if not args.record:
            yield Sources(live)
            return
        recorders = {chain: RecordingSource(source) for chain, source in live.items()}
        yield Sources(recorders)
    document = recording_v1.write(RecordingSource.joined(recorders.values()))
    write_file(args.record, document)
    digest = digest_of(document)
    print(f"wrote {args.record}; to replay it, name {digest} under recordings in the policy", file=sys.stderr)


def kept(source: BulkSource, path: Path) -> "KeptSource":
    """Keep in a file what a source proves, and do not ask again for what it has. Raises: FormatError."""
    from por.chains.kept import KeptSource  # noqa: PLC0415

    return KeptSource(source, path)


def _replayed(path: Path) -> Sources:
    from por.chains.recording import ReplaySource  # noqa: PLC0415

    data = read_document(path, recording_v1.MAX_BYTES)
    try:
        recording = recording_v1.read(data)
        by_chain: dict[ChainId, Source] = {chain.chain: ReplaySource(chain) for chain in recording.chains}
    except FormatError as error:
        raise error.within(f"{path}:") from error
    return Sources(by_chain, digest_of(data))
