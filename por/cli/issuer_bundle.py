"""Run `por issuer bundle`: prove the holdings, assemble the bundle, sign it."""

import argparse
import sys
from pathlib import Path

from por.chains import open_source
from por.checks.evidence import load_document, open_bundle
from por.checks.policy import shipped_tables
from por.cli.output import Progress
from por.cli.sources import add_source_options, source_urls
from por.commitments.anchors import asset_sums
from por.encoding import tables_v1, toml
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.issuer.accounts import read_accounts
from por.issuer.assets import AssetTable
from por.issuer.bundle import Inputs, assemble, require_sources
from por.issuer.signing import bundle_directory, ensure_signing_key
from por.issuer.workspace import Workspace
from por.model import Bundle, ChainAccount, Digest, TokenLayout, format_coins

EXAMPLE = "por issuer bundle snapshot-2026-11 --accounts accounts.csv --source eip155:1=https://node-a.example"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="what commit, challenge and collect wrote into")
    parser.add_argument("--accounts", metavar="FILE", type=Path, required=True, help="account,role,custody,asset")
    parser.add_argument("--assets", metavar="FILE", type=Path, help="more assets, a TOML table")
    parser.add_argument("--layouts", metavar="FILE", type=Path, help="more token layouts, TOML as in a policy")
    parser.add_argument("--key", metavar="FILE", type=Path, help="signing key; default: por-signing.key beside DIR")
    parser.add_argument("--previous", metavar="BUNDLE", type=Path, help="your bundle before this one")
    parser.add_argument("--supersedes", metavar="BUNDLE", type=Path, help="the bundle of this instant it corrects")
    parser.add_argument(
        "--anchored-by",
        metavar="ACCOUNT",
        help="the account that will anchor it in a registry, such as eip155:1:0x…; default: none",
    )
    add_source_options(parser, record=False)


def run(args: argparse.Namespace) -> int:
    """Write bundle/."""
    workspace = Workspace(args.directory)
    workspace.require_absent("bundle")
    snapshot = workspace.snapshot()
    table = AssetTable.load(args.assets)
    inputs = Inputs(
        commitments=workspace.commitments(),
        snapshot=snapshot,
        accounts=read_accounts(args.accounts, table),
        headers=workspace.files("snapshot"),
        control=workspace.files("control"),
        layouts=_layouts(args.layouts),
        previous=_previous(args.previous),
        supersedes=open_bundle(args.supersedes).digest if args.supersedes else None,
        anchored_by=_anchoring_account(args.anchored_by),
    )
    sources = {chain: open_source(chain, urls) for chain, urls in source_urls(args.source).items()}
    require_sources(inputs, sources)
    key_file = args.key or args.directory.parent / "por-signing.key"
    key, made = ensure_signing_key(key_file, snapshot.issuer)
    print(f"{'made a new' if made else 'using the'} signing key in {key_file}", file=sys.stderr)
    progress = Progress()
    bundle, files = assemble(inputs, sources, progress)
    progress.done()
    directory = bundle_directory(bundle, files.data, key)
    target = workspace.put("bundle", directory)
    print(f"bundle     {digest_of(directory['bundle.json'])}")
    print(f"key        {key.verifier}")
    _sum_up(bundle, table)
    unsigned = [str(row.account) for row in bundle.reserves if row.control is None]
    if unsigned:
        print(f"{len(unsigned)} accounts have no control proof, such as {unsigned[0]}", file=sys.stderr)
    print(f"wrote {target}; publish that directory, and the key where customers find it", file=sys.stderr)
    return 0


def _sum_up(bundle: Bundle, table: AssetTable) -> None:
    decimals = {item.asset: item.decimals for item in bundle.liabilities}
    for asset, owed, proven in asset_sums(bundle):
        if not owed and not proven:
            continue
        if asset not in decimals:
            decimals[asset] = 18 if asset.native else table.resolve(str(asset)).decimals
        places = decimals[asset]
        note = "" if proven >= owed else "   LESS THAN OWED"
        print(f"owed {format_coins(owed, places):>20}  proven {format_coins(proven, places):>20}  {asset}{note}")


def _layouts(path: Path | None) -> tuple[TokenLayout, ...]:
    shipped = shipped_tables().layouts
    if path is None:
        return shipped
    return (*load_document(path, toml.MAX_BYTES, tables_v1.read_tables).layouts, *shipped)


def _anchoring_account(text: str | None) -> ChainAccount | None:
    try:
        return None if text is None else ChainAccount.parse(text)
    except FormatError as error:
        raise error.within("--anchored-by") from error


def _previous(path: Path | None) -> tuple[int, Digest] | None:
    if path is None:
        return None
    opened = open_bundle(path)
    return opened.bundle.sequence, opened.digest
