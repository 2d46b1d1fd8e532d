"""The table of movements: totals in base units, one row for each segment and asset."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import movements_v1
from por.errors import FormatError
from por.model.movements import Flow
from tests import pages

HEAD = "segment,asset,deposits,withdrawals,trades,fees\n"
ETH = "eip155:1/slip44:60"
ROW = f"spot,{ETH},2,1,-3,0\n"


def test_the_pages_example_is_read() -> None:
    found = movements_v1.read(pages.blocks("roll-forward.md")["csv movements.csv"].encode())
    assert found.flows[f"spot/{ETH}"].net == 124 * 10**16
    assert len(found.flows) == 2


def test_a_row_is_read() -> None:
    assert movements_v1.read((HEAD + ROW).encode()).flows == {f"spot/{ETH}": Flow(2, 1, -3, 0)}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "m.csv:1"),
        (ROW, "m.csv:1"),
        (HEAD, "m.csv"),
        (HEAD.replace("fees", "fee") + ROW, "m.csv:1"),
        (HEAD + ROW + ROW, "m.csv:3"),
        (HEAD + ROW.replace("spot", "Spot"), "m.csv:2 column segment"),
        (HEAD + ROW.replace("spot", ""), "m.csv:2 column segment"),
        (HEAD + ROW.replace(ETH, "ETH"), "m.csv:2 column asset"),
        (HEAD + ROW.replace(":60", ":61"), "m.csv:2 column asset"),
        (HEAD + ROW.replace(",2,", ",-2,"), "m.csv:2 column deposits"),
        (HEAD + ROW.replace(",2,", ",+2,"), "m.csv:2 column deposits"),
        (HEAD + ROW.replace(",2,", ",2.0,"), "m.csv:2 column deposits"),
        (HEAD + ROW.replace(",2,", ",2e3,"), "m.csv:2 column deposits"),
        (HEAD + ROW.replace(",2,", ",02,"), "m.csv:2 column deposits"),
        (HEAD + ROW.replace(",2,", ",٢,"), "m.csv:2 column deposits"),
        (HEAD + ROW.replace(",2,", f",{'9' * 61},"), "m.csv:2 column deposits"),
        (HEAD + ROW.replace(",1,", ",-1,"), "m.csv:2 column withdrawals"),
        (HEAD + ROW.replace("-3", "--3"), "m.csv:2 column trades"),
        (HEAD + ROW.replace("-3", "-0"), "m.csv:2 column trades"),
        (HEAD + ROW.replace("-3", ""), "m.csv:2 column trades"),
        (HEAD + ROW.replace(",0\n", ",-1\n"), "m.csv:2 column fees"),
        (HEAD + ROW.replace(",0\n", ",0,0\n"), "m.csv:2"),
        (HEAD + "\n" + ROW, "m.csv:2"),
        (HEAD + ROW.replace("spot", '"spot'), "m.csv:2"),
    ],
)
def test_t03_t22_t86_another_form_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(FormatError) as refused:
        movements_v1.read(text.encode(), "m.csv")
    assert refused.value.place == place


def test_t84_no_more_is_read_than_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(ROW.replace("spot", f"via:{number}") for number in range(movements_v1.MAX_ROWS))
    assert len(movements_v1.read((HEAD + rows).encode()).flows) == movements_v1.MAX_ROWS
    with pytest.raises(FormatError, match="more than 10000 rows"):
        movements_v1.read((HEAD + rows + ROW).encode())
    monkeypatch.setattr(movements_v1, "MAX_BYTES", 10)
    with pytest.raises(FormatError, match="more than 10 bytes"):
        movements_v1.read((HEAD + ROW).encode())


@given(st.binary(max_size=120), st.sampled_from([b"", HEAD.encode()]))
def test_t86_any_bytes_are_read_or_refused(data: bytes, head: bytes) -> None:
    with contextlib.suppress(FormatError):
        assert movements_v1.read(head + data).flows
