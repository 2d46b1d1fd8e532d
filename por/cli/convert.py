"""Run `por convert`: read another exchange's published list into a bundle."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from por.chains import open_source
from por.checks.evidence import read_document
from por.checks.policy import shipped_tables
from por.cli.output import Progress, new_path, put_json
from por.cli.sources import add_source_options, source_urls
from por.encoding import bundle_v1, canonical
from por.errors import FormatError
from por.formats.coins import shipped_coins
from por.formats.conversion import Conversion, Standing, convert
from por.formats.conversion_report import (
    AssetCount,
    class_totals,
    contradicted,
    count_accounts,
    count_assets,
    reasons,
    report_value,
)
from por.formats.known import WALLET_FORMATS, read_wallets
from por.formats.wallet_list import MAX_BYTES
from por.issuer.snapshot import take_snapshot
from por.issuer.workspace import Workspace
from por.model import AssetId, Instant, format_coins, issuer_id, printable

EXAMPLE = (
    "por convert wallets.csv --issuer exchange.example --instant 2026-11-01T00:00:00Z --out converted "
    "--source eip155:1=https://node-a.example"
)
MAX_SHOWN = 20

Parsed = TypeVar("Parsed")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the list as the exchange publishes it")
    parser.add_argument("--issuer", metavar="DOMAIN", required=True, help="whose list it is")
    parser.add_argument("--instant", metavar="INSTANT", required=True, help="the UTC instant that the list is of")
    parser.add_argument("--out", metavar="DIR", required=True, type=new_path, help="write the bundle's directory there")
    parser.add_argument("--format", choices=WALLET_FORMATS, help="the list's format; default: the one it is in")
    parser.add_argument("--json", action="store_true", help="print the report as canonical JSON")
    add_source_options(parser, record=False)


def run(args: argparse.Namespace) -> int:
    """Write the bundle, print what was read; 1 when a published signature is not its account's."""
    issuer, instant = _given("--issuer", args.issuer, issuer_id), _given("--instant", args.instant, Instant.parse)
    data = read_document(args.file, MAX_BYTES)
    progress = Progress()
    sources = [open_source(chain, urls) for chain, urls in source_urls(args.source).items()]
    try:
        wallets = read_wallets(data, args.format)
        snapshot, headers = take_snapshot(issuer, instant, instant, sources)
        conversion = convert(wallets, shipped_coins(), issuer, instant, progress, snapshot.blocks, headers.values())
    except FormatError as error:
        raise FormatError(str(error), str(args.file)) from error
    finally:
        progress.done()
    _write(args.out, conversion)
    if args.json:
        put_json(canonical.dumps(report_value(conversion)))
    else:
        _print(conversion)
    print(f"wrote {args.out}. {_next(args.out, conversion)}", file=sys.stderr)
    return 1 if any(wallet.standing is Standing.INVALID for wallet in conversion.wallets) else 0


def _next(target: Path, conversion: Conversion) -> str:
    """Say what was not done, and what to do."""
    blocks = conversion.bundle.blocks
    asked = " ".join(f"--source {block.chain}=URL" for block in blocks)
    unread = "no block is named, so that no balance can be read: --source CHAIN=URL names those at the instant\n"
    return (
        "This is no verification, and a published text names no snapshot.\n"
        f"{'' if blocks else unread}"
        f"next: por verify {' '.join(filter(None, (str(target), '--policy policy.toml', asked)))}, "
        "with --previous for the list before this one"
    )


def _write(target: Path, conversion: Conversion) -> None:
    files = {f"evidence/{digest.value.hex()}": data for digest, data in conversion.files.items()}
    if not target.parent.is_dir():
        raise FormatError("its folder is not there", str(target))
    Workspace(target.parent).put(target.name, {"bundle.json": bundle_v1.write(conversion.bundle), **files})


def _print(conversion: Conversion) -> None:
    counts = count_assets(conversion.wallets)
    print(f"{conversion.layout}: {len(conversion.wallets)} rows, {count_accounts(conversion)} accounts")
    for count in counts:
        _print_asset(count)
    for name, proven, unproven in class_totals(counts, _classes()):
        print(f"class of {name}\n  signed for {proven}   not signed for {unproven}")
    for standing, title in ((Standing.INVALID, "INVALID"), (Standing.UNSUPPORTED, "not supported")):
        found = reasons(conversion.wallets, standing)
        for place, reason in found[:MAX_SHOWN]:
            print(f"{title}: {place}: {printable(reason)}")
        if len(found) > MAX_SHOWN:
            print(f"{title}: {len(found) - MAX_SHOWN} more; --json lists all")
    for stated, rows in contradicted(conversion):
        print(f"the list contradicts itself: {stated.place}: {stated.amount} {stated.coin}; its rows sum to {rows}")
    _print_sums(conversion)


def _print_asset(count: AssetCount) -> None:
    signed = ", ".join(f"{count.standings[each]} {each}" for each in Standing if count.standings[each])
    notes = [
        f"{count.repeated} repeated" if count.repeated else "",
        f"{count.without_amount} without amount" if count.without_amount else "",
    ]
    print(f"{', '.join(sorted(count.codes))}  {count.asset}")
    print(f"  {count.rows} rows: {', '.join(filter(None, (signed, *notes)))}")
    proven, unproven = (format_coins(units, count.decimals) for units in (count.proven, count.unproven))
    print(f"  signed for {proven}   not signed for {unproven}")


def _print_sums(conversion: Conversion) -> None:
    standings = [wallet.standing for wallet in conversion.wallets]
    signed = len(standings) - standings.count(Standing.UNSIGNED)
    print(
        f"{signed} of {len(standings)} rows are signed: {standings.count(Standing.VALID)} valid, "
        f"{standings.count(Standing.INVALID)} invalid, {standings.count(Standing.UNSUPPORTED)} not supported; "
        f"{sum(wallet.again for wallet in conversion.wallets)} rows repeat another"
    )


def _classes() -> Mapping[AssetId, str]:
    groups = shipped_tables().classes
    return {member.asset: str(group.members[0].asset) for group in groups for member in group.members}


def _given(option: str, text: str, parse: Callable[[str], Parsed]) -> Parsed:
    try:
        return parse(text)
    except FormatError as error:
        raise FormatError(error.reason, option) from error
