"""The pages of claims, samples and the roll-forward show what the code reads, writes and computes."""

from __future__ import annotations

from fractions import Fraction

import pytest

from por.checks.waterfall import waterfall
from por.encoding import claim_v1, media_types, movements_v1
from por.model.claims import Lack
from por.report.samples import COLUMNS
from tests import pages
from tests.checks.test_waterfall import BTC, GOLDEN

CLAIM = pages.document("claims.md", "claim.json")


def test_the_example_is_read_and_written_again() -> None:
    data = pages.document_bytes("claims.md", "claim.json")
    assert claim_v1.write(claim_v1.read(data)) == data
    assert CLAIM["mediaType"] == media_types.CLAIM


def test_the_examples_shares_are_those_of_the_worked_example() -> None:
    claim = claim_v1.read(pages.document_bytes("claims.md", "claim.json"))
    golden = {shares.asset: shares for shares in waterfall(GOLDEN)}
    assert claim.coins[0].proven == golden[BTC]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_table_of_the_example_is_computed(place: int) -> None:
    """Figures are cut after three digits, as the page says."""
    rows = [line for line in pages.text("claims.md").splitlines() if line.startswith(("| BTC", "| ETH", "| XRP"))]
    shares = waterfall(GOLDEN)[place]
    cells = [cell.strip() for cell in rows[place].split("|")[3:-1]]
    first, general, together, pooled, total = cells
    assert first == _percent(shares.per_kind.preferential)
    assert general in {"", "31.25 % of the rest"}
    assert together == _percent(shares.per_kind.total)
    assert pooled == _percent(shares.single_pool.preferential)
    assert total == _percent(shares.single_pool.total)


def _percent(share: Fraction | None) -> str:
    assert share is not None
    whole, part = divmod(int(share * 100_000), 1000)
    return f"{whole}.{part:03}".rstrip("0").rstrip(".") + " %"


def test_the_tables_name_every_member() -> None:
    row = CLAIM["coins"][0]
    inner = {*CLAIM["examined"], *CLAIM["inclusion"], *CLAIM["loss"], *CLAIM["loss"]["coins"][0], *CLAIM["money"][0]}
    named = pages.named_in_tables("claims.md", "The document")
    # The table of missing inputs is of the document too.
    assert set(CLAIM) | set(row) | {"what", *map(str, Lack)} == named
    for name in (inner - {"currency"}) | set(row["proven"]) | set(row["proven"]["perKind"]) | {"share", "units"}:
        assert f"`{name}`" in pages.text("claims.md"), name


def test_the_limits_are_the_codecs() -> None:
    assert f"at most {claim_v1.MAX_ROWS:,}" in pages.text("claims.md")
    assert f"At most {movements_v1.MAX_ROWS:,} rows" in pages.text("roll-forward.md")


def test_the_columns_are_those_of_the_code() -> None:
    assert pages.named_in_tables("roll-forward.md", "The table") == set(movements_v1.COLUMNS)
    for name in ("weighed.csv", "ranked.csv"):
        assert pages.blocks("sample.md")[f"csv {name}"].splitlines()[0] == ",".join(COLUMNS)
