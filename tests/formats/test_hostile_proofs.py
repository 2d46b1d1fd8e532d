"""Files made to hang, crash or mislead: bounded in time and memory, and never a success."""

from __future__ import annotations

import contextlib
import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.published import Independent, verify_published
from por.errors import FormatError
from por.formats.document import MAX_BYTES, MAX_DEPTH, Document
from por.formats.proofs import FORMATS, detect
from por.model import Outcome
from por.model.published import Asked, PublishedRoot
from scripts.published_vectors.sample import put
from tests import published_proofs as p

SIBLING = {"balances": {"BTC": "0", "ETH": "0", "USDT": "0"}, "type": 2, "hash": "00" * 32, "height": 1}
ENTRIES = {
    "okx-v1": ("path", SIBLING),
    "bybit": ("path", {"balance": {"BTC": "0"}, "type": 2, "hash": "00" * 32, "height": 1}),
    "bitget-v2": ("path", {"balances": {"BTC": "0"}, "role": 2, "merkelLeaf": "00" * 8, "level": 1}),
    "mexc": ("pathList", {"balances": {"BTC": "0"}, "type": 2, "hash": "00" * 16, "level": 1}),
    "coinex_once": ("path", {}),
    "hotcoin-por-sum": ("path", SIBLING),
    "chainpoint-v2": ("proof", {"left": "00" * 32}),
    "ethereum-research": ("proof", ["00" * 32, "0"]),
    "htx-merkle-v1": ("data", {"type": "", "hash": "00" * 32, "uhash": "", "depth": 1, "r": 1, "balances": "BTC:0"}),
}
SAME_SHAPE = {"tnf", "tnf-c", "bitso"}
"""These lists are level and hash and nothing else; the customer chooses."""
POWERS = ["1e200000000", "1E200000000", "-1e999999999", "1e-200000000", "9" * 5000, "0." + "0" * 5000 + "1"]


def outcome(data: bytes) -> Outcome | None:
    """Read and judge bytes with the honest root; None for what cannot be read."""
    try:
        file = p.published_data(data)
    except FormatError:
        return None
    return verify_published([file], Asked(), Independent(), now=p.NOW).outcome


@pytest.mark.parametrize("name", ENTRIES)
def test_t84_a_path_of_many_siblings_is_refused_before_anything_is_hashed(name: str) -> None:
    member, entry = ENTRIES[name]
    file = {**p.SAMPLES[name].file, member: [entry] * 20_000}
    document = Document(json.dumps(file).encode())
    began = time.process_time()
    found, variant = detect(document)
    with pytest.raises(FormatError, match="at most"):
        found.read(document, variant, Asked())
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "data",
    [
        b'{"self":{},"path":[' + b'{"a":1},' * 1_000_000 + b"{}]}",
        b"[" + b'"",' * (MAX_BYTES // 3 - 2) + b'""]',
        b'"' * (MAX_BYTES - 1),
        b'\\"\\\\"' * (MAX_BYTES // 5),
        b"[" + b"{}," * (MAX_BYTES // 3 - 2) + b"{}]",
        b"[" * MAX_BYTES,
    ],
    ids=["siblings", "strings", "quotes", "escapes", "objects", "brackets"],
)
def test_t84_a_million_siblings_are_too_many_items_to_decode(data: bytes) -> None:
    tracemalloc.start()
    try:
        assert Document(data).members == {}
        assert Document(data).why_not_json
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 400 * 2**20


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'{"path":[', b"]}")])
def test_t84_depth_is_refused_before_decoding(opening: bytes, closing: bytes) -> None:
    document = Document(opening * 100_000 + b"1" + closing * 100_000)
    assert document.members == {}
    assert f"deeper than {MAX_DEPTH}" in document.why_not_json


