"""Committed roots under one commitments root (RFC 6962), and a committed root's place there."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.liability_vectors.case import EVIDENCE, Case, Json, case, flipped, seed
from tests.commitments import reference


def roots_of(count: int) -> list[bytes]:
    return [seed(f"root {number}") for number in range(count)]


def opened(position: int, count: int) -> Json:
    roots = roots_of(count)
    return {
        "operation": "opening",
        "root": roots[position].hex(),
        "position": position,
        "count": count,
        "opening": [node.hex() for node in reference.audit_path(position, roots)],
        "commitmentsRoot": reference.mth(roots).hex(),
    }


def opening_cases() -> Iterator[Case]:
    for position, count in ((0, 1), (0, 2), (1, 2), (2, 3), (4, 7), (6, 7), (8, 9)):
        given = opened(position, count)
        result = {"root": given["commitmentsRoot"], "isCommitmentsRoot": True}
        yield case(f"{position}_of_{count}", "a tree's place among the commitments", "T13", given, result)
    good = opened(4, 7)
    path = good["opening"]
    yield from refused(good, path)
    yield from other_roots(good)


def refused(good: Json, path: list[str]) -> Iterator[Case]:
    lies: list[tuple[str, str, Json]] = [
        ("too_short", "T13", {**good, "opening": path[:-1]}),
        ("too_long", "T13", {**good, "opening": [*path, path[0]]}),
        ("none", "T20", {**good, "opening": []}),
        ("count_smaller", "T13", {**good, "count": 4}),
        ("count_much_larger", "T13", {**good, "count": 9}),
        ("position_of_last", "T17", {**good, "position": 6}),
        ("position_outside", "T13", {**good, "position": 7}),
        ("position_negative", "T17", {**good, "position": -1}),
        ("no_commitments", "T68", {**good, "position": 0, "count": 0, "opening": []}),
        ("root_of_31_bytes", "T10", {**good, "root": good["root"][:62]}),
        ("root_of_64_bytes", "T09", {**good, "root": good["root"] * 2}),
    ]
    for level in range(len(path)):
        cut = [*path[:level], path[level][:62], *path[level + 1 :]]
        lies.append((f"level_{level}_31_bytes", "T18", {**good, "opening": cut}))
    for name, threat, given in lies:
        yield case(f"{name}_fail", name.replace("_", " "), threat, given, EVIDENCE)


def other_roots(good: Json) -> Iterator[Case]:
    path = good["opening"]
    lies: list[tuple[str, str, Json]] = [
        ("other_position", "T17", {**good, "position": 5}),
        ("other_root", "T18", {**good, "root": flipped(bytes.fromhex(good["root"])).hex()}),
        ("reversed", "T17", {**good, "opening": path[::-1]}),
    ]
    for level, node in enumerate(path):
        bad = [*path[:level], flipped(bytes.fromhex(node)).hex(), *path[level + 1 :]]
        lies.append((f"level_{level}_changed", "T18", {**good, "opening": bad}))
    for name, threat, given in lies:
        result = {"root": implied(given).hex(), "isCommitmentsRoot": False}
        yield case(f"{name}_fail", name.replace("_", " "), threat, given, result)


def implied(given: Json) -> bytes:
    """Compute the implied root by descending into the list, as RFC 6962 defines its paths."""

    def descend(position: int, count: int, path: list[bytes]) -> bytes:
        if count == 1:
            return reference.sha(b"\x00", bytes.fromhex(given["root"]))
        split = 2 ** ((count - 1).bit_length() - 1)
        if position < split:
            return reference.sha(b"\x01", descend(position, split, path[:-1]), path[-1])
        return reference.sha(b"\x01", path[-1], descend(position - split, count - split, path[:-1]))

    return descend(given["position"], given["count"], [bytes.fromhex(node) for node in given["opening"]])


def root_cases() -> Iterator[Case]:
    for count in (0, 1, 2, 3, 7, 8):
        roots = roots_of(count)
        given = {"operation": "commitments_root", "roots": [root.hex() for root in roots]}
        yield case(f"{count}", "a list of committed roots", "T12", given, {"root": reference.mth(roots).hex()})
