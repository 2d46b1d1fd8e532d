"""Python and the page's JavaScript agree on published proofs: vectors, real samples, and files damaged at random."""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from por.errors import PorError
from por.formats.document import Document
from por.formats.proofs import detect
from por.model.published import Asked, Opened
from tests.published_proofs import data_of, leaf_above_leaf, two_of_one
from tests.web.browser import Browser
from tests.web.formats.published_cases import (
    READ_BY_PAGE,
    VECTORS,
    Case,
    apart,
    disagreements,
    option_case,
    page_answers,
    page_program,
    vector_case,
)

FOLDER = VECTORS / "published-proof"
OTHER_ROOTS = ("00" * 8, "00" * 16, "00" * 32)
ACCOUNTS = {
    "lemon": ("u-0002", "00cf6625-9c3d-4e61-a17a-9820cae615cc", "user 0"),
    "bingx": ("10000003",),
    "pionex": ("u2",),
    "olalonde": ("mark", "user 0"),
}


@functools.cache
def vector_cases() -> tuple[Case, ...]:
    cases = tuple(vector_case(path) for path in sorted(FOLDER.glob("*.json")))
    if not cases:
        pytest.skip(f"no vectors of published proofs below {FOLDER}")
    return cases


def opened(data: bytes) -> tuple[str, tuple[Opened, ...]]:
    """Read a sample for what its customer could say."""
    document = Document(data)
    found, variant = detect(document)
    return found.card.name, found.read(document, variant, Asked()).opened


def asked_in_many_ways(name: str, data: bytes) -> Iterator[Case]:
    """Ask about one file with nothing, with its own amounts, ids, roots and totals, and with wrong ones."""
    yield Case(name, (data,))
    try:
        form, records = opened(data)
    except PorError:
        return
    for record in records[:3]:
        mine = tuple((coin, value.plain) for coin, value in record.amounts.items())
        ids = (*record.ids.values(), None, "somebody else")
        roots = tuple(root for root in (record.stated_root, record.root.hash) if root)
        totals = tuple((coin, value.plain) for coin, value in (record.root.sums or {}).items())
        for account in (*ids, *ACCOUNTS.get(form, ())):
            yield Case(name, (data,), account=account, holdings=mine, roots=roots, totals=totals, max_age=10**9)
            yield Case(name, (data,), account=account, holdings=mine[:1], roots=OTHER_ROOTS, max_age=86_400)
        wrong = (("BTC", "123.456"), ("NONE", "1"))
        yield Case(name, (data,), holdings=wrong, totals=wrong, snapshot="another", secret="a secret")


@functools.cache
def shared_cases(vectors: Path) -> tuple[Case, ...]:
    rows: list[dict[str, Any]] = json.loads((vectors / "merkle-family-index.json").read_bytes())
    paths = [row["path"] for row in rows if row["kind"] != "wallets"]
    paths += [f"attacks-synthetic/{path.name}" for path in sorted((vectors / "attacks-synthetic").glob("*.json"))]
    cases: list[Case] = []
    for path in dict.fromkeys(paths):
        cases += asked_in_many_ways(path, (vectors / path).read_bytes())
    return tuple(cases)


def joined_cases(vectors: Path) -> Iterator[Case]:
    """Give several customers' files at once, whole groups and pairs."""
    groups = [sorted((vectors / "htx-merkle-v1").glob("htxv1-*.json"))]
    names = ("bitget", "bitunix", "bybit", "coinex", "mexc")
    groups += [[vectors / "attacks-synthetic" / f"{name}-{each}.json" for each in "AB"] for name in names]
    groups.append(sorted((vectors / "bitunix").glob("*.json")))
    for group in groups:
        data = [path.read_bytes() for path in group]
        yield Case(group[0].name, tuple(data))
        yield Case(group[0].name, (*data, data[0]))
        for one, other in pairwise(data):
            yield Case(group[0].name, (other, one), holdings=(("BTC", "1"),))


def test_t69_every_vector_has_one_answer_on_both_sides(tmp_path: Path) -> None:
    cases = vector_cases()
    assert len(cases) > 200
    assert disagreements(cases, tmp_path) == []


def test_t69_t85_the_real_browser_gives_the_same_answers(browser: Browser, tmp_path: Path) -> None:
    rng = random.Random(11)
    cases = list(vector_cases())
    cases += [damaged(rng, rng.choice(cases)) for _ in range(300)]
    blank = tmp_path / "blank.html"
    blank.write_text("<!doctype html><title>published proofs</title>", "utf-8")
    page = browser.page().open(blank.as_uri())
    page.run(page_program())
    given = json.dumps([case.json for case in cases])
    assert apart(cases, page.run(f"Promise.all({given}.map(runPublishedCase))")) == []


@pytest.mark.parametrize("name", READ_BY_PAGE)
def test_the_page_reads_vectors_of_every_format_that_it_does_not_leave_to_the_command_line(
    name: str, tmp_path: Path
) -> None:
    answers = page_answers([case for case in vector_cases() if f"{case.name}_".startswith(f"{name}_")], tmp_path)
    assert any("PASS" in {row["outcome"] for row in each.get("findings", ())} for each in answers)


def test_t70_vectors_under_every_format_that_is_chosen(tmp_path: Path) -> None:
    files = {case.name: case.files for case in vector_cases() if not case.name.endswith("_fail")}
    cases = [Case(name, data, chosen=chosen) for name, data in files.items() for chosen in (*READ_BY_PAGE, "nothing")]
    assert disagreements(cases, tmp_path) == []


def test_t69_real_samples_and_synthetic_attacks_have_one_answer_on_both_sides(vectors: Path, tmp_path: Path) -> None:
    cases = shared_cases(vectors)
    assert len(cases) > 200
    assert disagreements(cases, tmp_path) == []


