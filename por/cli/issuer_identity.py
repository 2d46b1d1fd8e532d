"""Run `por issuer identity`: write what the issuer's domain says of its keys and addresses."""

import argparse
import sys

from por.cli.output import new_path, write_file
from por.encoding import identity_v1
from por.errors import FormatError
from por.model import issuer_id
from por.model.identifiers import evm_account
from por.model.identity import AnchoringAccount, Identity
from por.proofs.signed_note import VerifierKey

EXAMPLE = "por issuer identity --key exchange.example+… --anchor eip155:1:0x…=eip155:1:0x… --output por.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--issuer", metavar="DOMAIN", type=issuer_id, help="whose it is; else the name of the keys")
    parser.add_argument("--key", metavar="VKEY", action="append", default=[], help="a key that signs bundles")
    parser.add_argument(
        "--anchor",
        metavar="REGISTRY=ACCOUNT",
        action="append",
        default=[],
        help="an account that anchors bundles in a registry, both in CAIP-10",
    )
    parser.add_argument("--output", metavar="FILE", type=new_path, help="write to FILE instead of stdout")


def run(args: argparse.Namespace) -> int:
    """Write the document."""
    keys = [_key(text) for text in args.key]
    anchors = tuple(_anchor(text) for text in args.anchor)
    issuer = args.issuer or _only_name(keys)
    if not (keys or anchors):
        raise FormatError("name at least one key or account", "--key, --anchor")
    document = identity_v1.write(Identity(issuer, tuple(map(str, keys)), anchors))
    identity_v1.read(document)
    if args.output:
        write_file(args.output, document)
        print(f"wrote {args.output}; serve it as https://{issuer}/.well-known/por.json", file=sys.stderr)
    else:
        sys.stdout.write(document.decode())
    return 0


def _key(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except FormatError as error:
        raise error.within("--key") from error


def _anchor(text: str) -> AnchoringAccount:
    registry, equals, account = text.partition("=")
    try:
        if not equals:
            raise FormatError("not REGISTRY=ACCOUNT, such as eip155:1:0x…=eip155:1:0x…")
        row = AnchoringAccount(evm_account(registry), evm_account(account))
    except FormatError as error:
        raise FormatError(error.reason, "--anchor") from error
    if row.registry.chain != row.account.chain:
        raise FormatError("the account is on another chain than the registry", "--anchor")
    return row


def _only_name(keys: list[VerifierKey]) -> str:
    names = {key.name for key in keys}
    if len(names) != 1:
        raise FormatError("say whose document it is: the keys do not have one name", "--issuer")
    try:
        return issuer_id(names.pop())
    except FormatError as error:
        raise error.within("--key") from error
