"""Open what a command that publishes needs: nodes of one chain, the account that pays, contracts by CAIP-10 names."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from por.cli.output import Progress
from por.cli.sources import add_source_options, source_urls
from por.errors import FormatError, PublishError
from por.model import ChainAccount, ChainId, Committee, SignatureScheme, parse_coins
from por.model.identifiers import evm_account
from por.proofs.state.account import address_bytes
from por.publish.collecting import require_member
from por.publish.delivery import AGAIN
from por.publish.reading import ContractReader
from por.publish.signers import Signer, open_signer
from por.publish.signers.account import Account
from por.publish.transactions import Wallet, WalletLimits

Parsed = TypeVar("Parsed")

GWEI_DIGITS = 9
DEFAULT_MAX_FEE = "50"


class Nodes(NamedTuple):
    """Name one chain and the nodes that a command line gives for it."""

    chain: ChainId
    urls: list[str]


def add_node_options(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a node."""
    add_source_options(parser, record=False)


def add_payer_options(parser: argparse.ArgumentParser, name: str = "--payer") -> None:
    """Add the options that name who pays, and how much at most."""
    words = "whose key it is sent with" if name == "--signer" else "which account pays"
    parser.add_argument(
        name, metavar="SPEC", dest="payer", help=f"{words}: file:KEYSTORE, env:NAME, aws-kms:KEY or pkcs11:URI"
    )
    parser.add_argument(
        "--max-fee",
        metavar="GWEI",
        default=DEFAULT_MAX_FEE,
        help=f"the most to pay for a unit of gas; default: {DEFAULT_MAX_FEE}",
    )


def option(read: Callable[[str], Parsed], text: str, place: str) -> Parsed:
    """Return what `read` makes of an option; its FormatError names the option."""
    try:
        return read(text)
    except FormatError as error:
        raise error.within(f"{place}:") from error


def contract(text: str, place: str) -> ChainAccount:
    """Read a contract or account of an EVM chain. Raises: FormatError naming the option."""
    return option(evm_account, text, place)


def require_address(text: str, place: str) -> None:
    """Raise: FormatError for what is no EVM address in lower case."""
    try:
        address_bytes(text)
    except FormatError as error:
        raise FormatError("not an address: 0x and 40 lower-case hexadecimal digits", place) from error


def whole_number(text: str, place: str) -> int:
    """Read a number such as a block's. Raises: FormatError naming the option."""
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise FormatError("not a number such as 12", place)
    return int(text)


def nodes_of(args: argparse.Namespace, chain: ChainId | None = None) -> Nodes:
    """Return the nodes of one chain; without one named, of the only chain that has any. Raises: FormatError."""
    urls = source_urls(args.source)
    if chain is None:
        if len(urls) != 1:
            raise FormatError("name nodes of exactly one chain, such as eip155:1=https://node.example", "--source")
        chain = next(iter(urls))
    if chain not in urls:
        raise FormatError(f"name a node of {chain}", "--source")
    return Nodes(chain, urls[chain])


def signer_of(args: argparse.Namespace, spec: str) -> Signer:
    """Open a signer once in a command: who signs may also pay. Raises: FormatError, PublishError."""
    opened: dict[str, Signer] = vars(args).setdefault("opened_signers", {})
    return open_signer(spec, opened)


def opened_member(args: argparse.Namespace, committee: Committee) -> Signer:
    """Open the member of a committee that signs. Raises: FormatError, PublishError."""
    signer = signer_of(args, args.signer)
    if (signer.scheme is SignatureScheme.BLS) != (committee.scheme is SignatureScheme.BLS):
        kind = "a BLS key" if signer.scheme is SignatureScheme.BLS else "no BLS key"
        raise PublishError(f"{signer.name} is {kind}, and members of this committee sign by {committee.scheme.name}")
    require_member(signer, committee)
    return signer


@contextmanager
def opened_wallet(args: argparse.Namespace, nodes: Nodes) -> Iterator[Wallet]:
    """Open the account that pays; what it sends goes to the first node. Raises: FormatError."""
    if args.payer is None:
        raise FormatError("name the account's key, such as file:keystore.json or env:NAME", "--payer, --signer")
    signer = signer_of(args, args.payer)
    if not isinstance(signer, Account):
        raise FormatError("this signer is no account: it cannot pay for a transaction", "--payer, --signer")
    max_fee = option(lambda text: parse_coins(text, GWEI_DIGITS), args.max_fee, "--max-fee")
    progress = Progress()
    wallet = Wallet(nodes.chain, nodes.urls[0], signer, WalletLimits(max_fee), progress)
    try:
        yield wallet
    except KeyboardInterrupt:
        progress.done()
        sent = wallet.under_way
        told = f"transaction 0x{sent.hex()} may be out, and may still be included" if sent else "nothing is under way"
        print(f"por: {told}; {AGAIN}", file=sys.stderr)
        raise
    finally:
        progress.done()
        wallet.close()


@contextmanager
def opened_reader(nodes: Nodes, sender: str | None = None) -> Iterator[ContractReader]:
    """Open all nodes, which must agree, to read contracts, in the name of an account where one is given.

    Raises: FormatError.
    """
    reader = ContractReader(nodes.chain, *nodes.urls, sender=sender)
    try:
        yield reader
    finally:
        reader.close()
