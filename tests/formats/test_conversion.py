"""A list becomes a bundle that says no more than the list: nothing dropped, nothing proven that is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import bundle_v1, published_signature_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.formats.coins import shipped_coins
from por.formats.conversion import Conversion, Standing, convert
from por.formats.conversion_report import (
    class_totals,
    contradicted,
    count_accounts,
    count_assets,
    reasons,
    report_value,
)
from por.formats.known import read_wallets
from por.model import Custody, EncumbranceKind, Instant, Role
from tests import published
from tests.published import MESSAGE, key, vrs

HTX = "coin,address,snapshot height,balance,message,signature"
OKX12 = (
    "coin,Type,Network,Snapshot Height,address,amount,message,signature1,signature2,redeem script/public key,EOA1,EOA2"
)
INSTANT = Instant.parse("2026-11-01T00:00:00Z")
DIGEST = published.evm_digests(MESSAGE)["eip191"]
ALICE, BOB = (key(name).public_key.to_address() for name in ("alice", "bob"))
GOOD = vrs(key("alice"), DIGEST)


def converted(*lines: str) -> Conversion:
    return convert(
        read_wallets("\n".join(lines).encode()), shipped_coins(), "exchange.example", INSTANT, lambda message: None
    )


def signed(coin: str, address: str, amount: str, signature: str = "-") -> str:
    return f"{coin},{address},1,{amount},{MESSAGE},{signature}"


def test_a_list_becomes_a_bundle_that_is_read() -> None:
    found = converted(
        HTX, signed("ETH", ALICE, "1.5", GOOD), signed("USDT-ETH", ALICE, "2"), signed("BTC", "1abc", "3")
    )
    bundle = bundle_v1.read(bundle_v1.write(found.bundle))
    assert bundle == found.bundle
    assert (bundle.issuer, bundle.instant, bundle.blocks, bundle.liabilities) == ("exchange.example", INSTANT, (), ())
    assert [str(row.account) for row in bundle.reserves] == [
        f"eip155:1:{ALICE}",
        "bip122:000000000019d6689c085ae165831e93:1abc",
    ]
    assert [[holding.amount for holding in row.holdings] for row in bundle.reserves] == [
        [2_000_000, 15 * 10**17],
        [3 * 10**8],
    ]
    assert {(row.role, row.custody) for row in bundle.reserves} == {(Role.CUSTOMER, Custody.HOT)}
    assert bundle.reserves[1].control is None


def test_the_evidence_is_what_the_list_published() -> None:
    found = converted(HTX, signed("ETH", ALICE.upper().replace("0X", "0x"), "1.5", GOOD))
    control = found.bundle.reserves[0].control
    assert control is not None
    (entry,) = found.bundle.evidence
    data = found.files[control]
    assert (entry.digest, entry.size) == (digest_of(data), len(data))
    document = published_signature_v1.read(data)
    assert (document.message, document.signatures, document.scheme) == (MESSAGE, (GOOD,), "evm")
    assert str(document.account) == f"eip155:1:{ALICE}"


def test_t49_rows_stand_by_what_their_signature_shows() -> None:
    found = converted(
        HTX,
        signed("ETH", ALICE, "1", GOOD),
        signed("ETH", BOB, "2", GOOD),
        signed("ETH", "0x" + "11" * 20, "4"),
        signed("NEWCOIN", "xyz", "8", "abc"),
    )
    valid, invalid, unsupported, unsigned = Standing
    assert [wallet.standing for wallet in found.wallets] == [valid, invalid, unsigned, unsupported]
    ether = next(count for count in count_assets(found.wallets) if count.asset.native)
    assert (ether.proven, ether.unproven) == (10**18, 6 * 10**18)
    assert reasons(found.wallets, Standing.INVALID)[0][0] == "line 3"
    assert "not read" in reasons(found.wallets, Standing.UNSUPPORTED)[0][1]


def test_t46_the_same_coins_twice_stay_twice_and_count_once() -> None:
    found = converted(HTX, signed("ETH", ALICE, "1", GOOD), signed("ETH", ALICE.upper().replace("0X", "0x"), "1", GOOD))
    assert [row.account for row in found.bundle.reserves] == [found.bundle.reserves[0].account] * 2
    assert [wallet.again for wallet in found.wallets] == [False, True]
    (count,) = count_assets(found.wallets)
    assert (count.rows, count.repeated, count.proven) == (2, 1, 10**18)


@pytest.mark.parametrize(
    ("stated", "rows"),
    [("3", None), ("3.0", None), ("2.9", "3.00000001"), ("3.00000001", None), ("3.00000002", "3.00000001")],
)
def test_the_lists_own_sum_is_compared_with_its_rows_to_the_digits_shown(stated: str, rows: str | None) -> None:
    summary = ("coin,snapshot height,amount", f"BTC,1,{stated}", "BTC(ALL),-,9", "", HTX)
    found = converted(*summary, signed("BTC", "1abc", "1"), signed("BTC", "1abd", "2.00000001"))
    told = [(item.place, item.coin, item.amount, sum_of_rows) for item, sum_of_rows in contradicted(found)]
    assert told == ([] if rows is None else [("line 2", "BTC", stated, rows)])
    assert [row["stated"] for row in report_value(found)["summary"]] == [item[2] for item in told]  # type: ignore[attr-defined]


@pytest.mark.parametrize("row", ["BTC,1", "BTC,1,2,3", "BT\x00C,1,2", "BTC,1,2\u202e"])
def test_t93_a_summary_that_is_none_is_refused_with_its_line(row: str) -> None:
    with pytest.raises(FormatError, match="line 2"):
        converted("coin,snapshot height,amount", row, HTX, signed("BTC", "1abc", "1"))


def test_t46_an_account_that_is_listed_twice_is_counted_once() -> None:
    found = converted(HTX, signed("ETH", ALICE, "1", GOOD), signed("ETH", ALICE, "1", GOOD))
    assert (len(found.bundle.reserves), count_accounts(found), report_value(found)["accounts"]) == (2, 1, 1)


def test_t46_repeated_rows_without_an_amount_stay_twice_too() -> None:
    found = converted(HTX, signed("ETH", ALICE, "-", GOOD), signed("ETH", ALICE, "-", GOOD))
    assert len(found.bundle.reserves) == 2
    assert all(row.holdings == () for row in found.bundle.reserves)
    (count,) = count_assets(found.wallets)
    assert (count.without_amount, count.repeated, count.proven) == (2, 1, 0)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_bad_signature_is_never_left_out_for_a_good_one(order: tuple[int, int]) -> None:
    rows = [signed("ETH", ALICE, "1", GOOD), signed("USDT-ETH", ALICE, "1", vrs(key("bob"), DIGEST))]
    found = converted(HTX, *(rows[i] for i in order))
    (account,) = found.bundle.reserves
    assert account.control is not None
    assert published_signature_v1.read(found.files[account.control]).signatures == (vrs(key("bob"), DIGEST),)


def test_t50_what_others_keep_is_a_class_of_its_own() -> None:
    validator = "0x" + "ab" * 48
    found = converted(
        OKX12,
        f"ETH,Non Staking,ETH,1,{ALICE},1,{MESSAGE},{GOOD},,,,",
        f"ETH,Native ETH Staking,ETH,1,{validator},32,{MESSAGE},{GOOD},,,{ALICE},",
        f"ETH,Custodian,ETH,1,{BOB},2,{MESSAGE},,,,,",
    )
    kept = [(row.custody, [holding.encumbrance for holding in row.holdings]) for row in found.bundle.reserves]
    assert [custody for custody, _ in kept] == [Custody.HOT, Custody.THIRD_PARTY, Custody.THIRD_PARTY]
    staked = kept[1][1][0]
    assert staked is not None
    assert (staked.kind, staked.amount) == (EncumbranceKind.STAKED, 32 * 10**18)
    assert kept[0][1] == kept[2][1] == [None]
    assert str(found.bundle.reserves[1].account) == f"listed:ETH:{validator}"
    assert found.wallets[1].standing is Standing.UNSUPPORTED


def test_t47_a_contracts_owners_do_not_make_its_coins_proven() -> None:
    contract = "0x" + "c0" * 20
    found = converted(
        OKX12,
        f"ETH,Non Staking,ETH,1,{contract},5,{MESSAGE},{GOOD},{vrs(key('bob'), DIGEST)},,{ALICE},{BOB}",
    )
    assert found.wallets[0].standing is Standing.UNSUPPORTED
    (count,) = count_assets(found.wallets)
    assert (count.proven, count.unproven) == (0, 5 * 10**18)


def test_t43_one_signature_of_two_months_is_found_again() -> None:
    old = converted(HTX, signed("ETH", ALICE, "1", GOOD))
    new = converted(HTX, signed("ETH", ALICE, "2", vrs(key("alice"), DIGEST, high=True)))
    signatures = [published_signature_v1.read(data).signature for each in (old, new) for data in each.files.values()]
    assert signatures[0] == signatures[1]


def test_totals_of_a_class_are_exact_over_its_members_decimals() -> None:
    found = converted(
        HTX, signed("USDT-ETH", ALICE, "0.000001", GOOD), signed("USDT-BEP20", ALICE, "0.000000000000000002", GOOD)
    )
    classes = {count.asset: "USDT" for count in count_assets(found.wallets)}
    assert class_totals(count_assets(found.wallets), classes) == (("USDT", "0.000001000000000002", "0"),)
    assert class_totals(count_assets(found.wallets), {}) == ()


def test_the_report_counts_every_row() -> None:
    value = report_value(
        converted(HTX, signed("ETH", ALICE, "1", GOOD), signed("XRP", "rabc", "2"), signed("ETH", BOB, "1", GOOD))
    )
    assert (value["rows"], value["valid"], value["unsigned"], value["invalid"]) == (3, 1, 1, 1)
    assert value["findings"] == [
        {"place": "line 4", "standing": "invalid", "reason": value["findings"][0]["reason"]}  # type: ignore[index]
    ]


@pytest.mark.parametrize(
    "row", [signed("ETH", ALICE, "1.0000000000000000001"), signed("BTC", "1abc", "x"), "ü,1abc,1,1,-,-"]
)
def test_what_cannot_be_written_exactly_is_refused_with_its_line(row: str) -> None:
    with pytest.raises(FormatError, match="line 2"):
        converted(HTX, row)


ROWS = st.lists(
    st.builds(
        signed,
        st.sampled_from(["ETH", "USDT-ETH", "BTC", "TRX", "XYZ", "DOGE"]),
        st.sampled_from([ALICE, BOB, "1abc", "Tabc", "0x" + "22" * 48]),
        st.sampled_from(["-", "0", "1", "1.5", "100.25"]),
        st.sampled_from(["-", GOOD, "0x00", "AAAA"]),
    ),
    min_size=1,
    max_size=12,
)


@given(rows=ROWS)
def test_t49_every_row_is_counted_and_no_other_signature_is_valid(rows: list[str]) -> None:
    found = converted(HTX, *rows)
    assert len(found.wallets) == len(rows) == sum(count.rows for count in count_assets(found.wallets))
    amounts = sum(len(row.holdings) for row in found.bundle.reserves)
    assert amounts == sum(wallet.placed.units is not None for wallet in found.wallets)
    for wallet in found.wallets:
        good = wallet.placed.row.signatures == (GOOD,) and str(wallet.placed.account) == f"eip155:1:{ALICE}"
        assert (wallet.standing is Standing.VALID) == good
