"""Tell another exchange's published proof from ours, and add the options that only the former has."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from por.checks.evidence import read_document
from por.errors import FormatError
from por.formats.document import MAX_BYTES, Document
from por.model import printable

NATIVE = "application/vnd.por."


def add_published_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that another exchange's proof has and ours has not."""
    group = parser.add_argument_group("another exchange's published proof (por formats lists what is read)")
    group.add_argument("--format", metavar="NAME", help="the file's format, where more than one is possible")
    group.add_argument(
        "--total",
        metavar="ASSET=AMOUNT",
        action="append",
        default=[],
        help="a total that you have from elsewhere, as the exchange published it; repeat for each asset",
    )
    group.add_argument("--max-age", metavar="DAYS", help="how old the snapshot may be")
    group.add_argument("--snapshot", metavar="ID", help="the snapshot's name, where the file does not say it")
    group.add_argument(
        "--with", dest="beside", metavar="FILE", action="append", type=Path, default=[], help="a file published beside"
    )
    group.add_argument("--credential", metavar="FILE", type=Path, help="a key or nonce of yours, the file's first line")


def documents(paths: Sequence[Path]) -> list[Document] | None:
    """Read the files; None when all are documents of por. Raises: FormatError for both kinds together."""
    read = [Document(read_document(path, MAX_BYTES), printable(path.name)[:200]) for path in paths]
    own = [str(document.members.get("mediaType", "")).startswith(NATIVE) for document in read]
    if all(own):
        return None
    if any(own):
        raise FormatError("proofs of por and another exchange's are verified apart")
    return read


def refuse_published_options(args: argparse.Namespace) -> None:
    """Refuse options that a proof of por has no use for. Raises: FormatError."""
    names = {"--format": args.format, "--total": args.total, "--max-age": args.max_age, "--snapshot": args.snapshot}
    names |= {"--with": args.beside, "--credential": args.credential}
    for name, value in names.items():
        if value:
            raise FormatError("only for another exchange's published proof", name)
