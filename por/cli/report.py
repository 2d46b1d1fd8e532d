"""Run `por report`: a verdict for people and machines, and everything that it was made of, packed."""

import argparse
import sys
from pathlib import Path

from por.checks.declared import declared_of
from por.checks.evidence import load_document, open_bundle, read_document
from por.checks.observation import Seen
from por.checks.policy import load_policy
from por.checks.rulebooks import load_rulebook, shipped_ids
from por.cli.output import add_language_option, new_path, write_file
from por.encoding import recording_v1, remarks_v1, toml, verdict_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.model import Digest, Verdict
from por.model.policy import LawTrust
from por.model.remark import Register
from por.model.rulebook import Rulebook
from por.report.formats import FORMATS
from por.report.papers import Papers, require_renderable, with_history

MAX_HISTORY = 1000

_AS_GIVEN = "as given to por verify"

EXAMPLE = "por report verdict.json --bundle bundle/ --lang ja --output report.html"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("verdict", metavar="VERDICT", type=Path, help="a verdict's JSON, from --output of a command")
    parser.add_argument("--format", choices=list(FORMATS), default="html", help="html if left out")
    parser.add_argument("--output", metavar="FILE", type=new_path, help="write the report to FILE, not to stdout")
    add_language_option(parser)
    parser.add_argument(
        "--history",
        metavar="VERDICT",
        type=Path,
        action="extend",
        nargs="+",
        default=[],
        help="other verdicts about the same issuer, to show coverage over time",
    )
    parser.add_argument("--bundle", metavar="BUNDLE", type=Path, help="the bundle, to name its blocks and commitments")
    parser.add_argument(
        "--policy", metavar="FILE", type=Path, help="the policy of the verdict, to say which documents it knows"
    )
    parser.add_argument("--remarks", metavar="FILE", type=Path, help="your exceptions register (TOML)")
    parser.add_argument(
        "--rulebook",
        metavar="FILE",
        action="append",
        default=[],
        help="a rulebook of your own that the verdict names; those shipped are found without it",
    )
    parser.add_argument("--replay", metavar="FILE", type=Path, help="the recording that the verdict was made of")
    _add_pack_options(parser)


def _add_pack_options(parser: argparse.ArgumentParser) -> None:
    pack = parser.add_argument_group("an evidence pack")
    pack.add_argument(
        "--pack",
        metavar="DIR|FILE.zip",
        type=new_path,
        help="write all that the verdict was made of there, once it has led to the same verdict again",
    )
    pack.add_argument("--ledger", metavar="RECORDS", type=Path, help="the record list; the pack then holds it too")
    pack.add_argument("--previous", metavar="BUNDLE", type=Path, help=_AS_GIVEN)
    pack.add_argument("--movements", metavar="CSV", type=Path, help=_AS_GIVEN)
    pack.add_argument("--other", metavar="BUNDLE", type=Path, action="append", default=[], help=_AS_GIVEN)
    pack.add_argument("--opening", metavar="FILE", type=Path, action="append", default=[], help=_AS_GIVEN)
    pack.add_argument("--introduced", metavar="ID=FILE", action="append", default=[], help=_AS_GIVEN)
    pack.add_argument("--identity", metavar="FILE", type=Path, help=_AS_GIVEN)


def run(args: argparse.Namespace) -> int:
    """Render the report, pack where asked, and return the verdict's own exit status."""
    papers = _papers(args)
    require_renderable(papers)
    if args.pack is not None:
        _pack(args, papers)
    if args.output is not None:
        write_file(args.output, FORMATS[args.format](papers).encode())
        print(f"wrote {args.output}", file=sys.stderr)
    elif args.pack is None:
        sys.stdout.write(FORMATS[args.format](papers))
    return papers.verdict.exit_code


def _papers(args: argparse.Namespace) -> Papers:
    verdict = _verdict(args.verdict)
    opened = open_bundle(args.bundle) if args.bundle else None
    if opened is not None and verdict.bundle is not None and opened.digest != verdict.bundle:
        raise FormatError(f"is {opened.digest}; the verdict is of {verdict.bundle}", "--bundle")
    register = load_document(args.remarks, toml.MAX_BYTES, remarks_v1.read) if args.remarks else Register()
    if len(args.history) > MAX_HISTORY:
        raise FormatError(f"{len(args.history)} verdicts; at most {MAX_HISTORY} are shown", "--history")
    declared = None if opened is None else declared_of(opened)
    papers = Papers(
        verdict=verdict,
        bundle=None if opened is None else opened.bundle,
        declared=declared.value if isinstance(declared, Seen) else None,
        law=_law(args.policy, verdict) if args.policy else None,
        rulebooks=_rulebooks(verdict, args.rulebook),
        register=register,
        recording=_digest(args.replay) if args.replay else None,
        say=args.lang,
    )
    return with_history(papers, [_verdict(path) for path in args.history])


def _law(path: Path, verdict: Verdict) -> LawTrust:
    policy = load_policy(path)
    if policy.digest != verdict.policy:
        raise FormatError(f"another policy, {policy.digest}; the verdict is by {verdict.policy}", "--policy")
    return policy.law


def _verdict(path: Path) -> Verdict:
    return load_document(path, verdict_v1.MAX_BYTES, verdict_v1.read)


def _digest(path: Path) -> Digest:
    return digest_of(read_document(path, recording_v1.MAX_BYTES))


def _rulebooks(verdict: Verdict, names: list[str]) -> tuple[Rulebook, ...]:
    """Return the verdict's rulebooks, as far as they are given or shipped, in its order."""
    given = [load_rulebook(name) for name in names]
    for name, book in zip(names, given, strict=True):
        if book.digest not in verdict.rulebooks:
            raise FormatError(f"{name} is {book.digest}, which the verdict does not name", "--rulebook")
    shipped = [load_rulebook(name) for name in shipped_ids()] if verdict.rulebooks else []
    by_digest = {book.digest: book for book in (*shipped, *given)}
    return tuple(by_digest[digest] for digest in verdict.rulebooks if digest in by_digest)


def _pack(args: argparse.Namespace, papers: Papers) -> None:
    # Reports are rendered without what verifies.
    from por.cli.evidence_pack import Given, write_pack  # noqa: PLC0415

    if args.bundle is None or args.policy is None:
        raise FormatError("a pack holds the bundle and the policy: give --bundle and --policy", "--pack")
    given = Given(
        bundle=args.bundle,
        policy=args.policy,
        recording=args.replay,
        ledger=args.ledger,
        previous=args.previous,
        movements=args.movements,
        others=tuple(args.other),
        openings=tuple(args.opening),
        introduced=tuple(args.introduced),
        identity=args.identity,
        remarks=args.remarks,
        rulebooks=tuple(args.rulebook),
    )
    write_pack(args.pack, papers, given)
    print(f"wrote {args.pack}", file=sys.stderr)
