"""Run `por attest collect`: join what members of a committee signed into a certificate."""

import argparse
from pathlib import Path

from por.cli.attester_files import put_certificate, read_committee, read_statement
from por.errors import PublishError
from por.model import Revocation, Statement
from por.publish.collecting import collected

EXAMPLE = "por attest collect mine.json theirs.json --committee committee.json --output certificate.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "statements", metavar="STATEMENT", nargs="+", type=Path, help="a member's signed attestation or revocation"
    )
    parser.add_argument("--committee", metavar="FILE", type=Path, required=True, help="whose members signed")
    parser.add_argument("--output", metavar="CERTIFICATE", type=Path, required=True, help="where the certificate goes")


def run(args: argparse.Namespace) -> int:
    """Check every signature, and write the certificate."""
    statements = [read_statement(path) for path in args.statements]
    for path, signed in zip(args.statements, statements, strict=True):
        _require_same(path, signed.statement, args.statements[0], statements[0].statement)
    put_certificate(args.output, collected(statements, read_committee(args.committee)))
    return 0


def _require_same(path: Path, own: Statement, first: Path, other: Statement) -> None:
    """Raise: PublishError naming every field in which two statements differ."""
    if own.content == other.content:
        return
    here, there = _fields(own), _fields(other)
    rows = [f"  {name}: {here.get(name, 'none')}, not {there.get(name, 'none')}" for name in sorted({*here, *there})]
    told = [row for row, name in zip(rows, sorted({*here, *there}), strict=True) if here.get(name) != there.get(name)]
    raise PublishError("\n".join([f"{path} says something else than {first}:", *told]))


def _fields(statement: Statement) -> dict[str, str]:
    said = statement.content
    if isinstance(said, Revocation):
        reason = statement.reason or "0x" + said.reason.hex()
        return {"kind": "revocation", "attestation": "0x" + said.attestation.hex(), "reason": repr(reason)}
    return {
        "kind": "attestation",
        "entry": "0x" + said.commitment.hex(),
        "policy": str(said.policy),
        "rulebooks": "0x" + said.rulebooks.hex(),
        "outcome": str(said.outcome),
        "figures": f"0x{said.figures.hex()} ({_figures(statement)})",
        "observed at": str(said.observed_at),
        "expires at": str(said.expires_at),
    }


def _figures(statement: Statement) -> str:
    rows = statement.figures
    return ", ".join(f"{row.asset}: {row.reserves} proven of {row.liabilities} owed" for row in rows) or "none"