def test_t84_too_many_bytes_are_refused() -> None:
    with pytest.raises(FormatError, match="at most"):
        Document(b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize("power", POWERS)
@pytest.mark.parametrize("name", ["okx-v1", "bybit", "bitget-v1", "coinex_once", "htx-merkle-v1", "lemon", "bingx"])
def test_t84_an_amount_with_a_huge_exponent_or_too_many_digits_is_refused_at_once(name: str, power: str) -> None:
    file = p.SAMPLES[name].file
    text = file if isinstance(file, str) else json.dumps(file)
    changed = text.replace("1.5", power, 1)
    assert changed != text
    began = time.process_time()
    with pytest.raises(FormatError):
        p.published(changed)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("name", p.SAMPLES)
@pytest.mark.parametrize("data", ["\ufeff", "\n", " "])
def test_white_space_before_a_file_changes_nothing_or_is_refused(name: str, data: str) -> None:
    file = p.SAMPLES[name].file
    text = file if isinstance(file, str) else json.dumps(file)
    with contextlib.suppress(FormatError):
        assert p.published(data + text).card == p.published(text).card


@given(st.binary(max_size=300))
def test_t86_any_bytes_are_a_file_of_one_format_or_refused(data: bytes) -> None:
    document = Document(data)
    with contextlib.suppress(FormatError):
        detect(document)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def pointers(value: Any, here: str = "") -> list[str]:
    """List a pointer to every member of a JSON value."""
    found = [here] if here else []
    if isinstance(value, dict):
        found += [each for name, inner in value.items() for each in pointers(inner, f"{here}/{name}")]
    elif isinstance(value, list):
        found += [each for number, inner in enumerate(value) for each in pointers(inner, f"{here}/{number}")]
    return found


IN_JSON = {name: sample for name, sample in p.SAMPLES.items() if not isinstance(sample.file, str)}


@given(st.sampled_from(sorted(IN_JSON)), st.data())
def test_t85_any_member_may_be_anything_and_nothing_crashes_or_passes_with_other_amounts(
    name: str, data: st.DataObject
) -> None:
    sample = IN_JSON[name]
    pointer = data.draw(st.sampled_from([each for each in pointers(sample.file) if "@" not in each]))
    value = data.draw(JSON)
    try:
        file = p.published(put(sample.file, pointer, value))
    except FormatError:
        return
    options = dict(zip(sample.mine[::2], sample.mine[1::2], strict=True))
    holdings = p.amounts(**dict(row.split("=") for row in sample.mine if "=" in row))
    asked = Asked(account=options.get("--account"), holdings=holdings)
    verdict = verify_published([file], asked, Independent((PublishedRoot(sample.root),)), now=p.NOW)
    if verdict.outcome is Outcome.PASS:
        told = {f.subject: f.actual for f in verdict.of("published.leaf") if f.outcome is Outcome.PASS}
        assert told == {coin: figure.plain for coin, figure in holdings.items()}
        assert verdict.snapshot.endswith(sample.root)


@given(st.sampled_from(sorted(p.SAMPLES)), st.data())
def test_t85_a_byte_changed_anywhere_never_crashes(name: str, data: st.DataObject) -> None:
    text = bytearray(p.data_of(p.SAMPLES[name].file))
    for _ in range(data.draw(st.integers(1, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    outcome(bytes(text))


@given(st.sampled_from(sorted(p.SAMPLES)), st.data())
def test_t85_a_file_cut_short_is_refused_or_never_passes(name: str, data: st.DataObject) -> None:
    text = p.data_of(p.SAMPLES[name].file)
    assert outcome(text[: data.draw(st.integers(0, len(text) - 2))]) is not Outcome.PASS


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.card.name)
def test_t70_no_format_claims_the_sample_of_another(each: Any) -> None:
    for sample in p.SAMPLES.values():
        claimed = each.claims(Document(p.data_of(sample.file))) is not None
        names = {each.card.name, sample.format}
        assert claimed is (len(names) == 1 or names <= SAME_SHAPE)
