"""Run `por diff`: list what differs between two bundles, or two verdicts."""

import argparse
import sys
from pathlib import Path

from por.checks.differences import bundle_changes, verdict_changes
from por.checks.evidence import load_document, open_bundle, read_document
from por.cli.output import add_language_option
from por.encoding import strict_json, verdict_v1
from por.encoding.media_types import BUNDLE, VERDICT
from por.errors import FormatError
from por.model.changes import Change
from por.report.changes import changes_json, render_changes

EXAMPLE = "por diff 2026-10/bundle/ 2026-11/bundle/"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("old", metavar="OLD", type=Path, help="a bundle's directory, its bundle.json, or a verdict")
    parser.add_argument("new", metavar="NEW", type=Path, help="another document of the same kind")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_language_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print what differs and return 0, whatever it is: nothing is judged."""
    changes = _changes(args.old, args.new)
    sys.stdout.write(changes_json(changes) if args.json else render_changes(changes, args.lang))
    return 0


def _changes(old: Path, new: Path) -> list[Change]:
    kinds = _kind(old), _kind(new)
    if kinds[0] != kinds[1]:
        raise FormatError("one is a bundle and the other a verdict; give two of one kind", str(new))
    if kinds[0] == BUNDLE:
        return bundle_changes(open_bundle(old), open_bundle(new))
    return verdict_changes(*(load_document(path, verdict_v1.MAX_BYTES, verdict_v1.read) for path in (old, new)))


def _kind(path: Path) -> str:
    if path.is_dir():
        return BUNDLE
    data = read_document(path, verdict_v1.MAX_BYTES)
    try:
        value = strict_json.load(data, max_bytes=verdict_v1.MAX_BYTES, max_items=verdict_v1.MAX_ITEMS)
    except FormatError as error:
        raise error.within(f"{path}:") from error
    kind = value.get("mediaType") if isinstance(value, dict) else None
    if kind not in {BUNDLE, VERDICT}:
        raise FormatError("neither a bundle nor a verdict", str(path))
    return str(kind)
