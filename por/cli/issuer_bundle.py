"""Run `por issuer bundle`: prove the holdings, assemble the bundle, sign it."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import fields, replace
from pathlib import Path

from por.chains import open_source
from por.checks.evidence import load_document, open_bundle, read_text
from por.checks.policy import shipped_tables
from por.cli.beacon import add_beacon_options, collect_light_client, collect_stakes
from por.cli.output import Progress
from por.cli.sources import add_source_options, kept, source_urls
from por.commitments.anchors import asset_sums
from por.encoding import tables_v1, toml
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.issuer.accounts import read_accounts, written_account
from por.issuer.assets import AssetTable
from por.issuer.bundle import assemble, require_sources
from por.issuer.control import file_name
from por.issuer.declarations import WrittenDeclarations, read_declarations
from por.issuer.holdings import Known
from por.issuer.inputs import Inputs
from por.issuer.reserves import snapshot_header
from por.issuer.signing import bundle_directory, ensure_signing_key
from por.issuer.workspace import Workspace
from por.model import AssetId, Bundle, ChainAccount, ChainId, Digest, Role, Source, format_coins
from por.model.identifiers import own_stake

# What was proven so far, so that a run which was cut short does not ask for it again; gone when the bundle is written.
PROOFS = "proofs.sqlite"
MAX_WITHHELD = 64 * 2**20

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
    parser.add_argument(
        "--withhold-control",
        metavar="all|FILE",
        help="do not publish these control proofs (FILE: an account a line); the bundle commits to them all the same",
    )
    parser.add_argument(
        "--declarations",
        metavar="FILE",
        type=Path,
        help="what you declare for rulebooks, TOML (por/spec/howto/declare-for-rules.md); default: nothing",
    )
    add_source_options(parser, record=False)
    add_beacon_options(parser)


def run(args: argparse.Namespace) -> int:
    """Write bundle/."""
    workspace = Workspace(args.directory)
    workspace.require_absent("bundle")
    snapshot = workspace.snapshot()
    table, known = AssetTable.load(args.assets), _known(args.layouts)
    control = workspace.files("control")
    accounts = read_accounts(args.accounts, table)
    inputs = Inputs(
        commitments=workspace.commitments(),
        snapshot=snapshot,
        accounts=accounts,
        headers=workspace.files("snapshot"),
        control=control,
        layouts=known.layouts,
        previous=_previous(args.previous),
        supersedes=open_bundle(args.supersedes).digest if args.supersedes else None,
        anchored_by=_anchoring_account(args.anchored_by),
        calls=known.calls,
        salts=workspace.files("salts"),
        withheld=_withheld(args.withhold_control, control),
        declared=read_declarations(args.declarations, table, frozenset(row.account for row in accounts))
        if args.declarations
        else None,
    )
    opened = {chain: open_source(chain, urls) for chain, urls in source_urls(args.source).items()}
    require_sources(inputs, opened)
    key_file = args.key or args.directory.parent / "por-signing.key"
    key, made = ensure_signing_key(key_file, snapshot.issuer)
    print(f"{'made a new' if made else 'using the'} signing key in {key_file}", file=sys.stderr)
    progress = Progress()
    proofs = args.directory / PROOFS
    with ExitStack() as stack:
        sources = {chain: stack.enter_context(kept(source, proofs)) for chain, source in opened.items()}
        bundle, files = assemble(_with_beacons(inputs, args, sources), sources, progress)
    progress.done()
    directory = bundle_directory(bundle, files.data, key)
    target = workspace.put("bundle", directory)
    print(f"bundle     {digest_of(directory['bundle.json'])}")
    print(f"key        {key.verifier}")
    _sum_up(bundle, table)
    if inputs.declared is not None:
        print(f"declares   {', '.join(_topics(inputs.declared))}")
    signed = {name.removesuffix(".json") for name in control}
    unsigned = [str(row.account) for row in bundle.reserves if file_name(row.account) not in signed]
    if inputs.withheld:
        print(f"{len(inputs.withheld)} control proofs are committed to and not published; por issuer open opens them")
    if unsigned:
        print(f"{len(unsigned)} accounts have no control proof, such as {unsigned[0]}", file=sys.stderr)
    proofs.unlink(missing_ok=True)
    print(f"wrote {target}; publish that directory, and the key where customers find it", file=sys.stderr)
    return 0


def _sum_up(bundle: Bundle, table: AssetTable) -> None:
    decimals = {item.asset: item.decimals for item in bundle.liabilities}
    encumbered = _encumbered(bundle)
    for asset, owed, proven in asset_sums(bundle):
        if not owed and not proven:
            continue
        if asset not in decimals:
            decimals[asset] = table.resolve(str(asset)).decimals
        places = decimals[asset]
        others = encumbered.get(asset, 0)
        note = f"   of which {format_coins(others, places)} are encumbered" if others else ""
        note += "" if proven - others >= owed else "   LESS THAN OWED"
        print(f"owed {format_coins(owed, places):>20}  proven {format_coins(proven, places):>20}  {asset}{note}")


def _encumbered(bundle: Bundle) -> dict[AssetId, int]:
    """Sum up what stands on customers' holdings by the list's own word."""
    found: dict[AssetId, int] = {}
    for row in bundle.reserves:
        for claim in row.holdings if row.role is Role.CUSTOMER else ():
            if claim.encumbrance is not None:
                found[claim.asset] = found.get(claim.asset, 0) + claim.encumbrance.amount
    return found


def _known(path: Path | None) -> Known:
    shipped = shipped_tables()
    if path is None:
        return Known(shipped.layouts, shipped.calls)
    own = load_document(path, toml.MAX_BYTES, tables_v1.read_tables)
    return Known((*own.layouts, *shipped.layouts), (*own.calls, *shipped.calls))


def _with_beacons(inputs: Inputs, args: argparse.Namespace, sources: Mapping[ChainId, Source]) -> Inputs:
    """Collect what beacon nodes prove, for the chains that were named for it."""
    stakes, light_client = {}, {}
    for chain in (block.chain for block in inputs.snapshot.blocks if block.chain in sources):
        source = sources[chain]
        holders = [row.account.address for row in inputs.accounts if own_stake(chain) in row.assets]
        header = snapshot_header(inputs.snapshot, source)
        light_client[chain] = collect_light_client(args, source, header)
        stakes[chain] = collect_stakes(args, header, chain, holders) if holders else {}
    return replace(inputs, stakes=stakes, light_client=light_client)


def _withheld(text: str | None, control: Mapping[str, bytes]) -> frozenset[str]:
    """Name the control proofs that are not published. Raises: FormatError for an account that has none."""
    if text is None:
        return frozenset()
    if text == "all":
        return frozenset(control)
    names = set()
    for number, line in enumerate(read_text(Path(text), MAX_WITHHELD).splitlines(), 1):
        try:
            name = f"{file_name(written_account(line))}.json"
        except FormatError as error:
            raise FormatError(error.reason, f"{text}:{number}") from error
        if name not in control:
            raise FormatError("no control proof was collected for this account", f"{text}:{number}")
        names.add(name)
    return frozenset(names)


def _anchoring_account(text: str | None) -> ChainAccount | None:
    try:
        return None if text is None else ChainAccount.parse(text)
    except FormatError as error:
        raise error.within("--anchored-by") from error


def _topics(declared: WrittenDeclarations) -> Iterator[str]:
    """Name what is declared, and how many of the documents are published."""
    for field in fields(declared.said):
        rows = getattr(declared.said, field.name)
        if field.name == "documents" and rows:
            yield f"{len(rows)} documents, {len(declared.published)} of them published"
        elif rows:
            yield field.name.replace("_", " ")


def _previous(path: Path | None) -> tuple[int, Digest] | None:
    if path is None:
        return None
    opened = open_bundle(path)
    return opened.bundle.sequence, opened.digest
