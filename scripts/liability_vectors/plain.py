"""The plain tree that `merkletools` builds: its own proofs, and what its validate_proof takes and a reader must not."""

from __future__ import annotations

from collections.abc import Iterator

from blockcerts_merkletools import MerkleTools

from scripts.liability_vectors.case import EVIDENCE, FORMAT, Case, Json, case, seed

Steps = list[dict[str, str]]


def built(count: int) -> MerkleTools:
    tools = MerkleTools()
    tools.add_leaf([seed(f"plain {number}").hex() for number in range(count)])
    tools.make_tree()
    return tools


def given(tools: MerkleTools, index: int) -> Json:
    return {
        "family": "merkletools",
        "operation": "proof",
        "leaf": tools.get_leaf(index),
        "index": index,
        "count": tools.get_leaf_count(),
        "steps": tools.get_proof(index),
        "root": tools.get_merkle_root(),
    }


def plain_cases() -> Iterator[Case]:
    for index, count in ((0, 1), (0, 2), (1, 2), (2, 3), (4, 5), (3, 6), (6, 7), (12, 13)):
        good = given(built(count), index)
        result = {"root": good["root"], "isRoot": True}
        yield case(f"{index}_of_{count}", "a proof as the library makes it", "T17", good, result)
    yield case("data", "the hash of a leaf's data", "T09", *data(63))
    yield case("data_of_a_node_fail", "data of 64 bytes could be a node's", "T09", data(64)[0], EVIDENCE)
    good = given(built(7), 4)
    yield from lies_of_the_library(good)
    yield from other_shapes(good)
    yield from other_places(good)


def data(length: int) -> tuple[Json, Json]:
    content = (seed("data") * 2)[:length]
    of: Json = {"family": "merkletools", "operation": "leaf", "data": content.hex()}
    return of, {"hash": seed_hash(content)}


def seed_hash(content: bytes) -> str:
    tools = MerkleTools()
    return str(tools.hash_function(content).hexdigest())


def lies_of_the_library(good: Json) -> Iterator[Case]:
    """Keep the two cases that validate_proof takes for true."""
    steps: Steps = good["steps"]
    junk = [{"left": "junk", **steps[0]}, *steps[1:]]
    yield case(
        "junk_left_fail",
        "a junk left beside a valid right: validate_proof is True",
        "T17",
        {**good, "steps": junk},
        FORMAT,
    )
    tools = built(7)
    node = tools.levels[-2][2].hex()
    above = {**good, "leaf": node, "steps": steps[1:]}
    yield case("node_as_leaf_fail", "a node given as leaf: validate_proof is True", "T09", above, EVIDENCE)


def other_shapes(good: Json) -> Iterator[Case]:
    steps: Steps = good["steps"]
    side, node = next(iter(steps[0].items()))
    shapes: list[tuple[str, str, dict[str, str]]] = [
        ("both_sides", "T17", {"left": node, "right": node}),
        ("no_side", "T17", {}),
        ("other_side", "T17", {"middle": node}),
        ("capital_side", "T86", {side.upper(): node}),
        ("extra_member", "T86", {side: node, "position": side}),
        ("short_hash", "T10", {side: node[:16]}),
        ("long_hash", "T10", {side: node + "00"}),
        ("odd_hash", "T86", {side: node[:-1]}),
        ("capital_hash", "T86", {side: node.upper()}),
        ("prefixed_hash", "T86", {side: "0x" + node[2:]}),
        ("spaced_hash", "T86", {side: node[:2] + " " + node[3:]}),
        ("full_width_hash", "T86", {side: "０" + node[1:]}),
        ("empty_hash", "T10", {side: ""}),
    ]
    for name, threat, step in shapes:
        yield case(f"{name}_fail", "a step of another shape", threat, {**good, "steps": [step, *steps[1:]]}, FORMAT)
    many = {**good, "steps": steps[:1] * 65}
    yield case("65_steps_fail", "more steps than any tree has levels", "T84", many, FORMAT)


def other_places(good: Json) -> Iterator[Case]:
    steps: Steps = good["steps"]
    for level, step in enumerate(steps):
        [(side, node)] = step.items()
        other = {"left": "right", "right": "left"}[side]
        turned = [*steps[:level], {other: node}, *steps[level + 1 :]]
        yield case(f"side_{level}_fail", "a side that the place denies", "T17", {**good, "steps": turned}, EVIDENCE)
    for name, threat, changes in (
        ("too_short", "T13", {"steps": steps[:-1]}),
        ("too_long", "T13", {"steps": [*steps, steps[-1]]}),
        ("no_steps", "T20", {"steps": []}),
        ("other_index", "T17", {"index": 5}),
        ("last_index", "T13", {"index": 6}),
        ("index_outside", "T13", {"index": 7}),
        ("index_negative", "T17", {"index": -1}),
        ("count_halved", "T13", {"count": 4, "index": 2}),
        ("count_zero", "T68", {"count": 0, "index": 0, "steps": []}),
        ("count_smaller", "T13", {"count": 5}),
        ("short_leaf", "T10", {"leaf": good["leaf"][:16]}),
        ("leaf_of_64_bytes", "T09", {"leaf": good["leaf"] * 2}),
    ):
        yield case(f"{name}_fail", name.replace("_", " "), threat, {**good, **changes}, EVIDENCE)
