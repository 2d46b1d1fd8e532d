from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.issuer.ledger import LedgerRow, read_ledger
from por.model import CaseRule
from tests.issuer import ledgers

ASSETS = AssetTable.load()
UNKNOWN = f"eip155:10/erc20:0x{'99' * 20}"


def read(folder: Path, text: str | bytes, rule: CaseRule = CaseRule.EXACT) -> list[LedgerRow]:
    path = folder / "ledger.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_ledger(path, ASSETS, rule))


def refusal(folder: Path, text: str | bytes, rule: CaseRule = CaseRule.EXACT) -> str:
    with pytest.raises(FormatError) as caught:
        read(folder, text, rule)
    return str(caught.value)


def row(text: str) -> str:
    return f"{ledgers.HEADER}\n{text}\n"


def test_rows_are_read_in_base_units(tmp_path: Path) -> None:
    found = read(tmp_path, row("alice,spot,ETH,1.5\nbob,debt:margin,USDC,0\nalice,spot,BTC,0.00000001"))
    assert [(r.account, r.tree.ref, r.amount) for r in found] == [
        (b"alice", "spot/eip155:1/slip44:60", 15 * 10**17),
        (b"bob", "debt:margin/eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", 0),
        (b"alice", "spot/bip122:000000000019d6689c085ae165831e93/slip44:0", 1),
    ]


def test_the_decimals_of_an_evm_chains_own_coin_need_no_row(tmp_path: Path) -> None:
    assert [r.amount for r in read(tmp_path, row("alice,spot,eip155:10/slip44:60,1"))] == [10**18]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_and_both_line_ends_are_read(tmp_path: Path, start: bytes, end: str) -> None:
    text = start + f"{ledgers.HEADER}\r\nalice,spot,ETH,1{end}".encode()
    assert [r.account for r in read(tmp_path, text)] == [b"alice"]


def test_quoted_fields_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, row('"a,""b""","spot","ETH","1"'))
    assert found[0].account == b'a,"b"'


