"""Run `por attest committee`: write a committee down, and print its id."""

import argparse
import sys
from pathlib import Path

from por.cli.attester_files import is_key_file, read_attester_key
from por.cli.output import write_once
from por.commitments.statements import committee_id
from por.encoding import committee_v1
from por.encoding.committee_v1 import SCHEMES, address_member, key_member, scheme_of
from por.errors import EvidenceError, FormatError
from por.model import AttesterKey, ChainId, Committee, SignatureScheme
from por.proofs.attestation import require_possession

EXAMPLE = "por attest committee --scheme bls --threshold 2 ann.json bob.json carol.json --output committee.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "members", metavar="MEMBER", nargs="+", help="an address; for bls a file that por attest key made"
    )
    parser.add_argument("--scheme", choices=[*SCHEMES], required=True, help="how its members sign")
    parser.add_argument("--threshold", metavar="N", type=int, required=True, help="how many of them must")
    parser.add_argument("--chain", metavar="CHAIN", help="for contract: where the contracts stand, such as eip155:1")
    parser.add_argument("--output", metavar="FILE", type=Path, required=True, help="where the committee goes")


def run(args: argparse.Namespace) -> int:
    """Write the committee, once possession of every BLS key is proven, and print its id."""
    scheme = scheme_of(args.scheme)
    committee = _of_keys(args) if scheme is SignatureScheme.BLS else _of_accounts(args, scheme)
    try:
        identifier = committee_id(committee)
        if scheme is SignatureScheme.BLS:
            require_possession(committee, committee.members)
    except EvidenceError as error:
        raise FormatError(str(error), "MEMBER") from error
    written = write_once(args.output, committee_v1.write(committee))
    print(f"{'wrote' if written else 'there already:'} {args.output}", file=sys.stderr)
    print(f"0x{identifier.hex()}")
    print("readers who trust it name this id under committees in their policy", file=sys.stderr)
    return 0


def _of_accounts(args: argparse.Namespace, scheme: SignatureScheme) -> Committee:
    members = []
    for text in args.members:
        try:
            members.append(address_member(text))
        except FormatError as error:
            reason = error.reason
            if Path(text).is_file():
                reason = "a file; members are named by their addresses here, and by files with --scheme bls alone"
            raise FormatError(reason, f"MEMBER {text}") from error
    return Committee(scheme, args.threshold, _chain_id(args.chain, scheme), tuple(sorted(members)))


def _of_keys(args: argparse.Namespace) -> Committee:
    _chain_id(args.chain, SignatureScheme.BLS)
    rows = sorted(map(_named, args.members), key=lambda row: row[0])
    return Committee(
        scheme=SignatureScheme.BLS,
        threshold=args.threshold,
        chain_id=0,
        members=tuple(member for member, _ in rows),
        keys=tuple(key.key for _, key in rows),
        possessions=tuple(key.possession for _, key in rows),
    )


def _named(text: str) -> tuple[bytes, AttesterKey]:
    try:
        key = read_attester_key(Path(text))
    except FormatError as error:
        if is_key_file(Path(text)):
            reason = "a key file, which stays with its owner; give the file that por attest key --output made"
            raise FormatError(reason, f"MEMBER {text}") from error
        raise
    return key_member(key.key), key


def _chain_id(text: str | None, scheme: SignatureScheme) -> int:
    if (text is not None) != (scheme is SignatureScheme.CONTRACT):
        raise FormatError("named exactly where contracts are members", "--chain")
    if text is None:
        return 0
    try:
        chain = ChainId.parse(text)
        if chain.namespace != "eip155" or chain.reference == "0":
            raise FormatError("not an EVM chain such as eip155:1")
    except FormatError as error:
        raise error.within("--chain") from error
    return int(chain.reference)
