"""A sample is drawn from what the bundle commits to, or from nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from por.checks.populations import accounts, customers
from por.errors import EvidenceError, FormatError
from por.model import AssetId
from por.model.record import LedgerRecord
from por.model.sample import Population
from tests.checks import scenery as s
from tests.checks.scenery import ETH, USDC, bundle, ledger_records, quiet


def of(records: list[LedgerRecord], asset: AssetId | None = None) -> Population:
    return customers(bundle(), records, asset, quiet)


def test_every_customer_is_there_once() -> None:
    assert of(ledger_records()) == Population("customers", None, (("alice", 1), ("bob", 1), ("carol", 1)))


def test_amounts_are_summed_over_segments_and_debts_left_out() -> None:
    eth = (("alice", 65 * 10**18), ("bob", 25 * 10**18), ("carol", 10 * 10**18))
    assert of(ledger_records(), ETH) == Population("customers", str(ETH), eth)
    assert of(ledger_records(), USDC).items == (("alice", 700 * 10**6), ("carol", 300 * 10**6))


def lies() -> dict[str, list[LedgerRecord]]:
    rows = ledger_records()
    stranger = replace(rows[-1], segment="zzz")
    return {
        "a customer left out": rows[1:],
        "the last left out": rows[:-1],
        "an amount": [replace(rows[0], amount=rows[0].amount + 1), *rows[1:]],
        "another name": [replace(rows[0], account_id="mallory"), *rows[1:]],
        "a tree left out": [row for row in rows if row.asset == ETH],
        "out of order": rows[::-1],
        "one twice": [rows[0], *rows],
        "a stranger's tree": [*rows, stranger],
        "nothing": [],
    }


@pytest.mark.parametrize("lie", lies())
def test_t19_t23_another_list_is_not_drawn_from(lie: str) -> None:
    with pytest.raises(EvidenceError, match="record list"):
        of(lies()[lie])


def test_nobody_is_drawn_by_an_asset_that_nobody_is_owed() -> None:
    with pytest.raises(FormatError) as refused:
        of(ledger_records(), AssetId.parse("eip155:10/slip44:60"))
    assert refused.value.place == "--by-amount"


def test_accounts_stand_by_name_each_once() -> None:
    found = accounts(bundle(), None)
    assert found.of == "accounts"
    assert [name for name, _ in found.items] == sorted(str(s.account(name)) for name in s.ACCOUNTS)
    twice = bundle(reserves=(*bundle().reserves, bundle().reserves[0]))
    assert accounts(twice, None).items == found.items


def test_accounts_weigh_what_they_are_said_to_hold() -> None:
    found = dict(accounts(bundle(), ETH).items)
    assert found == {str(s.account(name)): units for name, units in s.COINS.items()}
    emptied = s.with_claim("cold", ETH, amount=0)
    assert str(s.account("cold")) not in dict(accounts(emptied, ETH).items)


@pytest.mark.parametrize("asset", [None, AssetId.parse("eip155:10/slip44:60")])
def test_where_there_is_no_account_nothing_is_drawn(asset: AssetId | None) -> None:
    made = bundle(reserves=()) if asset is None else bundle()
    with pytest.raises(FormatError):
        accounts(made, asset)