def test_a_symbol_and_its_id_are_one_asset(tmp_path: Path) -> None:
    told = refusal(tmp_path, row("alice,spot,ETH,1\nalice,spot,eip155:1/slip44:60,1"))
    assert told == "ledger.csv:3: the same account, segment and asset as line 2; sum such rows first"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("alice,spot,ETH", "ledger.csv:2: 3 fields; expected 4"),
        ("alice,spot,ETH,1,", "ledger.csv:2: 5 fields; expected 4"),
        ("alice;spot;ETH;1", "ledger.csv:2: 1 fields; expected 4"),
        ("", "ledger.csv:2: an empty line"),
        ("alice,spot,ETH,1\n\n", "ledger.csv:3: an empty line"),
        (",spot,ETH,1", "ledger.csv:2 column account_id: "),
        ("a" * 256 + ",spot,ETH,1", "ledger.csv:2 column account_id: "),
        ("al\0ice,spot,ETH,1", "ledger.csv:2 column account_id: "),
        ("al\x1b[31mice,spot,ETH,1", "ledger.csv:2 column account_id: "),
        ("al\u202eice,spot,ETH,1", "ledger.csv:2 column account_id: "),
        ("alice,,ETH,1", "ledger.csv:2 column segment: not a segment such as spot"),
        ("alice,Spot,ETH,1", "ledger.csv:2 column segment: not a segment such as spot"),
        ("alice,spot ,ETH,1", "ledger.csv:2 column segment: not a segment such as spot"),
        ("alice,debt:,ETH,1", "ledger.csv:2 column segment: not a segment such as spot"),
        ("alice,spot,eth,1", "ledger.csv:2 column asset: not in the table of assets, which writes ETH"),
        ("alice,spot,DOGE,1", "ledger.csv:2 column asset: a symbol that is not in the table of assets; add it"),
        ("alice,spot,,1", "ledger.csv:2 column asset: a symbol that is not in the table of assets; add it"),
        (f"alice,spot,{UNKNOWN},1", f"column asset: the decimals of {UNKNOWN} are not known"),
        ("alice,spot,eip155:01/slip44:60,1", "ledger.csv:2 column asset: the reference of an eip155 chain"),
        ("alice,spot,ETH,", "ledger.csv:2 column amount: not an exact decimal amount"),
        ("alice,spot,ETH,0.1234567890123456789", "ledger.csv:2 column amount: 19 digits after the point"),
        ("alice,spot,ETH,340282366920938463464", "ledger.csv:2 column amount: an amount must be below 2^128"),
        ('al"ice,spot,ETH,1', "ledger.csv:2: a quote that is out of place, or not closed on its line"),
        ('"alice,spot,ETH,1', "ledger.csv:2: a quote that is out of place, or not closed on its line"),
        ('"alice"x,spot,ETH,1', "ledger.csv:2: a quote that is out of place, or not closed on its line"),
        ('"al\nice",spot,ETH,1', "ledger.csv:2: a quote that is out of place, or not closed on its line"),
        ("alice,spot,ETH,1\rbob,spot,ETH,1", "ledger.csv:2: a line end inside the line"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(tmp_path: Path, text: str, told: str) -> None:
    assert told in refusal(tmp_path, row(text))


@pytest.mark.parametrize("amount", ["-1", "-0", "-0.5"])
def test_t03_a_negative_amount_is_refused_with_the_way_to_write_debts(tmp_path: Path, amount: str) -> None:
    told = refusal(tmp_path, row(f"alice,spot,ETH,{amount}"))
    assert told.startswith("ledger.csv:2 column amount: a negative amount")
    assert "debt:margin" in told


@pytest.mark.parametrize("amount", ["+1", "1e3", "0x10", "1.", ".5", "01", " 1", "1 ", "--1", "1/2", "½"])
def test_t03_signs_and_loose_numbers_are_refused(tmp_path: Path, amount: str) -> None:
    assert "ledger.csv:2 column amount: " in refusal(tmp_path, row(f"alice,spot,ETH,{amount}"))


def test_t22_amounts_beyond_binary_fractions_are_exact(tmp_path: Path) -> None:
    text = "a,spot,ETH,0.1\nb,spot,ETH,0.2\nc,spot,ETH,9007199254740993.000000000000000001"
    found = read(tmp_path, row(text))
    assert [r.amount for r in found] == [10**17, 2 * 10**17, 9007199254740993 * 10**18 + 1]


@pytest.mark.parametrize("amount", ["1e2000000", "1E9", "1" * 3_000])
def test_t84_an_exponent_or_a_giant_number_is_refused_at_once(tmp_path: Path, amount: str) -> None:
    assert "column amount: not an exact decimal amount" in refusal(tmp_path, row(f"alice,spot,ETH,{amount}"))


def test_t84_a_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    told = refusal(tmp_path, row("alice,spot,ETH," + "1" * 10**6))
    assert told == "ledger.csv:2: a line of more than 4096 bytes; reading stopped here"


@pytest.mark.parametrize("amount", ["１", "٣", "1_000", "NaN", "Infinity", "1\u200b", "−1"])
def test_t86_what_python_would_call_a_number_is_refused(tmp_path: Path, amount: str) -> None:
    assert "column amount: not an exact decimal amount" in refusal(tmp_path, row(f"alice,spot,ETH,{amount}"))


@pytest.mark.parametrize("amount", ['"1.234,5"', '"1,5"', "1.234.5", "1'000", "1 000"])
def test_t92_no_locale_writes_amounts(tmp_path: Path, amount: str) -> None:
    assert "column amount: not an exact decimal amount" in refusal(tmp_path, row(f"alice,spot,ETH,{amount}"))


@pytest.mark.parametrize("account", ["=cmd|' /C calc'!A0", "+819012345678", "-7", "@handle"])
def test_t94_an_id_that_a_spreadsheet_would_run_is_plain_data(tmp_path: Path, account: str) -> None:
    assert read(tmp_path, row(f"{account},spot,ETH,1"))[0].account == account.encode()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "ledger.csv: an empty file"),
        (ledgers.HEADER, "ledger.csv: no row after the header: nothing to commit to"),
        (ledgers.HEADER + "\n", "ledger.csv: no row after the header: nothing to commit to"),
        ("alice,spot,ETH,1\n", "ledger.csv:1: the first line must be exactly account_id,segment,asset,amount"),
        ("account_id,asset,segment,amount\na,ETH,spot,1\n", "ledger.csv:1: the first line must be exactly"),
        ("account_id;segment;asset;amount\n", "ledger.csv:1: the first line must be exactly"),
        ("Account_ID,Segment,Asset,Amount\n", "ledger.csv:1: the first line must be exactly"),
        ("\ufeff\ufeff" + ledgers.HEADER + "\n", "ledger.csv:1: the first line must be exactly"),
        ((ledgers.HEADER + "\n").encode("utf-16"), "ledger.csv:1: the first line must be exactly"),
        (b"\0" * 10_000, "ledger.csv:1: the first line must be exactly"),
    ],
)
def test_t68_a_file_without_rows_or_header_is_refused(tmp_path: Path, text: str | bytes, told: str) -> None:
    assert refusal(tmp_path, text).startswith(told)


