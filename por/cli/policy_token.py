"""Run `por policy token`: find where a token keeps balances, or which code tells them, for a person to review."""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from por.chains import open_source
from por.chains.token_search import BASES, FoundToken, search_token
from por.cli.output import Progress, put_json
from por.cli.sources import add_source_options, source_urls
from por.encoding import canonical, tables_v1
from por.errors import FormatError
from por.issuer.accounts import written_account
from por.model import AssetId, CallMethod, Header, TokenCall, TokenLayout, format_coins, printable

EXAMPLE = (
    "por policy token eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48 "
    "--holder 0x5db4b426662a4f77adae28f4028466261e3cab30 --source eip155:1=https://node-a.example"
)

_REVIEW = (
    "the code was not read: that it mints, freezes, rebases or is replaced is for you to find out before you trust it",
    "what was tried is the word of one node; the code hashes are proven against the block's header",
)

_Parsed = TypeVar("_Parsed")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("asset", metavar="ASSET", help="a token, such as eip155:1/erc20:0x…")
    parser.add_argument("--holder", metavar="ADDRESS", required=True, help="an address that holds some, 0x…")
    parser.add_argument("--block", metavar="N", type=int, help="look at this block; default: the last final one")
    parser.add_argument(
        "--slot",
        metavar="N",
        type=partial(int, base=0),
        action="append",
        default=[],
        help="also try this base slot, in decimal or 0x…; 0 to 63 and OpenZeppelin's own are tried anyway",
    )
    parser.add_argument("--json", action="store_true", help="print what was found as canonical JSON")
    add_source_options(parser, record=False)


def run(args: argparse.Namespace) -> int:
    """Print what could go into a policy; nothing is written into one."""
    asset = _option("ASSET", lambda: AssetId.parse(args.asset))
    holder = _option("--holder", lambda: written_account(f"{asset.chain}:{args.holder}")).address
    if any(not 0 <= slot < 2**256 for slot in args.slot):
        raise FormatError("a slot is a number below 2^256", "--slot")
    urls = source_urls(args.source).get(asset.chain)
    if urls is None:
        raise FormatError(f"give --source {asset.chain}=URL", "--source")
    source = open_source(asset.chain, urls)
    header = source.header(source.finalized().number if args.block is None else args.block)
    progress = Progress()
    found = search_token(source, header, asset, holder, dict.fromkeys((*args.slot, *BASES)), progress)
    progress.done()
    if args.json:
        put_json(canonical.dumps(_value(found, header)))
    else:
        sys.stdout.write("\n".join(_lines(found, header)) + "\n")
    return 0


def calls_of(found: FoundToken) -> tuple[TokenCall, ...]:
    """Return the `[[call]]` rows that would let the token's own code tell: its balance, and a vault's worth."""
    hashes = tuple(dict.fromkeys(code_hash for _, code_hash in found.codes))
    rows = [TokenCall(found.asset, hashes, CallMethod.BALANCE_OF, None)] if found.layout is None else []
    if found.underlying is not None:
        worth = tuple(dict.fromkeys(code_hash for _, code_hash in found.worth))
        rows = [TokenCall(found.asset, worth, CallMethod.CONVERT_TO_ASSETS, found.underlying)]
    return tuple(rows)


def remarks_of(found: FoundToken) -> tuple[str, ...]:
    """Return what a person has to know before any of it goes into a policy."""
    flagged = (f"of this holder's word the bits {found.flags:#x} do not count",) if found.flags else ()
    told = ("no layout: the token's own code would tell balances, all of which you would have to read",)
    return (*found.remarks, *flagged, *(() if found.layout else told), *_REVIEW)


def _lines(found: FoundToken, header: Header) -> Iterator[str]:
    balance = f"{found.balance} base units"
    if found.decimals is not None:
        balance = f"{format_coins(found.balance, found.decimals)} by its {found.decimals} decimals"
    yield f"# {found.asset} at block {header.number} 0x{header.hash.hex()}"
    yield f"# {found.holder} holds {balance}"
    yield from (f"# code at {address}: 0x{code_hash.hex()}" for address, code_hash in found.codes)
    yield from (f"# - {printable(remark)}" for remark in remarks_of(found))
    if found.layout is not None:
        yield from _layout_lines(found.layout)
    for row in calls_of(found):
        yield from _call_lines(row)


def _layout_lines(layout: TokenLayout) -> Iterator[str]:
    yield from ("", "[[layout]]", f'asset = "{layout.asset}"', f'code_hash = "0x{layout.code_hash.hex()}"')
    digits = f"{layout.base_slot:x}"
    yield f'base_slot = "0x{digits.rjust(len(digits) + len(digits) % 2, "0")}"'
    yield f'order = "{layout.order}"'
    if layout.mask != 2**256 - 1:
        yield f'mask = "0x{layout.mask:064x}"'
    if layout.implementation is not None:
        yield f'implementation_slot = "0x{layout.implementation.slot.hex()}"'
        yield f'implementation_code_hash = "0x{layout.implementation.code_hash.hex()}"'


def _call_lines(row: TokenCall) -> Iterator[str]:
    yield from ("", "[[call]]", f'asset = "{row.asset}"', "codes = [")
    yield from (f'  "0x{code_hash.hex()}",' for code_hash in row.codes)
    yield from ("]", f'method = "{row.method}"')
    if row.underlying is not None:
        yield f'underlying = "{row.underlying}"'


def _value(found: FoundToken, header: Header) -> dict[str, object]:
    return {
        "asset": str(found.asset),
        "holder": found.holder,
        "block": header.number,
        "blockHash": "0x" + header.hash.hex(),
        "balance": str(found.balance),
        "decimals": found.decimals,
        "codes": [[address, "0x" + code_hash.hex()] for address, code_hash in found.codes],
        "layout": None if found.layout is None else tables_v1.layout_value(found.layout),
        "calls": [tables_v1.call_value(row) for row in calls_of(found)],
        "flags": f"{found.flags:#x}",
        "remarks": list(remarks_of(found)),
    }


def _option(name: str, read: Callable[[], _Parsed]) -> _Parsed:
    try:
        return read()
    except FormatError as error:
        raise error.within(name) from error