def test_t01_t35_contradictions_between_files_are_the_same_on_both_sides(vectors: Path, tmp_path: Path) -> None:
    assert disagreements(list(joined_cases(vectors)), tmp_path) == []


def test_t14_t35_pairs_of_vectors_are_judged_together_alike(tmp_path: Path) -> None:
    by_format: dict[str, list[bytes]] = {}
    for path in sorted(FOLDER.glob("*.json")):
        given = json.loads(path.read_bytes())["input"]
        by_format.setdefault(given["format"], []).append(given["file"].encode())
    cases = [Case(name, (data[0], other)) for name, data in by_format.items() for other in data]
    cases += [Case(name, tuple(data)) for name, data in by_format.items()]
    for format_name, pair in (("okx-v1", two_of_one()), ("coinex", leaf_above_leaf())):
        cases.append(Case(format_name, tuple(data_of(file) for file in pair)))
    assert disagreements(cases, tmp_path) == []


@pytest.mark.parametrize("seed", range(4))
def test_t85_damaged_files_have_one_answer_on_both_sides(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)  # seeded: a failure comes again
    cases = [damaged(rng, rng.choice(vector_cases())) for _ in range(700)]
    assert disagreements(cases, tmp_path) == []


@pytest.mark.parametrize("seed", range(2))
def test_t85_real_samples_damaged_at_random_have_one_answer_on_both_sides(
    seed: int, vectors: Path, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    samples = [case for case in shared_cases(vectors) if len(case.files[0]) < 60_000]
    assert disagreements([damaged(rng, rng.choice(samples)) for _ in range(500)], tmp_path) == []


def test_t86_members_of_every_kind_have_one_answer_on_both_sides(tmp_path: Path) -> None:
    rng = random.Random(7)
    cases = []
    for case in vector_cases():
        try:
            value = json.loads(case.files[0])
        except ValueError:
            continue
        # The type of a Chainpoint proof is its variant, and what is no text has no one spelling.
        pointers = [each for each in places(value) if each != ("type",)]
        for pointer in rng.sample(pointers, k=min(4, len(pointers))):
            changed = json.loads(case.files[0])
            put_at(changed, pointer, rng.choice(STRANGE))
            file = json.dumps(changed, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
            cases.append(Case(f"{case.name} {pointer}", (file,), account=case.account, roots=case.roots))
    assert disagreements(cases, tmp_path) == []


def test_roots_from_files_are_read_alike(vectors: Path, tmp_path: Path) -> None:
    proof = (vectors / "hotcoin" / "sample-proof.json").read_bytes()
    anchor = (vectors / "hotcoin" / "sample-anchor.json").read_bytes()
    lone = b"the root of November: " + b"ab" * 32 + b"."
    given: list[tuple[str | bytes, ...]] = [(anchor,), (proof,), (lone,), (lone * 2,), (lone + b" " + b"cd" * 32,)]
    given += [(b"nothing",), (b"\xff",), ("0x" + "ab" * 32,), ("AB" * 32,), ("ab",)]
    cases = [Case("hotcoin", (proof,), roots=roots) for roots in given]
    assert disagreements(cases, tmp_path) == []


@pytest.mark.parametrize("days", [1, 30, 36_500])
def test_t37_ages_are_judged_alike(days: int, tmp_path: Path) -> None:
    files = {case.name: case.files for case in vector_cases() if not case.name.endswith("_fail")}
    cases = [option_case(name, data, ["--max-age", str(days)]) for name, data in files.items()]
    assert disagreements(cases, tmp_path) == []


STRANGE: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**17,
    10**18,
    10**30,
    "",
    "0",
    "-1",
    "1e5",
    "01",
    "1E-8",
    "\u202e",
    "\ud800",
    "e\u0301",
    "\U0001f600" * 300,
    "ab" * 32,
    "00" * 64,
    "x" * 1025,
    [],
    [[]],
    {},
    {"constructor": "1", "__proto__": "2"},
    {"toString": "1"},
]


def places(value: Any) -> list[tuple[Any, ...]]:
    """List the way to every member of a JSON value."""
    if isinstance(value, dict):
        return [(name, *rest) for name, inner in value.items() for rest in [(), *places(inner)]]
    if isinstance(value, list):
        return [(number, *rest) for number, inner in enumerate(value) for rest in [(), *places(inner)]]
    return []


def put_at(value: Any, pointer: tuple[Any, ...], new: Any) -> None:
    for part in pointer[:-1]:
        value = value[part]
    value[pointer[-1]] = new


def damaged(rng: random.Random, case: Case) -> Case:
    """Change some bytes of a case's file, or move, double or drop a piece of it."""
    data = bytearray(case.files[0])
    if rng.random() < 0.5:
        digits = [at for at, byte in enumerate(data) if byte in b"0123456789"]
        for at in rng.sample(digits, k=min(len(digits), rng.choice((1, 2, 3)))):
            data[at] = rng.choice(b"0123456789")
        return Case(f"digits of {case.name}", (bytes(data),), None, case.account, case.holdings, roots=case.roots)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(data))
        until = min(len(data), at + rng.choice((1, 1, 4, 40)))
        kind = rng.randrange(6)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            data[at] = rng.choice(b'0123456789abcdef.,:"{}[]-+eE \n')
        elif kind == 2:
            data[at:until] = b""
        elif kind == 3:
            data[at:at] = data[at:until]
        elif kind == 4:
            data[at] ^= 1 << rng.randrange(8)
        else:
            other = rng.randrange(len(data))
            data[at], data[other] = data[other], data[at]
        data = data or bytearray(b" ")
    return Case(f"damaged {case.name}", (bytes(data),), None, case.account, case.holdings, roots=case.roots)