def test_bytes_that_are_not_utf_8_are_placed(tmp_path: Path) -> None:
    told = refusal(tmp_path, row("alice,spot,ETH,1").encode() + b"b\xff,spot,ETH,1\n")
    assert told == "ledger.csv:3: not UTF-8 at byte 1 of the line"


@pytest.mark.parametrize("missing", ["nowhere.csv", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, missing: str) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        list(read_ledger(tmp_path / missing, ASSETS, CaseRule.EXACT))


def test_a_duplicate_names_both_lines(tmp_path: Path) -> None:
    told = refusal(tmp_path, row("a,spot,ETH,1\nb,spot,ETH,1\na,margin,ETH,1\na,spot,ETH,2\na,spot,ETH,0"))
    assert "ledger.csv:5: the same account, segment and asset as line 2" in told
    assert "ledger.csv:6: the same account, segment and asset as line 2" in told


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        ("Alice", "alice", CaseRule.LOWER),
        ("ÅSA", "åsa", CaseRule.LOWER),
        ("\u00e9", "e\u0301", CaseRule.EXACT),
        ("\u212b", "\u00c5", CaseRule.EXACT),
    ],
)
def test_t14_two_spellings_of_one_id_are_one_account(tmp_path: Path, first: str, second: str, rule: CaseRule) -> None:
    told = refusal(tmp_path, row(f"{first},spot,ETH,1\n{second},spot,ETH,1"), rule)
    assert told.startswith("ledger.csv:3: the same account, segment and asset as line 2")


def test_other_case_is_another_account_under_the_exact_rule(tmp_path: Path) -> None:
    assert len(read(tmp_path, row("Alice,spot,ETH,1\nalice,spot,ETH,1"))) == 2


def test_all_problems_are_told_together(tmp_path: Path) -> None:
    told = refusal(tmp_path, row("a,spot,ETH,x\nb,spot,ETH,1\nc,Spot,ETH,1")).splitlines()
    assert told[0] == "ledger.csv: 2 problems"
    assert [line.split(": ")[0].strip() for line in told[1:]] == [
        "ledger.csv:2 column amount",
        "ledger.csv:4 column segment",
    ]


def test_reading_stops_at_the_twentieth_problem(tmp_path: Path) -> None:
    told = refusal(tmp_path, row("\n".join(f"a{i},spot,ETH,x" for i in range(50)))).splitlines()
    assert told[0] == "ledger.csv: 20 problems; reading stopped at the last"
    assert len(told) == 21


SECRETS = st.integers(10**9, 10**15).map(str)


@given(account=SECRETS, amount=SECRETS, segment=SECRETS, asset=SECRETS)
def test_t83_a_problem_repeats_nothing_of_the_row(
    tmp_path_factory: pytest.TempPathFactory, account: str, amount: str, segment: str, asset: str
) -> None:
    cells = [ledgers.quoted(cell) for cell in (account + "\x07", f"-{amount}7", f"{segment}?", f"#{asset}#")]
    text = row("\n".join([",".join(cells[i:] + cells[:i]) for i in range(4)] + [cells[0] + '"x']))
    told = refusal(tmp_path_factory.mktemp("t83"), text)
    for line in told.splitlines():
        words = line.split(": ", 1)[1]
        for secret in (account, amount, segment, asset):
            assert secret not in words


@given(text=st.text(max_size=60))
def test_whatever_a_row_holds_it_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder, told = tmp_path_factory.mktemp("any"), "ledger.csv"
    try:
        read(folder, row(text).encode("utf-8", "surrogatepass"))
    except FormatError as error:
        told = error.place
    assert told.startswith("ledger.csv")
