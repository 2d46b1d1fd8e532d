"""Verify another exchange's published proof for `por verify-inclusion`: read, ask for what stands elsewhere, judge."""

import argparse
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from por.checks.evidence import read_document, read_text
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.published import Independent, PublishedFile, verify_published
from por.cli.output import clock, put_verdict
from por.errors import EvidenceError, FormatError, UnavailableError, UnsupportedEvidenceError
from por.formats.document import MAX_BYTES, Document
from por.formats.fields import amount_text, coin_name
from por.formats.format import Format
from por.formats.proofs import FORMATS, detect
from por.model.figures import Figure
from por.model.published import Asked, PublishedRoot, Reading

ROOT_MAX_BYTES = 16 * 2**20
SECRET_MAX = 1_000_000
MAX_DAYS = 36_500

_ROOT = re.compile(r"(?:0x)?([0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", re.ASCII)
_DIGITS = re.compile(r"(?<![0-9A-Za-z])(?:0x)?([0-9A-Fa-f]+)(?![0-9A-Za-z])", re.ASCII)
_DAYS = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)


def run_published(
    args: argparse.Namespace, read: Sequence[Document], account: str | None, holdings: Sequence[str]
) -> int:
    """Verify published files of one list, and return the verdict's exit status. Raises: FormatError, SourceError."""
    found = [_detected(document, args.format) for document in read]
    if len({each.card.name for each, _ in found}) > 1:
        raise FormatError(f"files of different formats are verified apart: {', '.join(e.card.name for e, _ in found)}")
    _refuse_native_options(args)
    asked = Asked(
        account=account,
        holdings=_coins(holdings, "--holding"),
        snapshot=args.snapshot,
        secret=None if args.credential is None else _secret(args.credential),
        companions=tuple(read_document(path, MAX_BYTES) for path in args.beside),
    )
    beside = [*(document.data for document in read), *asked.companions]
    lengths = frozenset(each.card.digest_bits // 4 for each, _ in found)
    independent = Independent(
        roots=tuple(_given_root(text, beside, lengths) for text in args.root),
        totals=_coins(args.total, "--total"),
        max_age=_seconds(args.max_age),
    )
    files = [_read(document, *each, asked) for document, each in zip(read, found, strict=True)]
    return put_verdict(verify_published(files, asked, independent, now=clock(args)), args)


def read_published(document: Document, chosen: str | None, beside: Sequence[Path]) -> PublishedFile:
    """Read one file for what it says by itself, with the files published beside it. Raises: FormatError."""
    asked = Asked(companions=tuple(read_document(path, MAX_BYTES) for path in beside))
    return _read(document, *_detected(document, chosen), asked)


def _detected(document: Document, chosen: str | None) -> tuple[Format, str]:
    try:
        return detect(document, chosen)
    except FormatError as error:
        raise error.within(f"{document.name}:") from error


def _read(document: Document, found: Format, variant: str, asked: Asked) -> PublishedFile:
    """Read one file; a format's own rule that is broken is evidence, all else is no readable file."""
    try:
        reading = _observed(found, document, variant, asked)
    except FormatError as error:
        raise error.within(f"{document.name}:") from error
    return PublishedFile(document.name, found.card, variant, reading)


def _observed(found: Format, document: Document, variant: str, asked: Asked) -> Observation[Reading]:
    try:
        return Seen(found.read(document, variant, asked))
    except UnsupportedEvidenceError as error:
        return Missing(str(error))
    except EvidenceError as error:
        return Broken(str(error))


def _secret(path: Path) -> str:
    lines = read_text(path, SECRET_MAX).splitlines()
    if not lines or not lines[0]:
        raise FormatError("nothing in its first line", f"--credential {path}")
    return lines[0]


def _coins(texts: Sequence[str], option: str) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    for text in texts:
        name, equals, amount = text.rpartition("=")
        if not equals:
            raise FormatError("not ASSET=AMOUNT, such as ETH=1.5", f"{option} {text}")
        if name in found:
            raise FormatError("named twice", f"{option} {name}")
        found[coin_name(name, option)] = amount_text(amount, f"{option} {name}")
    return found


def _seconds(days: str | None) -> int | None:
    if days is None:
        return None
    if not _DAYS.fullmatch(days) or int(days) > MAX_DAYS:
        raise FormatError(f"not 1 to {MAX_DAYS} days", "--max-age")
    return int(days) * 86_400


def _given_root(text: str, beside: Sequence[bytes], lengths: frozenset[int]) -> PublishedRoot:
    """Read a root: hexadecimal, a file, or an https address. Raises: FormatError, SourceError."""
    match = _ROOT.fullmatch(text)
    if match is not None:
        return PublishedRoot(match[1])
    data = _fetched(text) if text.startswith("https://") else _from_file(text)
    document = Document(data, "--root")
    if data in beside or any(each.claims(document) is not None for each in FORMATS):
        raise FormatError("the root must come from elsewhere, not from a proof or a file beside it", "--root")
    for found in FORMATS:
        root = None if found.read_root is None else found.read_root(document)
        if root is not None:
            return root
    return lone_root(data, lengths)


def lone_root(data: bytes, lengths: frozenset[int]) -> PublishedRoot:
    """Take the one value that has as many digits as a root of the proofs' format. Raises: FormatError."""
    found = _DIGITS.findall(data.decode("utf-8", "replace"))
    lone = {digits.lower() for digits in found if len(digits) in lengths}
    if len(lone) != 1:
        raise FormatError(f"{len(lone)} values in it may be a root; give the root itself, in hexadecimal", "--root")
    return PublishedRoot(lone.pop())


def _from_file(text: str) -> bytes:
    path = Path(text)
    if not path.is_file():
        raise FormatError("neither a root in lower-case hexadecimal, nor a file that is there, nor https://…", "--root")
    return read_document(path, ROOT_MAX_BYTES)


def _fetched(url: str) -> bytes:
    # Most runs fetch nothing, and do without its libraries.
    from por.chains.transport import Transport  # noqa: PLC0415

    try:
        return Transport(url).get()
    except UnavailableError as error:
        raise UnavailableError(f"--root: {error}") from error


def _refuse_native_options(args: argparse.Namespace) -> None:
    names: Mapping[str, object] = {
        "--policy": args.policy,
        "--bundle": args.bundle,
        "--registry": args.registry,
        "--registry-issuer": args.registry_issuer,
        "--from-block": args.from_block,
        "--identity": args.identity,
        "--source": args.source,
        "--record": args.record,
        "--replay": args.replay,
        "--assets": args.assets,
    }
    for name, value in names.items():
        if value:
            raise FormatError("has nothing to say about another exchange's published proof; leave it out", name)
