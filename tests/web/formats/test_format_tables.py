"""The tables that the page gets: complete, canonical, and nothing in them that is not Python's own."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from por.formats.bybit_orders import ORDERS
from por.formats.proofs import FORMATS
from por.web.format_tables import LAYOUTS, RULES, format_tables, tables_json
from tests.web.formats.published_cases import READ_BY_PAGE

TABLES: dict[str, Any] = json.loads(tables_json())
ROWS = {row["card"]["name"]: row for row in TABLES["formats"]}
WRITERS = {
    "plain",
    "plain_to",
    "fixed",
    "as_scaled",
    "as_written",
    "with_point",
    "scientific",
    "base_units",
    "as_32_bytes",
}
NO_RULE = {"hotcoin-por-sum"}


def test_the_tables_are_one_canonical_json_object() -> None:
    assert tables_json() == tables_json()
    assert json.loads(tables_json()) == json.loads(json.dumps(format_tables()))
    assert b"</" not in tables_json()


def test_every_format_has_its_card_in_the_order_in_which_python_looks() -> None:
    assert list(ROWS) == [each.card.name for each in FORMATS]
    for each in FORMATS:
        card = ROWS[each.card.name]["card"]
        told = [TABLES["weaknesses"][number] for number in card["weaknesses"]]
        assert [(w["threat"], w["text"], w["source"]) for w in told] == [
            (w.threat, w.text, w.source) for w in each.card.weaknesses
        ]
        assert (card["title"], card["proves"], card["digest_bits"]) == (
            each.card.title,
            each.card.proves,
            each.card.digest_bits,
        )


@pytest.mark.parametrize("name", [each.card.name for each in FORMATS])
def test_a_format_that_the_page_reads_has_its_rule_and_no_other_has(name: str) -> None:
    assert ("rule" in ROWS[name]) is (name in READ_BY_PAGE and name not in NO_RULE)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_what_python_hashes(name: str) -> None:
    row, rule = ROWS[name]["rule"], RULES[name]
    assert (row["leaf"], row["node"], row["digits"], row["digest"]) == (rule.leaf, rule.node, rule.digits, rule.digest)
    assert "{{" not in row["node"]
    for writing in filter(None, (row["amounts"], row["sums"])):
        assert writing["write"][0] in WRITERS
        assert len(writing["write"]) == (2 if writing["write"][0] in {"plain_to", "fixed", "scientific"} else 1)


@pytest.mark.parametrize("name", LAYOUTS)
def test_patterns_of_ids_mean_the_same_in_both_languages(name: str) -> None:
    for pattern in ROWS[name]["layout"]["forms"].values():
        assert "\\" not in pattern
        assert not re.search(r"\(\?[^!]", pattern)


def test_t06_the_orders_of_coins_are_those_of_python() -> None:
    assert {name: tuple(coins) for name, coins in ROWS["bybit"]["orders"].items()} == dict(ORDERS)
    assert [name for name, row in ROWS.items() if "orders" in row] == ["bybit"]
