"""Run `por verify-inclusion`: the customer's command."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from por.checks.evidence import load_document, open_bundle, read_text
from por.checks.inclusion import Customer, verify_inclusion
from por.checks.pins import Pins
from por.checks.policy import load_policy, shipped_tables
from por.cli.identity import add_identity_options, given_identity
from por.cli.output import add_verdict_options, clock, put_verdict
from por.cli.published_options import add_published_options, documents, refuse_published_options
from por.cli.sources import add_registry_options, add_source_options, opened_sources, registry_pin
from por.encoding import inclusion_proof_v1
from por.encoding.reader import read_hex
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.model import (
    ChainId,
    ChainRule,
    Expectation,
    InclusionProof,
    Instant,
    Source,
    parse_coins,
    segment_name,
)
from por.report.language import Translator
from por.report.templates import LABELS

EXAMPLE = "por verify-inclusion proof.json --policy policy.toml --account alice@example.com --holding ETH=1.5"

MINE_MAX = 1_000_000


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "proofs", metavar="PROOF", nargs="+", type=Path, help="inclusion proof from the issuer or exchange"
    )
    parser.add_argument("--policy", metavar="FILE", type=Path, help="what you trust: the issuer's keys; see por policy")
    parser.add_argument("--bundle", metavar="BUNDLE", type=Path, help="the issuer's bundle, to compare with")
    parser.add_argument("--root", metavar="HEX", action="append", default=[], help="a root you have from elsewhere")
    add_registry_options(parser)
    add_source_options(parser)
    add_identity_options(parser)
    parser.add_argument("--account", metavar="ID", help="your account id with the issuer; asked for when not given")
    parser.add_argument(
        "--holding",
        metavar="[SEGMENT/]ASSET=AMOUNT",
        action="append",
        default=[],
        help="what is yours, in whole coins; repeat for each asset; without SEGMENT over all segments but debts",
    )
    parser.add_argument("--mine", metavar="FILE", help="read id and holdings from FILE or - : one line each, id first")
    parser.add_argument("--assets", metavar="FILE", type=Path, help="more asset symbols, a TOML table")
    add_published_options(parser)
    add_verdict_options(parser)


def run(args: argparse.Namespace) -> int:
    """Verify and return the verdict's exit status."""
    published = documents(args.proofs)
    if published is not None:
        # A customer of ours does without the formats of others.
        from por.cli.verify_published import run_published  # noqa: PLC0415

        account, holdings = _given(args, needs_id=False)
        return run_published(args, published, account, holdings)
    refuse_published_options(args)
    proofs = [_read(path) for path in args.proofs]
    policy = load_policy(args.policy) if args.policy else None
    pins = Pins(
        policy=policy,
        bundle=open_bundle(args.bundle) if args.bundle else None,
        roots=tuple(_root(text) for text in args.root),
        registry=registry_pin(args),
        identity=given_identity(args, policy),
    )
    customer = _customer(args)
    verdict = verify_inclusion(proofs, customer, _with_view(args, pins, proofs[0].instant), now=clock(args))
    return put_verdict(verdict, args)


def _with_view(args: argparse.Namespace, pins: Pins, instant: Instant) -> Pins:
    """Ask about the registry, where there is one and somebody to ask."""
    pin, policy = pins.pinned_registry, pins.policy
    if pins.registry is not None and policy is not None and policy.registry is not None:
        raise FormatError("the policy names a registry already; leave this out", "--registry")
    if not (args.source or args.replay):
        return pins
    if pin is None:
        raise FormatError("sources are asked about a registry alone here; name one", "--registry, --policy")
    # A customer who asks nobody does without the libraries that read answers.
    from por.checks.registry_reading import read_registry, reread_registry  # noqa: PLC0415

    with opened_sources(args, policy) as sources:
        source = sources.by_chain.get(pin.contract.chain)
        rules = policy.chains if policy else _as_many_as(source)
        recordings = policy.recordings if policy else ()
        registries = (policy or shipped_tables()).registries
        view = reread_registry(read_registry(pin, sources, rules, recordings, registries, instant), sources)
    return replace(pins, view=view)


def _as_many_as(source: Source | None) -> Mapping[ChainId, ChainRule]:
    """Ask for as many sources as were given: whoever has no policy decides that on the command line."""
    return {} if source is None else {source.chain: ChainRule(source.chain, len(source.names), None)}


def _read(path: Path) -> InclusionProof:
    return load_document(path, inclusion_proof_v1.MAX_BYTES, inclusion_proof_v1.read)


def _root(text: str) -> bytes:
    try:
        return read_hex(text.removeprefix("0x"), 32, 32)
    except FormatError as error:
        raise error.within("--root") from error


def _customer(args: argparse.Namespace) -> Customer:
    account, holdings = _given(args)
    table = AssetTable.load(args.assets)
    return Customer(account, tuple(_expectation(text, table) for text in holdings))


def _given(args: argparse.Namespace, *, needs_id: bool = True) -> tuple[str | None, list[str]]:
    account, holdings = args.account, list(args.holding)
    if args.mine is not None:
        if account is not None or holdings:
            raise FormatError("it holds id and amounts; leave out --account and --holding", "--mine")
        account, holdings = _from_file(args.mine)
    elif account is None and sys.stdin.isatty():
        account, holdings = _asked(holdings, needs_id, args.lang)
    return account, holdings


def _from_file(name: str) -> tuple[str, list[str]]:
    text = sys.stdin.read(MINE_MAX + 1) if name == "-" else read_text(Path(name), MINE_MAX)
    if len(text) > MINE_MAX:
        raise FormatError(f"more than {MINE_MAX} characters", f"--mine {name}")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise FormatError("no account id in it", f"--mine {name}")
    return lines[0], lines[1:]


def _asked(holdings: list[str], needs_id: bool, say: Translator) -> tuple[str | None, list[str]]:
    account = _answer(say.pgettext("ask.account", LABELS["ask.account"]))
    if not account and needs_id:
        raise FormatError("no account id", "--account")
    while not holdings or holdings[-1]:
        holdings.append(_answer(say.pgettext("ask.holding", LABELS["ask.holding"])).strip())
    return account or None, [line for line in holdings if line]


def _answer(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().rstrip("\n")


def _expectation(text: str, table: AssetTable) -> Expectation:
    left, equals, coins = text.rpartition("=")
    head, slash, rest = left.partition("/")
    # An asset id has a colon on both sides of its slash; a segment such as debt:margin stands before a symbol or an id.
    named = slash and (":" not in head or ":" not in rest or "/" in rest)
    segment, asset = (head, rest) if named else (None, left)
    try:
        if not equals:
            raise FormatError("not ASSET=AMOUNT, such as ETH=1.5")
        row = table.resolve(asset)
        parse_coins(coins, row.decimals)
        name = segment_name(segment) if segment is not None else None
        return Expectation(name, row.asset, coins, asset, row.decimals)
    except FormatError as error:
        raise FormatError(error.reason, f"--holding {text}") from error
