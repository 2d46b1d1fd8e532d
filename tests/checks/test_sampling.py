"""A sample follows from its seed and its population, and from nothing else."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.sampling import draw, population_digest, uniform
from por.errors import FormatError
from por.model.sample import Drawn, Method, Population, Sample
from por.report.samples import sample_csv
from tests import pages

ETH = "eip155:1/slip44:60"
ITEMS = (("alice", 65), ("bob", 25), ("carol", 10))
WEIGHED = Population("customers", ETH, ITEMS)
PLAIN = Population("customers", None, tuple((name, 1) for name, _ in ITEMS))


def names(sample: Sample) -> list[str]:
    return [row.name for row in sample.drawn]


def digest(population: Population) -> bytes:
    """Name a population as the page says, with nothing of the code under test."""
    lines = "".join(f"{name}\t{amount}\n" for name, amount in population.items)
    return hashlib.sha256(f"por/population/v1\n{population.of}\n{population.asset or ''}\n{lines}".encode()).digest()


def salt(population: Population, seed: str) -> bytes:
    return digest(population) + hashlib.sha256(seed.encode()).digest()


def drawn_by_hand(population: Population, seed: str, size: int) -> list[str]:
    ranks = {
        name: hashlib.sha256(b"por/sample/v1/rank\n" + salt(population, seed) + name.encode()).digest()
        for name, _ in population.items
    }
    return sorted(ranks, key=lambda name: ranks[name])[:size]


def hit_by_hand(population: Population, seed: str, size: int) -> Counter[str]:
    total = sum(amount for _, amount in population.items)
    number, found = 0, 2**256
    while found >= 2**256 - 2**256 % total:
        message = b"por/sample/v1/start\n" + salt(population, seed) + number.to_bytes(8, "big")
        number, found = number + 1, int.from_bytes(hashlib.sha256(message).digest(), "big")
    ends = list(accumulate(amount for _, amount in population.items))
    hits: Counter[str] = Counter()
    for step in range(size):
        unit = (found % total + step * total) // size
        hits[next(name for (name, _), end in zip(population.items, ends, strict=True) if unit < end)] += 1
    return hits


seeds = st.text("abcdefghij 0123456789", min_size=1, max_size=30).filter(lambda text: text == text.strip())
amounts = st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.integers(1, 2**128), min_size=1, max_size=20)


@st.composite
def populations(draw: st.DrawFn) -> Population:
    found = draw(amounts)
    return Population("customers", ETH, tuple(sorted(found.items())))


@given(populations(), seeds, st.integers(1, 40))
def test_anybody_draws_the_same_by_the_page_alone(population: Population, seed: str, size: int) -> None:
    weighed = draw(population, Method.MONETARY_UNIT, seed, size)
    assert Counter({row.name: row.hits for row in weighed.drawn}) == hit_by_hand(population, seed, size)
    assert sum(row.hits for row in weighed.drawn) == size
    plain = replace(population, asset=None, items=tuple((name, 1) for name, _ in population.items))
    count = min(size, len(plain.items))
    assert names(draw(plain, Method.RANDOM, seed, count)) == drawn_by_hand(plain, seed, count)


def test_the_pages_example_is_drawn() -> None:
    blocks = pages.blocks("sample.md")
    rows = [line.split(",") for line in blocks["csv population.csv"].splitlines()[1:]]
    items = tuple((name, int(amount)) for name, amount in rows)
    weighed = draw(Population("customers", ETH, items), Method.MONETARY_UNIT, "beacon round 4711", 3)
    assert sample_csv(weighed) == blocks["csv weighed.csv"]
    plain = Population("customers", None, tuple((name, 1) for name, _ in items))
    assert sample_csv(draw(plain, Method.RANDOM, "beacon round 4711", 2)) == blocks["csv ranked.csv"]


def test_what_was_drawn_carries_all_that_is_needed_to_draw_again() -> None:
    sample = draw(WEIGHED, Method.MONETARY_UNIT, "a seed", 4)
    assert (sample.population, sample.count, sample.total) == (population_digest(WEIGHED), 3, 100)
    assert (sample.method, sample.seed, sample.size) == (Method.MONETARY_UNIT, "a seed", 4)
    assert sample.population.value == digest(WEIGHED)


def test_the_languages_own_random_numbers_change_nothing() -> None:
    random.seed(1)
    first = draw(PLAIN, Method.RANDOM, "a seed", 2)
    random.seed(2)
    assert draw(PLAIN, Method.RANDOM, "a seed", 2) == first


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, of="accounts"),
        replace(PLAIN, asset=ETH),
        replace(PLAIN, items=PLAIN.items[:2]),
        replace(PLAIN, items=(*PLAIN.items, ("dave", 1))),
        replace(PLAIN, items=(("alice", 2), *PLAIN.items[1:])),
    ],
)
def test_another_population_has_another_digest(other: Population) -> None:
    assert population_digest(other) != population_digest(PLAIN)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_longer_draw_goes_on_from_a_shorter_one(size: int) -> None:
    whole = draw(PLAIN, Method.RANDOM, "a seed", 3)
    assert draw(PLAIN, Method.RANDOM, "a seed", size).drawn == whole.drawn[:size]
    assert sorted(names(whole)) == ["alice", "bob", "carol"]


def test_an_item_of_more_than_an_interval_is_hit_for_certain() -> None:
    for number in range(50):
        sample = draw(WEIGHED, Method.MONETARY_UNIT, f"seed {number}", 4)
        assert dict.fromkeys(names(sample)).keys() >= {"alice", "bob"}
        assert next(row.hits for row in sample.drawn if row.name == "alice") in {2, 3}


def test_every_unit_is_drawn_as_often_as_any_other() -> None:
    """Over all starts, which are as likely as each other, each unit is hit exactly `size` times."""
    total, size = 101, 7
    hits = Counter((start + step * total) // size for start in range(total) for step in range(size))
    assert hits == dict.fromkeys(range(total), size)


def test_a_fixed_set_of_seeds_draws_everybody_about_as_often() -> None:
    """The seeds stand here, so that the counts are the same at every run."""
    people = Population("customers", None, tuple((f"c{number:02}", 1) for number in range(20)))
    seen = Counter(name for number in range(1000) for name in names(draw(people, Method.RANDOM, f"seed {number}", 4)))
    assert sum(seen.values()) == 4000
    assert all(150 <= count <= 250 for count in seen.values())


def test_a_fixed_set_of_seeds_draws_by_amount() -> None:
    seen: Counter[str] = Counter()
    for number in range(1000):
        seen.update(names(draw(WEIGHED, Method.MONETARY_UNIT, f"seed {number}", 1)))
    assert 600 <= seen["alice"] <= 700
    assert 200 <= seen["bob"] <= 300
    assert 70 <= seen["carol"] <= 130


@pytest.mark.parametrize("below", [1, 2, 3, 10**40, 2**255 + 1, 2**256])
def test_a_number_is_below_its_limit(below: int) -> None:
    found = [uniform(f"{number}".encode(), below) for number in range(40)]
    assert all(0 <= value < below for value in found)
    assert len(set(found)) > 1 or below == 1


@pytest.mark.parametrize("seed", ["", " a", "a ", "a\nb", "a\u202eb", "a\u200bb", "x" * 257])
def test_t93_a_seed_that_cannot_be_told_from_another_is_refused(seed: str) -> None:
    with pytest.raises(FormatError) as refused:
        draw(PLAIN, Method.RANDOM, seed, 1)
    assert refused.value.place == "--seed"


@pytest.mark.parametrize(
    ("method", "size"), [(Method.RANDOM, 0), (Method.RANDOM, 4), (Method.MONETARY_UNIT, 1_000_001)]
)
def test_a_size_of_no_use_is_refused(method: Method, size: int) -> None:
    with pytest.raises(FormatError) as refused:
        draw(WEIGHED, method, "a seed", size)
    assert refused.value.place == "--size"


def test_t94_a_name_that_a_spreadsheet_would_run_is_made_harmless_in_csv_alone() -> None:
    sample = draw(replace(PLAIN, items=(("=1+1", 1),)), Method.RANDOM, "a seed", 1)
    assert sample.drawn == (Drawn("=1+1", 1, 1),)
    assert ",'=1+1,1,1\n" in sample_csv(sample)
