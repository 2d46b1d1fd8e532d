"""Open the sources that a command line names, and record or replay them."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from por.chains import open_source
from por.chains.recording import RecordingSource, ReplaySource
from por.checks.chain_view import Sources
from por.checks.evidence import read_document
from por.cli.output import new_path, write_file
from por.encoding import recording_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.model import ChainId, Policy, Source


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


@contextmanager
def opened_sources(args: argparse.Namespace, policy: Policy) -> Iterator[Sources]:
    """Open live or replayed sources; a recording is written when the command's work is done."""
    if args.replay:
        if args.source:
            raise FormatError("--replay asks nobody; leave out --source", "--replay")
        yield _replayed(args.replay)
        return
    live = {
        chain: open_source(chain, urls, genesis=policy.chains[chain].genesis if chain in policy.chains else None)
        for chain, urls in source_urls(args.source).items()
    }
    if not args.record:
        yield Sources(live)
        return
    recorders: Mapping[ChainId, RecordingSource] = {chain: RecordingSource(source) for chain, source in live.items()}
    yield Sources(recorders)
    document = recording_v1.write(RecordingSource.joined(recorders.values()))
    write_file(args.record, document)
    digest = digest_of(document)
    print(f"wrote {args.record}; to replay it, name {digest} under recordings in the policy", file=sys.stderr)


def _replayed(path: Path) -> Sources:
    data = read_document(path, recording_v1.MAX_BYTES)
    try:
        recording = recording_v1.read(data)
        by_chain: dict[ChainId, Source] = {chain.chain: ReplaySource(chain) for chain in recording.chains}
    except FormatError as error:
        raise error.within(f"{path}:") from error
    return Sources(by_chain, digest_of(data))
