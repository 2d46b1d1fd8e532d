"""Paths folded upwards, and whole lists of leaves."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.liability_vectors.case import EVIDENCE, TOO_MUCH, Case, Json, case, leaves_of, seed, steps, told
from tests.commitments import reference
from tests.commitments.reference import Leaf, Row

EIGHT = (5, 0, 1_000_000, 17, 10**18, 3, 3, 2**64)


def path_of(leaf: bytes, amount: int, index: int, path: list[Row]) -> Json:
    return {
        "operation": "fold",
        "leaf": leaf.hex(),
        "amount": str(amount),
        "index": index,
        "path": steps(path),
    }


def result(top: Row, depth: int) -> Json:
    return {"top": top[0].hex(), "total": str(top[1]), "depth": depth}


def leaf_of(leaf: Leaf) -> bytes:
    return reference.sha(b"\x00", leaf[0], reference.u128(leaf[1]))


def fold_cases() -> Iterator[Case]:
    leaves = leaves_of(*EIGHT)

    def given(index: int, of: list[Leaf], depth: int) -> Json:
        return path_of(leaf_of(of[index]), of[index][1], index, reference.path(of, depth, index))

    for index in (0, 5, 7):
        yield case(
            f"leaf_{index}", "one of eight leaves", "T17", given(index, leaves, 3), result(reference.top(leaves, 3), 3)
        )
    for name, of, depth in (
        ("alone", leaves[:1], 0),
        ("beside_nothing", leaves[:5], 3),
        ("deepest", leaves[:2], 40),
        ("fullest", leaves_of(TOO_MUCH - 2, 1), 1),
    ):
        last = len(of) - 1
        yield case(name, "the last leaf", "T13", given(last, of, depth), result(reference.top(of, depth), depth))
    good = given(5, leaves, 3)
    yield from bad_places(good)
    yield from bad_steps(good)


def bad_places(good: Json) -> Iterator[Case]:
    for index in (-1, 8, 2**40):
        name = f"index_{index}_fail".replace("-", "minus_")
        yield case(name, "no such leaf in a tree of three levels", "T13", {**good, "index": index}, EVIDENCE)
    deep = {**good, "path": good["path"][:1] * 41}
    yield case("41_levels_fail", "a path of 41 levels", "T84", deep, EVIDENCE)
    short = {**good, "path": good["path"][:2]}
    yield case("level_missing_fail", "a level less, and the index has a bit too many", "T20", short, EVIDENCE)
    nothing = {**good, "path": []}
    yield case("no_path_fail", "no path at all for leaf 5", "T20", nothing, EVIDENCE)
    for length in (8, 16, 31, 33):
        cut = {**good, "leaf": (good["leaf"] * 2)[: 2 * length]}
        yield case(f"leaf_{length}_bytes_fail", "a leaf hash that has not 32 bytes", "T10", cut, EVIDENCE)
        alone = {**cut, "index": 0, "path": []}
        yield case(f"alone_{length}_bytes_fail", "the same without a path", "T10", alone, EVIDENCE)
    for name, amount, threat in (("negative", "-1", "T03"), ("wide", str(TOO_MUCH), "T06")):
        yield case(f"amount_{name}_fail", f"a {name} amount", threat, {**good, "amount": amount}, EVIDENCE)
        alone = {**good, "amount": amount, "index": 0, "path": []}
        yield case(f"amount_{name}_alone_fail", f"a {name} amount without a path", threat, alone, EVIDENCE)


def bad_steps(good: Json) -> Iterator[Case]:
    def changed(level: int, **members: str) -> Json:
        path = [{**step, **members} if at == level else step for at, step in enumerate(good["path"])]
        return {**good, "path": path}

    for level in range(3):
        for length in (8, 16, 31, 33):
            cut = changed(level, hash=(seed("sibling").hex() * 2)[: 2 * length])
            yield case(f"level_{level}_{length}_bytes_fail", "a sibling that has not 32 bytes", "T18", cut, EVIDENCE)
        yield case(f"level_{level}_negative_fail", "a negative sum", "T03", changed(level, sum="-1"), EVIDENCE)
        wide = changed(level, sum=str(TOO_MUCH))
        yield case(f"level_{level}_wide_fail", "a sum of 2^128", "T06", wide, EVIDENCE)
        over = changed(level, sum=str(TOO_MUCH - 1))
        yield case(f"level_{level}_overflow_fail", "sums that add up to 2^128 or more", "T06", over, EVIDENCE)


def recompute_cases() -> Iterator[Case]:
    def given(leaves: list[Leaf], depth: int) -> Json:
        return {"operation": "recompute", "leaves": told(leaves), "depth": depth}

    leaves = leaves_of(*EIGHT)
    for count, depth in ((0, 0), (0, 3), (1, 0), (1, 4), (2, 1), (3, 2), (5, 3), (8, 3), (8, 40)):
        some = leaves[:count]
        wanted = result(reference.top(some, depth), depth)
        yield case(f"{count}_of_depth_{depth}", "a whole tree", "T12", given(some, depth), wanted)
    dust = leaves_of(*[1] * 32)
    yield case("dust", "nothing is rounded away", "T21", given(dust, 5), result(reference.top(dust, 5), 5))
    for place in range(1, 8):
        twice = [*leaves[:place], leaves[place - 1], *leaves[place:7]]
        yield case(
            f"twice_at_{place}_fail", f"leaf {place} says leaf {place - 1} again", "T14", given(twice, 3), EVIDENCE
        )
        turned = [*leaves[: place - 1], leaves[place], leaves[place - 1], *leaves[place + 1 :]]
        yield case(f"disorder_at_{place}_fail", f"leaf {place} is out of order", "T14", given(turned, 3), EVIDENCE)
    padded = [*leaves[:3], leaves[2]]
    yield case("last_twice_fail", "the last leaf said twice as padding", "T12", given(padded, 2), EVIDENCE)
    for count, depth in ((2, 0), (3, 1), (8, 2)):
        yield case(f"{count}_of_depth_{depth}_fail", "too many leaves", "T13", given(leaves[:count], depth), EVIDENCE)
    for depth in (-1, 41):
        name = f"depth_{depth}_fail".replace("-", "minus_")
        yield case(name, "no tree is so deep", "T84", given([], depth), EVIDENCE)
    for length in (0, 31, 33):
        cut = [((leaves[0][0] * 2)[:length], 1)]
        yield case(f"tag_{length}_bytes_fail", "a tag that has not 32 bytes", "T10", given(cut, 1), EVIDENCE)
    yield from bad_amounts(leaves)


def bad_amounts(leaves: list[Leaf]) -> Iterator[Case]:
    def given(amounts: list[int]) -> Json:
        bad = [(tag, amount) for (tag, _), amount in zip(leaves, amounts, strict=False)]
        return {"operation": "recompute", "leaves": told(bad), "depth": 3}

    yield case("negative_fail", "a debt as a leaf", "T03", given([5, -5, 5]), EVIDENCE)
    yield case("negative_alone_fail", "a debt as the only leaf", "T03", given([-1]), EVIDENCE)
    yield case("wide_fail", "an amount of 2^128", "T06", given([TOO_MUCH]), EVIDENCE)
    half = TOO_MUCH // 2
    for name, amounts in (
        ("pair", [half, half]),
        ("second_level", [half, 0, half]),
        ("last_level", [half, 0, 0, 0, half]),
        ("one_too_many", [TOO_MUCH - 1, 0, 0, 0, 0, 0, 0, 1]),
    ):
        yield case(f"overflow_{name}_fail", "sums that add up to 2^128", "T06", given(amounts), EVIDENCE)
