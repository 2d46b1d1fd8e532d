"""The list of lies is the one that tests, simulator and README all have."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from por import simulator
from por.checks.catalogue import CATALOGUE
from tests.adversarial.node_lies import NODE_LIES
from tests.simulator import CAUGHT_BY, DOCUMENT, LIES, UNSEEN

ROOT = Path(__file__).resolve().parents[2]
HEADING = "## What a PASS does not show"


def listed(readme: str) -> Iterator[str]:
    """Read the bullets of the one list under the heading that says what a PASS does not show."""
    section = readme.partition(f"\n{HEADING}\n")[2].partition("\n## ")[0]
    lists = re.findall(r"(?:^- .*\n(?:^  .*\n)*)+", section, re.MULTILINE)
    assert len(lists) == 1, f"one list, and no other, stands under {HEADING!r}"
    for bullet in re.split(r"^- ", lists[0], flags=re.MULTILINE)[1:]:
        yield " ".join(bullet.split())


def test_every_lie_has_a_name_of_its_own() -> None:
    names = [lie.name for lie in (*LIES, *UNSEEN)]
    assert len(set(names)) == len(names)
    assert len({lie.sentence for lie in (*LIES, *UNSEEN)}) == len(names)


def test_the_table_is_about_exactly_these_lies() -> None:
    told = [lie.name for lie in (*LIES, *UNSEEN)] + [lie.name for lie in NODE_LIES]
    assert sorted(CAUGHT_BY) == sorted(told)


def test_no_lie_is_left_out_of_the_catalogue() -> None:
    names = [entry.name for entry in pkgutil.iter_modules(simulator.__path__) if entry.name.startswith("lies_")]
    modules = [importlib.import_module(f"por.simulator.{name}") for name in names]
    told = [lie for module in modules for lie in module.LIES]
    assert sorted(lie.name for lie in told) == sorted(lie.name for lie in LIES)


def test_the_table_and_the_simulator_agree() -> None:
    said = {lie.name: (lie.caught_by, "exit 2" if lie.caught_by == DOCUMENT else lie.outcome) for lie in LIES}
    assert said == {lie.name: CAUGHT_BY[lie.name] for lie in LIES}


def test_what_cannot_be_revealed_maps_to_nothing() -> None:
    assert [lie.caught_by for lie in UNSEEN] == [None] * len(UNSEEN)
    assert {lie.name for lie in UNSEEN} == {name for name, row in CAUGHT_BY.items() if row is None}


def test_what_cannot_be_revealed_is_the_list_in_the_readme() -> None:
    assert list(listed((ROOT / "README.md").read_text("utf-8"))) == [lie.sentence for lie in UNSEEN]


def test_the_readme_counts_as_the_demonstration_does() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"{len(LIES)} of {len(LIES)} lies caught; {len(UNSEEN)} cannot be, as the README says" in readme


def test_every_lie_names_its_threats_and_a_real_check() -> None:
    checks = {entry.id for entry in CATALOGUE}
    for lie in LIES:
        assert lie.caught_by in checks | {DOCUMENT}
        assert lie.threats
        assert all(re.fullmatch(r"T[0-9]{2}", threat) for threat in lie.threats)


def test_the_lies_that_must_be_among_them_are() -> None:
    wanted = {
        "commingled account",
        "own token as reserve",
        "account listed twice",
        "negative amount",
        "overflowing sum",
        "one leaf for two customers",
        "two bundles for one instant",
        "replayed signature",
        "stale snapshot",
        "total edited",
        "segment dropped",
        "debt as reserve",
        "last month's signature",
        "an account of two issuers",
        "an owner who came later",
        "a witness without a slot",
        "coins in escrow",
        "coins of a day",
    }
    assert wanted <= {lie.name for lie in LIES}
    assert len(LIES) >= 25


@pytest.mark.parametrize(
    ("text", "bullets"),
    [
        (f"x\n{HEADING}\n\nwords\n\n- one\n- two\n  more\n\nwords\n\n## Next\n\n- not this\n", ["one", "two more"]),
        (f"x\n{HEADING}\n\n- one\n", ["one"]),
    ],
)
def test_the_list_is_read_to_its_end_and_no_further(text: str, bullets: list[str]) -> None:
    assert list(listed(text)) == bullets


@pytest.mark.parametrize("text", [f"\n{HEADING}\n\nnone\n", f"\n{HEADING}\n\n- one\n\nwords\n\n- two\n", "\n- one\n"])
def test_no_list_and_two_lists_are_refused(text: str) -> None:
    with pytest.raises(AssertionError):
        list(listed(text))
