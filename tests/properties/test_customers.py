"""For any small ledger: every customer's proof verifies, and no single change of it does."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from por.checks.inclusion import Customer, verify_inclusion
from por.checks.pins import Pins
from por.checks.policy import shipped_tables
from por.encoding import canonical, inclusion_proof_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.issuer.commit import commit
from por.issuer.prove import prove
from por.issuer.store import ProofStore
from por.model import CaseRule, Digest, Expectation, Instant, Policy, format_coins
from por.proofs.signed_note import bundle_note_text, sign, verifier_key

ISSUER = "exchange.example"
INSTANT = Instant.parse("2026-11-01T00:00:00Z")
SNAPSHOT = f"{ISSUER}@{INSTANT}"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TABLE = AssetTable.load()
DECIMALS = {symbol: TABLE.resolve(symbol).decimals for symbol in ("ETH", "BTC", "USDC")}
SEGMENTS = ("spot", "margin", "via:broker-7", "debt:margin")
POLICY = Policy(
    profile="auditor",
    issuer=ISSUER,
    keys=(str(verifier_key(ISSUER, KEY)),),
    bundles=(),
    roots=(),
    recordings=(),
    max_age=86_400,
    max_skew=60,
    ratio=Fraction(1),
    chains={},
    classes=shipped_tables().classes,
    layouts=(),
    own_assets=frozenset(),
    registry=None,
    registries=(),
    committees=(),
    accepted_policies=(),
    require=(),
    waivers=(),
    digest=Digest(bytes(32)),
)
# Bound by nothing, and used for nothing that a customer is told (docstring of `unbound`).
UNBOUND = ("count", "part")
# Each example is some ten files.
FEWER = settings(max_examples=max(20, settings().max_examples // 3))

Row = tuple[int, str, str, int]
Step = str | int


@pytest.fixture(scope="module", autouse=True)
def in_a_hurry() -> Iterator[None]:
    """Leave it to the system when to write to the disk: nothing here outlives the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[Row, ...]:
    """Draw rows of customer number, segment, symbol, base units: one for each customer, segment and asset."""
    keys = st.tuples(st.integers(0, 5), st.sampled_from(SEGMENTS), st.sampled_from(sorted(DECIMALS)))
    rows = draw(st.lists(keys, min_size=1, max_size=10, unique=True))
    return tuple((*row, draw(st.integers(1, 10**24))) for row in rows)


@dataclass(frozen=True)
class Handed:
    """What one customer knows, and was handed."""

    account: str
    rows: tuple[Row, ...]
    document: bytes

    @property
    def customer(self) -> Customer:
        return Customer(self.account, tuple(map(_expected, self.rows)))


def _expected(row: Row) -> Expectation:
    _, segment, symbol, units = row
    asset = TABLE.resolve(symbol)
    return Expectation(segment, asset.asset, format_coins(units, asset.decimals), symbol, asset.decimals)


def account_of(number: int) -> str:
    """Name a customer with a capital letter, so that the case rule counts."""
    return f"Customer-{number}@Example.com"


