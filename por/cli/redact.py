"""Run `por redact`: make a receipt of an inclusion proof that may be shown, or say which file a receipt is of."""

import argparse
import re
import secrets
from pathlib import Path

from por.checks.evidence import load_document, read_document, read_text
from por.checks.redaction import receipt_of_proof, receipt_of_reading
from por.cli.output import new_path, require_place, write_file
from por.cli.published_options import NATIVE
from por.encoding import inclusion_proof_v1, receipt_v1, verdict_v1
from por.encoding.media_types import INCLUSION_PROOF
from por.errors import FormatError
from por.formats.document import MAX_BYTES, Document
from por.model import Digest, Verdict, printable
from por.model.receipt import Receipt

EXAMPLE = "por redact proof.json --verdict verdict.json --output receipt.json"

_SALT = re.compile(r"([0-9a-f]{64})\n?", re.ASCII)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", type=Path, help="an inclusion proof, from your issuer or exchange")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--output", metavar="FILE", type=new_path, help="write the receipt here; you may show it")
    what.add_argument("--open", metavar="RECEIPT", type=Path, help="say whether this receipt is of FILE; needs --salt")
    parser.add_argument(
        "--salt", metavar="FILE", type=Path, help="where the salt is kept, which you do not show; else OUTPUT.salt"
    )
    parser.add_argument("--verdict", metavar="FILE", type=Path, help="also tell the outcome of this verdict")
    parser.add_argument("--format", metavar="NAME", help="a published proof's format, where more than one is possible")
    parser.add_argument("--root", metavar="HEX", action="append", default=[], help="a root you have from elsewhere")
    parser.add_argument(
        "--with", dest="beside", metavar="FILE", action="append", type=Path, default=[], help="a file published beside"
    )


def run(args: argparse.Namespace) -> int:
    """Write a receipt and its salt, or compare one with the file; 1 when the receipt is of something else."""
    document = Document(read_document(args.file, MAX_BYTES), printable(args.file.name)[:200])
    return _opened(args, document) if args.open is not None else _made(args, document)


def _made(args: argparse.Namespace, document: Document) -> int:
    kept = args.salt if args.salt is not None else args.output.with_name(f"{args.output.name}.salt")
    if kept.exists():
        raise FormatError("is there already; choose another name, or remove it first", f"--salt {kept}")
    verdict = None if args.verdict is None else load_document(args.verdict, verdict_v1.MAX_BYTES, verdict_v1.read)
    salt = secrets.token_bytes(receipt_v1.SALT_BYTES)
    receipt = _receipt(args, document, receipt_v1.salted_digest(salt, document.data), verdict)
    data = receipt_v1.write(receipt)
    receipt_v1.read(data)
    require_place(args.output)
    write_file(kept, f"{salt.hex()}\n".encode(), 0o600)
    write_file(args.output, data)
    print(f"{args.output} may be shown: it holds no balance and no id.")
    print(f"Keep {kept} and the proof itself: with both you can show later that the receipt is of it.")
    if receipt.root is None:
        print("It names no root: nothing in the proof is sure to be the same for every customer.")
    return 0


def _receipt(args: argparse.Namespace, document: Document, salted: Digest, verdict: Verdict | None) -> Receipt:
    kind = str(document.members.get("mediaType", ""))
    if kind == INCLUSION_PROOF:
        _refuse(args, "format", "root", "beside")
        return receipt_of_proof(load_document(args.file, MAX_BYTES, inclusion_proof_v1.read), salted, verdict)
    if kind.startswith(NATIVE):
        raise FormatError(f"not an inclusion proof, but {printable(kind)[:100]}", document.name)
    # A customer of ours does without the formats of others.
    from por.cli.verify_published import read_published  # noqa: PLC0415

    file = read_published(document, args.format, args.beside)
    return receipt_of_reading(file.card, file.reading, args.root, salted, verdict)


def _opened(args: argparse.Namespace, document: Document) -> int:
    _refuse(args, "verdict", "format", "root", "beside")
    if args.salt is None:
        raise FormatError("give the salt that was kept when the receipt was made", "--salt")
    match = _SALT.fullmatch(read_text(args.salt, 100))
    if match is None:
        raise FormatError("not 64 lower-case hexadecimal digits", f"--salt {args.salt}")
    receipt = load_document(args.open, receipt_v1.MAX_BYTES, receipt_v1.read)
    if receipt_v1.salted_digest(bytes.fromhex(match[1]), document.data) != receipt.salted:
        print("The receipt is of another file, or of another salt.")
        return 1
    print("The receipt is of this file. Whether the file holds is for por verify-inclusion to say.")
    return 0


def _refuse(args: argparse.Namespace, *names: str) -> None:
    for name in names:
        if getattr(args, name):
            option = "--with" if name == "beside" else f"--{name}"
            raise FormatError("has nothing to say here; leave it out", option)
