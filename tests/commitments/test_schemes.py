from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from por.commitments.schemes import POR_SUM, SCHEMES, scheme
from por.errors import UnsupportedVersionError


def test_the_table_has_one_scheme_and_names_it_once() -> None:
    assert dict(SCHEMES) == {"por-sum-sha256-v1": POR_SUM}
    assert all(name == item.name for name, item in SCHEMES.items())
    assert scheme("por-sum-sha256-v1") is POR_SUM


def test_t01_t06_the_scheme_says_what_its_root_binds() -> None:
    assert POR_SUM.binds_child_sums
    assert (POR_SUM.digest, POR_SUM.sum_bits) == ("sha256", 128)


@pytest.mark.parametrize(
    "name",
    ["", "por-sum-sha256-v2", "por-sum-sha256-v1 ", "POR-SUM-SHA256-V1", "por-sum-md5-v0", "sha256", "a" * 10_000],
)
def test_t70_an_unknown_scheme_is_named_and_none_is_tried_instead(name: str) -> None:
    with pytest.raises(UnsupportedVersionError, match="known: por-sum-sha256-v1") as caught:
        scheme(name)
    assert len(str(caught.value)) < 200


def test_t93_an_unknown_schemes_name_is_shown_harmlessly() -> None:
    with pytest.raises(UnsupportedVersionError) as caught:
        scheme("por\x1b[2J\u202e")
    assert "\\u001b" in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_t11_the_table_is_closed() -> None:
    table: Any = SCHEMES
    with pytest.raises(TypeError):
        table["mine"] = POR_SUM
    row: Any = POR_SUM
    with pytest.raises(FrozenInstanceError):
        row.digest = "md5"