def handed_out(rows: tuple[Row, ...], split: int, depth: int | None) -> Iterator[Handed]:
    """Commit to a ledger, sign, and hand every customer their proof."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "ledger.csv"
        lines = [
            f"{account_of(n)},{segment},{symbol},{format_coins(u, DECIMALS[symbol])}" for n, segment, symbol, u in rows
        ]
        ledger.write_text("\n".join(["account_id,segment,asset,amount", *lines]) + "\n")
        made = commit(
            ledger,
            Path(folder) / "snapshot",
            issuer=ISSUER,
            instant=INSTANT,
            case_rule=CaseRule.LOWER,
            master_key=bytes(range(32)),
            assets=TABLE,
            depth=depth,
            split=split,
            progress=lambda _: None,
        )
        text = bundle_note_text(
            ISSUER, SNAPSHOT, digest_of(b"the bundle"), made.commitments.commitments_root, CaseRule.LOWER
        )
        note = sign(text, ISSUER, KEY)
        with ProofStore.open(Path(folder) / "snapshot" / "store") as store:
            for number in sorted({row[0] for row in rows}):
                account = account_of(number)
                document = inclusion_proof_v1.write(prove(store, account, note))
                yield Handed(account, tuple(row for row in rows if row[0] == number), document)


def passes(document: bytes, customer: Customer) -> bool:
    """Verify as `por verify-inclusion --policy` does; a document that is refused does not pass."""
    try:
        proof = inclusion_proof_v1.read(document)
        verdict = verify_inclusion([proof], customer, Pins(policy=POLICY), now=Instant(INSTANT.seconds + 60))
    except FormatError:
        return False
    return verdict.exit_code == 0


@FEWER
@given(ledgers(), st.integers(1, 3), st.sampled_from([None, 3, 6]))
def test_every_customer_of_any_ledger_verifies(rows: tuple[Row, ...], split: int, depth: int | None) -> None:
    for handed in handed_out(rows, split, depth):
        assert passes(handed.document, handed.customer)


@FEWER
@given(ledgers(), st.data())
def test_t14_no_proof_passes_for_another_customer_or_amount(rows: tuple[Row, ...], data: st.DataObject) -> None:
    everybody = list(handed_out(rows, 1, None))
    handed = data.draw(st.sampled_from(everybody))
    for other in everybody:
        if other is not handed:
            assert not passes(other.document, handed.customer)
            assert not passes(other.document, replace(handed.customer, expected=other.customer.expected))
            assert not passes(handed.document, Customer(handed.account, other.customer.expected)) or (
                set(other.customer.expected) <= set(handed.customer.expected)
            )
    number, segment, symbol, units = handed.rows[0]
    wrong = data.draw(st.integers(1, 2 * units).filter(lambda other: other != units))
    altered = ((number, segment, symbol, wrong), *handed.rows[1:])
    assert not passes(handed.document, Customer(handed.account, tuple(map(_expected, altered))))


@FEWER
@given(ledgers(), st.integers(1, 2), st.data())
def test_t16_no_single_change_of_a_proof_passes(rows: tuple[Row, ...], split: int, data: st.DataObject) -> None:
    handed = data.draw(st.sampled_from(list(handed_out(rows, split, None))))
    value = json.loads(handed.document)
    for _ in range(10):
        place = data.draw(st.sampled_from(sorted(places(value), key=str)))
        changed = json.loads(handed.document)
        change(changed, place, data)
        document = canonical.dumps(changed)
        assume(document != handed.document)
        if not unbound(place):
            assert not passes(document, handed.customer), place


@FEWER
@given(ledgers(), st.data())
def test_t86_no_single_byte_of_a_proof_may_differ(rows: tuple[Row, ...], data: st.DataObject) -> None:
    handed = data.draw(st.sampled_from(list(handed_out(rows, 1, None))))
    document = handed.document
    spared = [span for name in UNBOUND for span in _digits(document, name)]
    for _ in range(20):
        position = data.draw(st.integers(0, len(document) - 1))
        assume(not any(start <= position < end for start, end in spared))
        bit = 1 << data.draw(st.integers(0, 7))
        flipped = document[:position] + bytes([document[position] ^ bit]) + document[position + 1 :]
        assert not passes(flipped, handed.customer), position


def test_the_case_rule_is_not_the_files_to_change() -> None:
    (handed,) = handed_out(((1, "spot", "ETH", 7),), 1, None)
    assert not passes(handed.document.replace(b'"caseRule":"lower"', b'"caseRule":"exact"'), handed.customer)


def unbound(place: tuple[Step, ...]) -> bool:
    """Tell whether a place holds a number that no hash binds.

    An RFC 6962 root does not say of how many leaves it is, so two counts may give one path; a part's number is inside
    the record key, which a verifier without the account key cannot open. Neither is told to the customer.
    """
    return place[-1] in UNBOUND


def places(value: Any, here: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    if here:
        yield here
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from places(member, (*here, name))


def change(document: Any, place: tuple[Step, ...], data: st.DataObject) -> None:
    """Change, drop or double what stands at a place."""
    holder = document
    for step in place[:-1]:
        holder = holder[step]
    last: Any = place[-1]
    old = holder[last]
    kinds = ["drop", "null"]
    kinds += ["double"] if isinstance(holder, list) else ["rename"]
    kinds += ["number"] if isinstance(old, int) else ["text"] if isinstance(old, str) else []
    match data.draw(st.sampled_from(kinds)):
        case "drop":
            del holder[last]
        case "null":
            holder[last] = None
        case "double":
            holder.insert(last, old)
        case "rename":
            holder[f"{last}x"] = holder.pop(last)
        case "number":
            holder[last] = data.draw(st.sampled_from([old + 1, old - 1, old * 2, 0, 1, str(old)]))
        case _:
            holder[last] = data.draw(st.one_of(retyped(old), st.sampled_from(["", "0", old + "0", old[1:], old[:-1]])))


@st.composite
def retyped(draw: st.DrawFn, old: str) -> str:
    """Type one character of a text anew."""
    if not old:
        return draw(st.sampled_from("0a"))
    position = draw(st.integers(0, len(old) - 1))
    return old[:position] + draw(st.sampled_from("0123456789abcdefxs:/-.\n AZ=+")) + old[position + 1 :]


def _digits(document: bytes, name: str) -> Iterator[tuple[int, int]]:
    """Find where the numbers of a member stand."""
    label, start = f'"{name}":'.encode(), 0
    while (found := document.find(label, start)) >= 0:
        start = end = found + len(label)
        while document[end : end + 1].isdigit():
            end += 1
        yield start, end
