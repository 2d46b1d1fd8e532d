"""Run `por attest key`: make an attester's key, or name the one in a file."""

import argparse
import sys
from pathlib import Path

from por.cli.output import write_once
from por.encoding import attester_key_v1
from por.errors import FormatError
from por.model import AttesterKey
from por.publish.signers.account import Account
from por.publish.signers.bls_key import BlsKey
from por.publish.signers.key_file import open_key_file
from por.publish.signers.making import new_account_key, new_bls_key
from por.publish.signers.passwords import new_password
from por.publish.signers.validators import require_no_validator

EXAMPLE = "por attest key attester-key.json --bls --output attester.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="the key file to make, encrypted; one that is there is used"
    )
    parser.add_argument("--bls", action="store_true", help="a BLS key; default: an account's")
    parser.add_argument(
        "--output", metavar="FILE", type=Path, help="for BLS: the public key and its proof of possession, to hand out"
    )
    parser.add_argument(
        "--beacon-node", metavar="URL", help="for BLS: make sure that this node knows no validator with this key"
    )


def run(args: argparse.Namespace) -> int:
    """Make or open the key, and print the member's name; nothing secret is shown."""
    there = args.file.exists()
    key = _opened(args) if there else _made(args)
    print(f"{'using the' if there else 'made a new'} key in {args.file}; keep it secret", file=sys.stderr)
    if isinstance(key, BlsKey):
        if args.beacon_node:
            require_no_validator(key.key, args.beacon_node)
        _hand_out(args.output, key)
    else:
        print(f"address {key.address}")
    return 0


def _made(args: argparse.Namespace) -> Account | BlsKey:
    _require_fitting(args, bls=args.bls)
    password = new_password(f"for the new key in {args.file}")
    return new_bls_key(args.file, password) if args.bls else new_account_key(args.file, password)


def _opened(args: argparse.Namespace) -> Account | BlsKey:
    key = open_key_file(args.file)
    bls = isinstance(key, BlsKey)
    if args.bls and not bls:
        raise FormatError("holds an account's key and not a BLS key; choose another name", str(args.file))
    _require_fitting(args, bls=bls)
    return key


def _require_fitting(args: argparse.Namespace, *, bls: bool) -> None:
    if not bls and (args.output or args.beacon_node):
        raise FormatError("is for BLS keys; an account is a member by its address", "--output, --beacon-node")


def _hand_out(path: Path | None, key: BlsKey) -> None:
    print(f"member 0x{key.member.hex()}\nkey    0x{key.key.hex()}")
    if path is None:
        print("give --output FILE to get the document that por attest committee takes", file=sys.stderr)
        return
    written = write_once(path, attester_key_v1.write(AttesterKey(key.key, key.possession())))
    print(f"{'wrote' if written else 'there already:'} {path}; hand it to who makes the committee", file=sys.stderr)
